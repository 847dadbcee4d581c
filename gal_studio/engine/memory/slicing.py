"""Draw with less memory and more time: attention in slices, pictures decoded in tiles."""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.engine.models.image_model import ImageModel


@contextmanager
def slicing(model: ImageModel, side: int) -> Iterator[None]:
    """Draw latents of this side with attention in slices, and decode them in four tiles.

    Slices change a picture by rounding alone; tiles blend at their borders, and each has its own statistics.
    """
    autoencoder = model.autoencoder
    names = ("use_tiling", "tile_latent_min_size", "tile_sample_min_size")
    before = {name: getattr(autoencoder, name) for name in names}
    autoencoder.enable_tiling()
    autoencoder.tile_latent_min_size = tile_side(side)
    autoencoder.tile_sample_min_size = tile_side(side) * model.scale
    try:
        with model.family.sliced_attention():
            yield
    finally:
        for name, value in before.items():
            setattr(autoencoder, name, value)


def tile_side(side: int) -> int:
    """The side of a tile of a latent."""
    return max(1, -(-side // 2))
