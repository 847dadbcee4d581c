from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state.images.decode import KEPT_EDGE
from gal_studio.state.images.read import read_picture
from tests.state.images.profiles import encoded, tiff


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_ordinary_formats_are_read(form: str) -> None:
    picture, notes = read_picture(encoded(Image.new("RGB", (40, 30), (200, 30, 30)), form))
    assert (picture.mode, picture.size, notes) == ("RGB", (40, 30), ())
    assert np.abs(np.asarray(picture)[0, 0].astype(int) - (200, 30, 30)).max() < 12


def test_photo_is_turned_upright(tmp_path: Path) -> None:
    lying = Image.new("RGB", (40, 20), "white")
    lying.paste("black", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(lying, "JPEG", exif=exif, quality=95))
    picture, notes = read_picture(path)
    assert picture.size == (20, 40)
    assert np.asarray(picture)[2, 10].max() < 30
    assert np.asarray(picture)[37, 10].min() > 220
    assert "upright" in notes[0]
    assert not picture.getexif()


def test_transparency_is_laid_on_white() -> None:
    drawing = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    drawing.putpixel((1, 1), (200, 0, 0, 255))
    picture, notes = read_picture(encoded(drawing))
    assert picture.getpixel((5, 5)) == (255, 255, 255)
    assert picture.getpixel((1, 1)) == (200, 0, 0)
    assert notes == ("transparent parts: placed on white",)
    assert read_picture(encoded(Image.new("RGBA", (10, 10), (255, 0, 0, 255))))[1] == ()


def test_transparency_never_hides_the_whole_picture() -> None:
    hidden = Image.merge(
        "RGBA", (*Image.radial_gradient("L").convert("RGB").split(), Image.new("L", (256, 256)))
    )
    picture, notes = read_picture(encoded(hidden))
    assert np.array_equal(np.asarray(picture), np.asarray(hidden.convert("RGB")))
    assert notes == ("all of it was transparent: its transparency is ignored",)
    lines = Image.new("RGBA", (60, 60), (255, 255, 255, 0))
    lines.paste((250, 250, 250, 255), (20, 0, 24, 60))
    picture, notes = read_picture(encoded(lines))
    assert picture.getpixel((22, 30)) == (250, 250, 250)
    assert picture.getpixel((5, 5)) == (0, 0, 0)
    assert notes == ("transparent parts: placed on black",)


def test_sixteen_bits_become_eight() -> None:
    deep = Image.fromarray(np.full((10, 10), 32896, dtype=np.uint16))
    picture, notes = read_picture(encoded(deep))
    assert picture.getpixel((5, 5)) == (128, 128, 128)
    assert "8 bits" in notes[0]
    real = Image.fromarray(np.full((10, 10), 0.5, dtype=np.float32))
    assert read_picture(encoded(real, "TIFF"))[0].getpixel((5, 5)) == (128, 128, 128)


def test_first_frame_of_an_animation() -> None:
    frames = [Image.new("RGB", (10, 10), colour) for colour in ("red", "blue")]
    picture, notes = read_picture(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert picture.getpixel((5, 5)) == (255, 0, 0)
    assert "first" in notes[0]


def test_large_picture_is_reduced() -> None:
    picture, notes = read_picture(encoded(Image.new("RGB", (KEPT_EDGE + 100, 50))))
    assert max(picture.size) == KEPT_EDGE
    assert "reduced" in notes[0]


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="not an image"):
        read_picture(b"hello")
    with pytest.raises(StudioError, match=r"There is no image 'gone\.png'"):
        read_picture(tmp_path / "gone.png")
    with pytest.raises(StudioError, match="'folder' cannot be read"):
        (tmp_path / "folder").mkdir()
        read_picture(tmp_path / "folder")
    with pytest.raises(StudioError, match="at least 8 px"):
        read_picture(encoded(Image.new("RGB", (4, 100))))
    with pytest.raises(StudioError, match="use a file of at most 50 MB"):
        read_picture(b"x" * (51 * 1024 * 1024))
    with pytest.raises(StudioError, match="is broken"):
        read_picture(encoded(Image.effect_noise((64, 64), 80))[:1500])


@pytest.mark.parametrize("tags", [{50706: 1}, {254: 1, 330: 8}])
def test_the_preview_in_a_raw_file_is_not_taken_for_the_picture(tags: dict[int, int]) -> None:
    preview = np.zeros((16, 16), dtype=np.uint8)
    with pytest.raises(StudioError, match="is a camera's raw file: save it as JPEG, PNG or TIFF"):
        read_picture(tiff(preview, tags))
    assert read_picture(tiff(preview, {254: 1}))[1] == ()


@pytest.mark.parametrize("size", [(6240, 4160), (4160, 6240), (6960, 4640), (2050, 2049), (4099, 2050)])
def test_a_mask_has_the_size_of_its_photo_in_any_format(size: tuple[int, int]) -> None:
    photo, mask = (read_picture(encoded(Image.new("L", size, 200), form))[0].size for form in ("JPEG", "PNG"))
    assert photo == mask and max(photo) == KEPT_EDGE


def test_a_broken_file_of_a_known_format_is_told_that_it_is_broken() -> None:
    for start in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a"):
        with pytest.raises(StudioError, match="is broken and cannot be read: save it again"):
            read_picture(start + b"nothing that can be read" * 4)
