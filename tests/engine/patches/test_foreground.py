"""Automatic foregrounds: drawings, noise, alpha channels, guides, and pictures without any."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from gal_studio.assets import assets_folder
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Map
from gal_studio.engine.patches.foreground import foreground_mask, guided_cut, is_calm, is_ragged

SIZE = 128
BOX = (46, 52, 98, 104)


def shape_mask(box: tuple[int, int, int, int] = (34, 30, 96, 100), size: int = SIZE) -> Image.Image:
    mask = Image.new("L", (size, size))
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    return mask


def on_ground(
    mask: Image.Image, ground: Image.Image, colour: tuple[int, int, int] = (200, 60, 40)
) -> Image.Image:
    ground.paste(Image.new("RGB", mask.size, colour), (0, 0), mask)
    return ground


def overlap(found: Image.Image, true: Image.Image) -> float:
    """Intersection over union of two masks."""
    one, other = np.asarray(found) > 127, np.asarray(true) > 127
    return float((one & other).sum() / (one | other).sum())


def grained(colour: int, spread: int, size: int = SIZE) -> Image.Image:
    pixels = np.random.default_rng(0).normal(colour, spread, (size, size, 3)).clip(0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


@pytest.mark.parametrize(
    "ground",
    [
        Image.new("RGB", (SIZE, SIZE), "white"),
        Image.new("RGB", (SIZE, SIZE), (20, 20, 60)),
        grained(150, 20),
        grained(150, 40).filter(ImageFilter.GaussianBlur(2)),
        Image.linear_gradient("L").resize((SIZE, SIZE)).point(lambda v: 128 + v // 2).convert("RGB"),
    ],
    ids=["white", "dark", "grain", "clouds", "gradient"],
)
def test_a_shape_on_a_background_is_found(ground: Image.Image) -> None:
    found = foreground_mask(on_ground(shape_mask(), ground.copy()))
    assert (found.mode, found.size) == ("L", (SIZE, SIZE))
    assert overlap(found, shape_mask()) > 0.9


def test_the_mask_has_no_holes_and_no_specks() -> None:
    picture = on_ground(shape_mask(), Image.new("RGB", (SIZE, SIZE), "white"))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((55, 55, 75, 75), fill="white")
    draw.rectangle((10, 10, 12, 12), fill="black")
    found = foreground_mask(picture)
    assert overlap(found, shape_mask()) > 0.95
    assert foreground_mask(picture).tobytes() == found.tobytes(), "the same each time"


def two_shapes() -> Image.Image:
    mask = shape_mask((10, 40, 55, 90))
    ImageDraw.Draw(mask).rectangle((75, 40, 115, 85), fill=255)
    return mask


@pytest.mark.parametrize(
    ("mask", "ground"),
    [
        (two_shapes(), Image.new("RGB", (SIZE, SIZE), "white")),
        (shape_mask((30, 40, 98, 180)), grained(225, 8)),
        (shape_mask().resize((900, 600)), Image.new("RGB", (900, 600), "white")),
        (shape_mask((2, 1, 3, 2), 5), Image.new("RGB", (5, 5), "white")),
    ],
    ids=["two subjects", "cut off at the bottom", "large", "tiny"],
)
def test_any_subject_is_found_at_its_size(mask: Image.Image, ground: Image.Image) -> None:
    found = foreground_mask(on_ground(mask, ground.copy()))
    assert found.size == ground.size
    assert min(ground.size) < SIZE or overlap(found, mask) > 0.95


def test_the_alpha_channel_is_the_mask() -> None:
    picture = grained(128, 60).convert("RGBA")
    picture.putalpha(shape_mask())
    assert foreground_mask(picture).tobytes() == shape_mask().tobytes()


def test_an_opaque_alpha_channel_is_ignored() -> None:
    picture = on_ground(shape_mask(), Image.new("RGB", (SIZE, SIZE), "white")).convert("RGBA")
    assert overlap(foreground_mask(picture), shape_mask()) > 0.95


def test_transparent_palette_pictures() -> None:
    picture = on_ground(shape_mask(), Image.new("RGB", (SIZE, SIZE), "white")).quantize(8)
    picture.info["transparency"] = picture.getpixel((0, 0))
    assert overlap(foreground_mask(picture), shape_mask()) > 0.9


def empty_alpha(value: int) -> Image.Image:
    picture = Image.new("RGBA", (SIZE, SIZE), (200, 0, 0, value))
    picture.putpixel((0, 0), (0, 0, 0, 0))
    return picture


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        (Image.new("RGB", (SIZE, SIZE), (90, 90, 90)), "nothing"),
        (grained(128, 30), "nothing"),
        (empty_alpha(0), "nothing"),
        (empty_alpha(255), "everything"),
    ],
    ids=["flat", "grain", "clear", "opaque"],
)
def test_no_usable_foreground(picture: Image.Image, found: str) -> None:
    with pytest.raises(StudioError, match=f"This image has no usable foreground \\({found}"):
        foreground_mask(picture)


@pytest.mark.parametrize("name", ["teapot-snow", "teapot-beach", "teapot-stairs"])
def test_the_demo_references_have_a_foreground(name: str) -> None:
    with Image.open(assets_folder() / "demo" / "object" / f"{name}.png") as picture:
        share = (np.asarray(foreground_mask(picture)) > 127).mean()
    assert 0.05 < share < 0.8


def busy() -> Image.Image:
    """Stripes of sky, sea and sand, a sun that stands out, and a brown subject."""
    picture = Image.new("RGB", (SIZE, SIZE), (90, 200, 240))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 44, SIZE, 76), fill=(20, 110, 170))
    draw.rectangle((0, 77, SIZE, SIZE), fill=(240, 210, 130))
    draw.ellipse((8, 8, 40, 40), fill=(255, 30, 30))
    draw.rectangle((108, 20, 118, SIZE), fill=(40, 120, 30))
    picture.paste(Image.new("RGB", (SIZE, SIZE), (120, 70, 40)), (0, 0), shape_mask(BOX))
    return picture


def likeness(box: tuple[int, int, int, int], noise: float = 0.05) -> Map:
    """A noisy likeness map that is high in the box, like a vision model's."""
    inside = np.asarray(shape_mask(box).resize((16, 16), Image.Resampling.BOX), np.float64) / 255
    return 0.3 + 0.5 * inside + np.random.default_rng(0).normal(0, noise, (16, 16))


