"""Search by words and more like this, with a real pointer and the bundled CLIP."""

import numpy as np
import pytest
from playwright.sync_api import expect

from gal_studio.assets import resolve_model
from gal_studio.engine.features.clip import load_embedder
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser
CLIP = "local-dir:assets:pocket/clip"


def give_features(served: Served) -> None:
    """Candidates that look to the bundled CLIP like their prompts, each a little otherwise."""
    studio, rng = served.place.studio, np.random.default_rng(3)
    embedder = load_embedder(resolve_model(CLIP))
    texts = {one.id: embedder.texts([one.prompt])[0] for one in studio.pool(served.place.round)}
    for one in studio.store.candidates.of_round(served.place.round):
        row = texts[one.anchor_id] + rng.normal(size=texts[one.anchor_id].shape) / 1000
        studio.store.database.write(
            "UPDATE candidates SET feature = ? WHERE id = ?", (row.astype("<f4").tobytes(), one.id)
        )
    studio.store.database.write("UPDATE projects SET clip_model = ?", (CLIP,))


def test_images_are_found_by_words_and_by_another_image(watched: Watched, served: Served) -> None:
    give_features(served)
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    before = page.locator(".tile").first.get_attribute("data-id")
    field, line = page.get_by_label("Search the images by words"), page.locator(".search-line")
    field.click()
    field.press_sequentially("koala")
    field.press("Enter")
    expect(line).to_contain_text("The images that match “koala” best come first.")
    captions = page.locator(".tile-note > span:first-child")
    expect(captions.nth(0)).to_have_text("koala")
    expect(captions.nth(9)).to_have_text("koala")  # ten images of each prompt
    page.click(".desk-view")
    assert page.get_by_label("Order of the images").input_value() == "search"
    page.keyboard.press("Escape")
    page.locator(".tile-face").nth(14).dblclick()
    chosen = page.locator("dialog.lightbox[open] h2").inner_text()
    page.get_by_role("button", name="More like this").click()
    expect(line).to_contain_text("The images most like this one come first.")
    expect(page.locator("dialog.lightbox")).to_be_hidden()
    expect(page.locator(".tile-note b").first).to_have_text("1.000")
    assert captions.nth(0).inner_text() in chosen.lower()
    assert captions.nth(9).inner_text() == captions.nth(0).inner_text()
    field.fill("abrakadabra")
    field.press("Enter")
    expect(line).to_contain_text("was not trained on these words")
    field.fill("word " * 190)
    field.press("Enter")
    page.wait_for_selector(".toast:has-text('more words than the CLIP reads')")
    expect(line).to_contain_text("“abrakadabra”")  # what is shown is still said
    page.get_by_role("button", name="Back to the previous order").click()
    expect(line).to_be_hidden()
    expect(page.locator(".tile").first).to_have_attribute("data-id", str(before))
    field.fill("")
    field.press("Enter")
    page.wait_for_selector(".toast:has-text('Write what to look for')")
