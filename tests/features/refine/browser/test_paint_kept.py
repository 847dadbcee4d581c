"""What was painted is not lost by a refusal or by closing, and maps are of today, in a real Chromium."""

from typing import Any

import numpy as np
import pytest

from gal_studio.features.refine import verbs
from gal_studio.rounds.patch_maps import vision_model
from gal_studio.state.tables.refinements import StoredMap
from tests.ui.access.gates import FULL, refused_once
from tests.ui.browser.brush.brushing import (
    enlarged,
    mask_of,
    opened,
    pair_opened,
    settled,
    stroke,
)
from tests.ui.conftest import Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded_refinement import object_with_subject, pairs_made

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser

LINE = [(0.2, 0.3), (0.8, 0.3)]
PART, PAIR, SUBJECT = "dialog.lightbox .brush-layer", ".pair-view .brush-layer", ".mask-view .brush-layer"


@pytest.mark.thorough
def test_a_part_that_was_refused_is_still_painted(watched: Watched, served: Served):
    studio = served.place.studio
    studio.accept_in_part = refused_once(studio.accept_in_part)  # type: ignore[method-assign]
    page, candidate = enlarged(watched, served)
    page.keyboard.press("b")
    page.wait_for_selector(PART)
    stroke(page, PART, LINE)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".toast:has-text('{FULL}')")
    page.wait_for_selector(PART, state="detached")
    page.keyboard.press("b")
    page.wait_for_selector(".brush-steps button:text('Clear'):enabled")
    page.keyboard.press("Enter")
    until(lambda: candidate in studio.store.decisions.of_round(served.place.round).masks)
    assert mask_of(served, candidate)[14, 24] == 255


@pytest.mark.thorough
def test_paint_over_a_pair_that_was_refused_is_sent_again(
    watched: Watched, served: Served, monkeypatch: pytest.MonkeyPatch
):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    monkeypatch.setattr(verbs, "paint", refused_once(verbs.paint))
    page = opened(watched, served, node)
    pair_opened(page, 0)
    stroke(page, PAIR, LINE)
    page.wait_for_selector(".pair-kept:text-is('Not saved')")
    page.keyboard.press("Escape")
    until(lambda: bool(studio.store.refinements.paintings.newest(node)))
    page.wait_for_selector(".pair-card >> nth=0 >> .pair-painted:visible")


def subject_opened(page: Any) -> None:
    page.click("[data-action=paint-mask]")
    page.wait_for_selector(SUBJECT)


@pytest.mark.thorough
def test_a_mask_that_was_closed_is_painted_again_the_next_time(watched: Watched, served: Served):
    studio = served.place.studio
    project, _, reference = object_with_subject(studio)
    page = watched.open(f"{served.address}/?project={project}&step=reference")
    subject_opened(page)
    stroke(page, SUBJECT, [(0.7, 0.5), (0.9, 0.5)])
    page.wait_for_selector("[data-action=keep-mask]:enabled")
    page.keyboard.press("Escape")
    page.wait_for_selector(SUBJECT, state="detached")
    subject_opened(page)
    page.wait_for_selector(".mask-view >> text=it is not saved yet")
    page.click(".mask-view [data-action=close]")
    page.wait_for_selector(SUBJECT, state="detached")
    subject_opened(page)
    page.wait_for_selector(".mask-view >> text=it is not saved yet")
    page.click("[data-action=keep-mask]")
    page.wait_for_selector(".with-mask")
    mask = np.asarray(studio.store.images.mask(studio.store.projects.reference(reference).mask))
    assert mask[24, 38] == 255
    subject_opened(page)
    page.wait_for_selector(".mask-view >> text=what you painted.")


@pytest.mark.thorough
def test_heatmaps_are_those_of_the_last_judgement(watched: Watched, served: Served):
    studio = served.place.studio
    store = studio.store
    node = pairs_made(studio, served.place.round)
    pair = store.refinements.pairs(node)[0].id
    page = opened(watched, served, node)
    colour = (
        "[...document.querySelector('.pair-card .heat canvas').getContext('2d')"
        ".getImageData(2, 20, 1, 1).data].join()"
    )
    page.wait_for_selector(".pair-card >> nth=0 >> .heat canvas")
    before = page.evaluate(colour)
    best = StoredMap(np.full((8, 8), 1, np.float32), vision_model(store.rounds.get(node).settings))
    for kind in ("quality", "reproduction"):
        store.refinements.save_map(pair, kind, best)
    page.wait_for_selector(".pair-card >> nth=0 >> text=mostly alike · mostly reproduced")
    page.wait_for_function(f"document.querySelector('.pair-card .heat canvas') && {colour} !== '{before}'")
    page.click(".pair-card >> nth=0")
    place = ".pair-view .pair-plates figure:nth-child(2) .heat"
    page.wait_for_selector(f"{place} canvas")
    page.focus(place)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{place} .heat-value:text-is('1.00')")
    settled(page)
