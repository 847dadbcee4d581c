"""Where a reference shows its subject, painted by hand on the first screen, in a real Chromium."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gal_studio.state.tables.reconstructions import SUBJECT
from tests.ui.browser.app.late_answers import Late
from tests.ui.browser.brush.brushing import stroke
from tests.ui.browser.menus import create_with_own_model
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import picture
from tests.ui.seeded_refinement import object_with_subject

pytestmark = pytest.mark.browser

BUTTON, LAYER, KEEP = "[data-action=paint-mask]", ".mask-view .brush-layer", "[data-action=keep-mask]"
BACK, FORWARD = "[data-action=undo-mask]", "[data-action=redo-mask]"


def object_page(watched: Watched, served: Served) -> tuple[Any, str]:
    project, _, reference = object_with_subject(served.place.studio)
    return watched.open(f"{served.address}/?project={project}&step=reference"), reference


def test_a_mask_is_corrected_left_to_the_studio_and_comes_back(watched: Watched, served: Served):
    store = served.place.studio.store
    page, reference = object_page(watched, served)
    page.click(BUTTON)
    page.wait_for_selector(".mask-view >> text=what the studio found")
    page.wait_for_selector(LAYER)
    assert page.is_disabled("[data-action=auto-mask]")
    assert page.is_disabled(BACK), "there is none yet"
    stroke(page, LAYER, [(0.7, 0.5), (0.9, 0.5)])
    page.click(KEEP)
    page.wait_for_selector(".with-mask")
    kept = store.projects.reference(reference).mask
    mask = np.asarray(store.images.mask(kept))
    assert (mask[:, :24] == 255).all(), "what the studio found"
    assert mask[24, 38] == 255, "what was painted"
    assert mask[2, 38] == 0
    page.click("button:text('Change mask')")
    page.wait_for_selector(".mask-view >> text=what you painted")
    page.click("[data-action=auto-mask]")
    page.wait_for_selector("button:text('Paint mask')")
    assert store.projects.reference(reference).mask is None
    page.click("button:text('Paint mask')")
    page.wait_for_selector(LAYER)
    page.click(BACK)
    page.wait_for_selector(".mask-view >> text=what you painted")
    assert store.projects.reference(reference).mask == kept
    page.wait_for_selector(f"{BACK}:enabled")
    page.click(BACK)
    page.wait_for_selector(".mask-view >> text=what the studio found")
    assert store.projects.reference(reference).mask is None
    page.click(FORWARD)
    page.wait_for_selector(".mask-view >> text=what you painted")
    assert store.projects.reference(reference).mask == kept


@pytest.mark.thorough
def test_a_mask_of_nothing_or_everything_is_refused_and_the_paint_stays(watched: Watched, served: Served):
    store = served.place.studio.store
    page, reference = object_page(watched, served)
    page.click(BUTTON)
    page.wait_for_selector(LAYER)
    page.click(".mask-view button:text('Clear')")
    page.click(KEEP)
    page.wait_for_selector(".mask-view .toast:has-text('covers nothing: paint')")
    page.fill(".mask-view input[type=range]", "100")
    stroke(page, LAYER, [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.5, 0.5)])
    page.click(KEEP)
    page.wait_for_selector(".mask-view .toast:has-text('covers everything: leave')")
    assert page.is_visible(LAYER)
    assert store.projects.reference(reference).mask is None
    page.fill(".mask-view input[type=range]", "30")
    page.click(".mask-view button:text('Erase')")
    stroke(page, LAYER, [(0.1, 0.5), (0.2, 0.5)])
    page.click(KEEP)
    page.wait_for_selector(".with-mask")
    mask = np.asarray(store.images.mask(store.projects.reference(reference).mask))
    assert mask[24, 7] == 0, "what was painted last"
    assert mask[40, 40] == mask[4, 12] == 255, "what was there when it was refused"


@pytest.mark.thorough
def test_a_mask_is_painted_before_there_is_a_project(watched: Watched, served: Served, tmp_path: Path):
    file = tmp_path / "pot.png"
    file.write_bytes(picture((10, 200, 90)))
    (tmp_path / "pot.txt").write_text("A <dotty> teapot in the snow")
    page = watched.open(served.address)
    page.wait_for_selector(".presets input[value=own]")
    page.set_input_files(".reference-set input[type=file]", [str(file), str(tmp_path / "pot.txt")])
    page.wait_for_selector(".reference-rows li")
    assert not page.is_visible(f".reference-rows {BUTTON}"), "a style is the whole image"
    page.check("input[name=kind][value=object]")
    page.click(f".reference-rows {BUTTON}")
    page.wait_for_selector(LAYER)
    stroke(page, LAYER, [(0.3, 0.5), (0.6, 0.5)])
    page.click(KEEP)
    page.wait_for_selector(".reference-rows .field-note:text('with its mask')")
    create_with_own_model(page)
    store = served.place.studio.store
    reference = served.place.studio.projects()[0].references[0]
    assert reference.mask is not None
    mask = np.asarray(store.images.mask(reference.mask))
    assert (mask[24, 21], mask[2, 40]) == (255, 0)


DROP_ON_THE_SET = """(bytes) => {
  const dropped = new DataTransfer();
  dropped.items.add(new File([new Uint8Array(bytes)], "cup.png", { type: "image/png" }));
  const event = new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true });
  document.querySelector(".reference-set [data-part=prompt]").dispatchEvent(event);
}"""  # beside the field, where the browser would leave the page for the file


def test_the_subject_is_found_in_the_form_and_saved_by_hand(watched: Watched, served: Served):
    studio = served.place.studio
    page = watched.open(served.address)
    page.check("input[name=kind][value=object]")
    page.evaluate(DROP_ON_THE_SET, list(picture(1)))
    page.wait_for_selector(".reference-rows li:has-text('cup.png')")
    page.fill("[data-part=prompt]", "A <muk> cup on the stairs")
    until(studio.store.reconstructions.has_requests)
    taken = (*studio.store.reconstructions.take(), *studio.store.reconstructions.take())
    (asked,) = [one for one in taken if one.base_model == SUBJECT]
    found = Image.new("L", studio.store.images.picture(asked.image).size, 0)
    found.paste(255, (4, 4, 30, 30))
    studio.store.reconstructions.answer_subject(asked, studio.store.images.add_picture(found))
    page.get_by_role("button", name="Check mask: cup.png").click()
    page.wait_for_selector(LAYER)
    page.click(KEEP)
    page.wait_for_selector("[data-action=paint-mask]:text('Change mask')")
    page.click("[data-part=create]")
    page.wait_for_selector(".chip-round[aria-current]")
    (reference,) = studio.projects()[0].references
    assert reference.mask is not None
    mask = np.asarray(studio.store.images.mask(reference.mask))
    assert (mask == np.asarray(found)).all()


def test_a_press_on_the_subject_proposes_masks_one_of_which_is_taken(
    watched: Watched, served: Served, tmp_path: Path
):
    drawn = Image.new("RGB", (160, 160), (225, 220, 210))
    draw = ImageDraw.Draw(drawn)
    draw.ellipse((90, 60, 140, 110), fill=(190, 40, 40))
    draw.rectangle((5, 5, 60, 155), fill=(40, 80, 160))
    drawn.save(tmp_path / "ball.png")
    page = watched.open(served.address)
    page.check("input[name=kind][value=object]")
    page.set_input_files(".reference-set input[type=file]", str(tmp_path / "ball.png"))
    page.click(f".reference-rows {BUTTON}")
    page.wait_for_selector(LAYER)
    assert page.eval_on_selector(
        ".point-bar", "bar => Boolean(bar.compareDocumentPosition(document.querySelector('.brush-bar')) & 4)"
    ), "to point comes before to paint"
    page.click("[data-action=point]")
    page.wait_for_selector(".point-bar >> text=Now press the subject")
    box = page.locator(".mask-view .point-layer").bounding_box()
    answer = Late(page, "masks_at_point")
    page.mouse.click(box["x"] + box["width"] * 115 / 160, box["y"] + box["height"] * 85 / 160)
    answer.wait()
    page.wait_for_selector(".point-bar >> text=Looking for it")
    assert page.locator(".point-layer").is_disabled(), "one press is answered before the next"
    answer.come()
    page.wait_for_selector(".point-found")
    assert 1 <= page.locator(".point-found").count() <= 3
    page.click(".point-found >> nth=0")
    page.wait_for_selector(f"{KEEP}:enabled")
    page.click(KEEP)
    page.wait_for_selector("[data-action=paint-mask]:text('Change mask')")
    page.click("[data-action=paint-mask]")
    page.wait_for_selector(".mask-view >> text=what you painted")
    assert page.locator(".point-found").count() == 0
