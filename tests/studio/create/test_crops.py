"""A crop keeps the chosen square of a reference and of its mask; which models learn other shapes."""

from pathlib import Path

import numpy
import pytest
from PIL import Image

from gal_studio.commands.running.unattended import about_crops
from gal_studio.core.errors import StudioError
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.project import settings_of
from gal_studio.studio.create.references import ReferenceDraft, read_reference


@pytest.fixture
def tall(tmp_path: Path) -> Path:
    """Red above, green in the middle, blue below; its mask is white above."""
    pixels = numpy.zeros((480, 160, 3), numpy.uint8)
    for part in range(3):
        pixels[part * 160 : (part + 1) * 160, :, part] = 255
    Image.fromarray(pixels).save(tmp_path / "tall.png")
    Image.fromarray(pixels[..., 0]).save(tmp_path / "tall-masklabel.png")
    return tmp_path / "tall.png"


@pytest.mark.parametrize(("at", "colour"), [(0.0, (255, 0, 0)), (0.5, (0, 255, 0)), (1.0, (0, 0, 255))])
def test_the_chosen_square_is_kept(tall: Path, at: float, colour: tuple[int, int, int]) -> None:
    picture, _ = read_reference(ReferenceDraft(tall, "A cat in ink", crop=at), 1)
    assert picture.size == (160, 160)
    assert picture.getcolors() == [(160 * 160, colour)]


def test_the_mask_is_cut_with_its_picture(tall: Path) -> None:
    draft = ReferenceDraft(tall, "a <sks> cat", mask=tall.with_name("tall-masklabel.png"), crop=1 / 4)
    picture, mask = read_reference(draft, 1)
    assert mask is not None and mask.size == picture.size == (160, 160)
    assert numpy.asarray(mask).mean() == 255 / 2, "half of the square is of the part that the mask covers"


def test_a_square_without_any_of_the_mask_is_refused_and_one_of_it_alone_needs_none(tall: Path) -> None:
    mask = tall.with_name("tall-masklabel.png")
    with pytest.raises(StudioError, match="covers nothing of the square that is kept: choose another"):
        read_reference(ReferenceDraft(tall, "a <sks> cat", mask=mask, crop=1.0), 1)
    assert read_reference(ReferenceDraft(tall, "a <sks> cat", mask=mask, crop=0.0), 1)[1] is None


def test_the_opaque_part_of_an_object_is_its_mask(tmp_path: Path) -> None:
    cut = Image.new("RGBA", (3000, 1500), (200, 10, 10, 0))
    cut.paste((200, 10, 10, 255), (0, 0, 1500, 1500))
    cut.save(tmp_path / "cut.png")
    given = ReferenceDraft(tmp_path / "cut.png", "a <sks> cup")
    picture, mask = read_reference(given, 1, is_object=True)
    assert mask is not None and mask.size == picture.size == (2048, 1024)
    left, right = numpy.asarray(mask)[:, :1000], numpy.asarray(mask)[:, 1048:]
    assert (left == 255).all() and (right == 0).all()
    assert read_reference(given, 1)[1] is None, "of a style"
    Image.new("RGBA", (64, 64), (9, 9, 9, 200)).save(tmp_path / "veil.png")
    assert read_reference(ReferenceDraft(tmp_path / "veil.png", "a <sks> cup"), 1, is_object=True)[1] is None


def test_without_a_crop_the_whole_picture_is_kept_and_another_number_is_refused(tall: Path) -> None:
    assert read_reference(ReferenceDraft(tall, "A cat in ink"), 1)[0].size == (160, 480)
    with pytest.raises(StudioError, match=r"The crop is 1\.5: choose a number from 0 to 1"):
        read_reference(ReferenceDraft(tall, "A cat in ink", crop=1.5), 1)


def draft(picture: Path, **changes: object) -> ProjectDraft:
    return ProjectDraft("style", [(picture, "A cat in ink style")], **changes)


def test_a_tall_picture_whose_middle_is_blank(tall: Path) -> None:
    """The bundled model says what it does not see; other models are trained on all of the picture."""
    assert list(about_crops(draft(tall))) == [
        "Reference 1: cropped to the center square (67% cut off at the top and at the bottom). "
        "Write crop = 0 to 1 to choose another square."
    ]
    assert list(about_crops(draft(tall, preset="sdxl"))) == ["Reference 1: trained on as it is: 592 × 1768."]
    assert list(about_crops(draft(tall, base_model="some/model"))) == ["Reference 1: trained on as it is."]
    assert list(about_crops(draft(tall, preset="sd14-paper"))) == [], "it sees other squares at each step"
    chosen = ProjectDraft("style", [ReferenceDraft(tall, "A cat in ink style", crop=0.0)], preset="sdxl")
    assert list(about_crops(chosen)) == []


def test_the_bundled_model_refuses_other_shapes(tall: Path, studio: Studio) -> None:
    refused = pytest.raises(StudioError, match="the bundled model knows only squares")
    with refused:
        studio.create_project(draft(tall, changes={"tune": {"crop": "none"}}))
    assert settings_of(draft(tall, base_model="some/model")).tune.crop == "none"
    project = studio.create_project(draft(tall))
    with refused:
        studio.change_settings(project, {"tune": {"crop": "none"}})
    assert studio.project(project).settings.tune.crop == "center"
    studio.change_settings(project, {"tune": {"crop": "random"}})
