"""Draw with less memory and more time: attention in slices, pictures decoded in tiles."""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.engine.models.image_model import ImageModel


@contextmanager
def sparing_memory(model: ImageModel, side: int) -> Iterator[None]:
    """For latents of this side: attention one head at a time, and four tiles where the decoder takes them.

    Slices change a picture by rounding alone; tiles blend at their borders, and each has its own statistics.
    """
    unet, vae = model.unet, model.vae
    processors = dict(unet.attn_processors)
    names = ("use_tiling", "tile_latent_min_size", "tile_sample_min_size")
    before = {name: getattr(vae, name) for name in names}
    unet.set_attention_slice("max")
    vae.enable_tiling()
    vae.tile_latent_min_size = tile_side(side)
    vae.tile_sample_min_size = tile_side(side) * model.scale
    try:
        yield
    finally:
        unet.set_attn_processor(processors)
        for name, value in before.items():
            setattr(vae, name, value)


def tile_side(side: int) -> int:
    """The side of a tile of a latent."""
    return max(1, -(-side // 2))
