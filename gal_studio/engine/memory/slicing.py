"""Use less memory but more time: sliced attention, and an autoencoder that works in tiles."""

from collections.abc import Iterator
from contextlib import contextmanager

from gal_studio.engine.families.frames import tile_sizes
from gal_studio.engine.models.image_model import ImageModel


@contextmanager
def slicing(model: ImageModel, side: int) -> Iterator[None]:
    """Slice attention, and decode latents of this side in four tiles, within the context.

    Slicing changes a picture by rounding only. Tiling changes it more: each tile is normalized by its own
    statistics, and tiles are blended at their borders.
    """
    with tiling(model, side), model.family.sliced_attention():
        yield


@contextmanager
def tiling(model: ImageModel, side: int) -> Iterator[None]:
    """Encode and decode in tiles of half this latent side within the context."""
    autoencoder = model.autoencoder
    tiled = {"use_tiling": True, **tile_sizes(autoencoder, tile_side(side) * model.family.patch)}
    before = {name: getattr(autoencoder, name) for name in tiled}
    for name, value in tiled.items():
        setattr(autoencoder, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(autoencoder, name, value)


def tile_side(side: int) -> int:
    """The side of a tile: half of the latent's, rounded up to a multiple of 4.

    diffusers steps by three quarters of a tile: of another side, the tiles would not meet.
    """
    return max(4, -(-side // 8) * 4)
