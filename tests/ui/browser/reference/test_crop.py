"""What is learned of a tall picture is shown in the form: a square that is moved, or its own shape."""

from pathlib import Path

import numpy
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.ui.browser.menus import create_with_own_model
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser


def tall(folder: Path) -> str:
    """Red above, blue below."""
    pixels = numpy.zeros((240, 80, 3), numpy.uint8)
    pixels[:80, :, 0] = pixels[80:, :, 2] = 255
    Image.fromarray(pixels).save(folder / "tall.png")
    return str(folder / "tall.png")


def test_the_frame_over_a_tall_picture_is_moved(watched: Watched, served: Served, tmp_path: Path) -> None:
    page = watched.open(served.address)
    page.wait_for_selector(".presets input[value=own]")
    page.set_input_files(".reference-set input[type=file]", tall(tmp_path))
    crop = page.locator(".reference-rows .crop")
    expect(crop).to_contain_text("67% of the image is outside the frame")
    frame, area = crop.locator(".crop-frame"), crop.locator(".crop-area")
    before = frame.bounding_box()
    page.mouse.move(before["x"] + 5, before["y"] + 5)
    page.mouse.down()
    page.mouse.move(before["x"] + 5, before["y"] - 300, steps=4)
    page.mouse.up()
    expect(crop).to_contain_text("Only the area inside the frame is trained on: 67% of the image is cut off")
    offset = area.evaluate("(node) => node.lastElementChild.offsetTop")  # the page may move meanwhile
    assert abs(offset) < 1
    shown = crop.locator(".crop-picture").bounding_box()
    assert abs(shown["height"] - 3 * shown["width"]) <= 1, "all of the image, as it is"
    page.fill(".prompt-field input", "A cat in ink style")
    create_with_own_model(page)
    studio = served.place.studio
    (reference,) = studio.projects()[0].references
    kept = studio.store.images.picture(reference.image)
    assert kept.size == (80, 80) and kept.getcolors() == [(6400, (255, 0, 0))]


@pytest.mark.thorough
def test_a_model_that_learns_shapes_shows_the_size_and_offers_a_square(
    watched: Watched, served: Served, tmp_path: Path
) -> None:
    page = watched.open(served.address)
    page.wait_for_selector(".presets input[value=own]")
    page.check(".presets input[value=sd15]")
    page.set_input_files(".reference-set input[type=file]", tall(tmp_path))
    crop = page.locator(".reference-rows .crop")
    expect(crop).to_contain_text("Trained on as it is: 296 × 880.")
    frame, area = crop.locator(".crop-frame").bounding_box(), crop.locator(".crop-area").bounding_box()
    assert frame["height"] > 0.98 * area["height"] and frame["width"] > 0.98 * area["width"]
    expect(crop.locator("input[type=range]")).to_be_hidden()
    crop.get_by_role("button", name="Crop to a square").click()
    expect(crop).to_contain_text("Only the area inside the frame is trained on: 67% of the image is cut off")
    expect(crop.locator("input[type=range]")).to_be_visible()
    crop.get_by_role("button", name="Keep its shape").click()
    expect(crop).to_contain_text("Trained on as it is: 296 × 880.")
    page.check(".presets input[value=pocket]")
    expect(crop).to_contain_text("67% of the image is outside the frame")
    expect(crop.locator(".crop-other")).to_be_hidden()