def test_busy_and_calm_backgrounds_are_distinguished() -> None:
    calm = Image.new("RGB", (200, 90), (240, 240, 235))
    calm.paste((200, 20, 30), (60, 30, 120, 70))
    assert is_calm(calm)
    assert not is_calm(busy())


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1])
def test_the_guide_helps_to_find_the_subject(noise: float) -> None:
    found = foreground_mask(busy(), lambda: likeness(BOX, noise))
    assert (found.mode, found.size) == ("L", (SIZE, SIZE))
    assert overlap(found, shape_mask(BOX)) > 0.9


@pytest.mark.parametrize("across", [(85,), (50, 120)], ids=["one figure", "two figures"])
def test_of_much_that_stands_out_the_subject_is_in_the_middle(across: tuple[int, ...]) -> None:
    """A sun and a tree beside figures of parts, before sky, sea and sand."""
    picture, figures = Image.new("RGB", (256, 256), (120, 190, 240)), Image.new("L", (256, 256))
    draw, parts = ImageDraw.Draw(picture), ImageDraw.Draw(figures)
    draw.rectangle((0, 110, 256, 150), fill=(40, 120, 180))
    draw.rectangle((0, 151, 256, 256), fill=(235, 210, 150))
    draw.ellipse((20, 15, 55, 50), fill=(255, 230, 90))
    draw.rectangle((200, 60, 212, 210), fill=(40, 140, 60))
    for left in across:
        parts.rectangle((left, 150, left + 65, 205), fill=255)
        parts.ellipse((left + 7, 104, left + 58, 147), fill=255)
    picture.paste((230, 90, 50), (0, 0), figures)
    assert not is_calm(picture)
    assert overlap(foreground_mask(picture), figures) > 0.9


def test_a_border_of_many_colours_hides_no_subject_of_another_one() -> None:
    grays = np.random.default_rng(0).integers(0, 256, (16, 16)).astype(np.uint8)
    picture = Image.fromarray(grays).resize((256, 256), Image.Resampling.NEAREST).convert("RGB")
    thing = Image.new("L", (256, 256))
    ImageDraw.Draw(thing).ellipse((80, 80, 180, 180), fill=255)
    picture.paste((60, 110, 130), (0, 0), thing)
    assert overlap(foreground_mask(picture), thing) > 0.9


def test_another_guide_finds_something_else() -> None:
    sun = (8, 8, 40, 40)
    assert overlap(foreground_mask(busy(), lambda: likeness(sun)), shape_mask(sun)) > 0.9


def test_a_calm_background_needs_no_guide() -> None:
    picture = Image.new("RGB", (SIZE, SIZE), "white")
    picture.paste(Image.new("RGB", (SIZE, SIZE), (120, 70, 40)), (0, 0), shape_mask(BOX))

    def refuse() -> Map:
        raise AssertionError("the border tells the ground")

    assert overlap(foreground_mask(picture, refuse), shape_mask(BOX)) > 0.95


def test_an_uninformative_guide_finds_nothing() -> None:
    assert not guided_cut(busy(), np.full((16, 16), 0.4)).any()


def test_a_picture_of_any_shape_gets_a_mask_of_its_size() -> None:
    wide = busy().resize((300, 150))
    found = foreground_mask(wide, lambda: likeness(BOX))
    assert found.size == (300, 150)
    assert overlap(found, shape_mask(BOX).resize((300, 150))) > 0.85


def test_a_mask_of_shreds_is_ragged_and_a_shape_with_arms_is_not() -> None:
    shreds = np.zeros((64, 64), dtype=np.uint8)
    shreds[8:56:12, 8:56] = shreds[8:56, 8:56:12] = 255
    cross = np.zeros((64, 64), dtype=np.uint8)
    cross[24:40, 4:60] = cross[4:60, 24:40] = 255
    assert is_ragged(Image.fromarray(shreds))
    assert not is_ragged(Image.fromarray(cross))
    assert is_ragged(Image.new("L", (64, 64)))
