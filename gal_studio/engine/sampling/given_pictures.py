"""How a reference picture is prepared for a model that is given it."""

from PIL import Image, ImageOps

from gal_studio.core.errors import StudioError

WHITE = "white"


def on_white(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The subject of a picture alone: white outside its mask, cropped to it, and padded to a square."""
    inside = mask.convert("L").resize(picture.size).point(lambda value: 255 * (value > 127))
    alone = Image.composite(picture.convert("RGB"), Image.new("RGB", picture.size, WHITE), inside)
    box = inside.getbbox()
    if box is None:
        raise StudioError("The mask of a reference is empty: paint where its subject is.")
    return padded(alone, box)


def padded(picture: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The part of a picture in (left, top, right, bottom), padded with white to a square."""
    cropped = picture.convert("RGB").crop(box)
    side = max(cropped.size)
    return ImageOps.pad(cropped, (side, side), color=WHITE)
