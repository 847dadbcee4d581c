"""The end: from the last answer in Review to a LoRA in the folder of the program that was named."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from gal_studio.features.exports import requests
from gal_studio.features.exports.record import file_of
from tests.features.exports.seeded import finish_export
from tests.ui.browser.brush.brushing import settled
from tests.ui.conftest import Served, Watched, first_page
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser
PROGRAM = ".exports li[data-form=comfyui]"


def test_review_ends_with_a_lora_where_its_program_looks(window: Any, served: Served, tmp_path: Path):
    studio, round_id = served.place.studio, served.place.round
    page: Page = first_page(window, served.address, with_grid=False)
    page.goto(served.url())
    page.wait_for_selector(".review-face")
    for left in (3, 2, 1):
        page.wait_for_selector(f".review-count:has-text('{left} left')")
        page.keyboard.press("a")
    page.click(".review-end [data-answer=finish]")
    page.wait_for_selector(".exports h2:text-is('Your LoRA: round 1')")
    page.wait_for_selector(".exports .export-look img >> nth=1")
    page.wait_for_selector(".exports p:has-text('your references alone, without the images you accepted')")
    expect(page.locator(".exports .view-files a")).to_have_count(2)
    expect(page.locator(".exports code")).to_have_text(["in watercolor painting style"])
    expect(page.locator(".exports details")).to_have_count(0)  # no program was named yet
    page.wait_for_selector(".exports .look-yourself:has-text('compare them with your reference')")
    place = page.locator(f"{PROGRAM} .button").first.bounding_box()
    page.click(f"{PROGRAM} button:text-is('Prepare')")
    page.wait_for_selector(f"{PROGRAM}[data-state=working]")  # the page has seen that it waits
    studio.store.workers.enter("w")
    job = studio.store.jobs.claim("w")
    assert job is not None
    finish_export(studio, round_id, "comfyui", "Checked.")
    with ZipFile(file_of(studio.store, round_id, "comfyui"), "a") as archive:
        archive.writestr("cat.safetensors", b"weights")
    studio.store.jobs.finish(job.id)
    page.wait_for_selector(f"{PROGRAM} a:text-is('Download')")
    now = page.locator(f"{PROGRAM} a.button").bounding_box()
    assert place and now and (now["x"], now["y"]) == pytest.approx((place["x"], place["y"]), abs=1)
    page.fill(f"{PROGRAM} input", str(tmp_path / "nowhere"))
    page.click(f"{PROGRAM} button:text-is('Copy to folder')")
    expect(page.locator(".toast").filter(has_text="There is no folder")).to_be_visible()
    loras = tmp_path / "loras"
    loras.mkdir()
    page.fill(f"{PROGRAM} input", str(loras))
    page.click(f"{PROGRAM} button:text-is('Copy to folder')")
    page.wait_for_selector(".toast:has-text('The LoRA is in')")
    assert (loras / "cat.safetensors").read_bytes() == b"weights"
    settled(page)
    page.keyboard.press("Escape")
    page.click("[data-step=results]")
    page.click(".look-head button:has-text('Finish: take round 1')")
    expect(page.locator(f"{PROGRAM} input")).to_have_value(str(loras))
    expect(page.locator(".exports [data-next]")).to_have_text("Download")  # one marked button
    expect(page.locator(".exports > .export-forms li")).to_have_count(1)  # the program that was named


def test_a_form_is_prepared_and_downloaded_from_results(watched: Watched, served: Served):
    studio, page = served.place.studio, watched.open(served.url("results"))
    page.click(".results-table button:text('Download…')")
    row = ".exports li:has-text('For A1111 / Forge')"
    page.click(f"{row} button:text-is('Prepare')")
    page.wait_for_selector(f"{row}:has-text('Waits for its turn') button[disabled]")
    page.wait_for_selector(f"{row}:focus")
    studio.store.workers.enter("w")
    job = studio.store.jobs.claim("w")
    finish_export(studio, served.place.round, "kohya", "Checked: loads in diffusers, same images.")
    assert job is not None
    studio.store.jobs.finish(job.id)
    page.wait_for_selector(
        f"{row}[data-state=made]:has-text('Checked: loads in diffusers, same images.'):focus"
    )
    with page.expect_download() as download:
        page.click(f"{row} a:text-is('Download')")
    assert download.value.suggested_filename == "watercolour-cat-round-1-kohya.zip"


@pytest.mark.thorough
def test_what_only_diffusers_reads_says_so_and_begins_again_with_the_same_images(
    watched: Watched, served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(requests, "is_usable", lambda form, *_: form.is_own)  # as of the bundled model
    page = watched.open(f"{served.url('results')}&dialog=download&of={served.place.round}")
    page.wait_for_selector("dialog.exports:has-text('Only diffusers reads LoRAs of this model')")
    page.click("[data-action=other-model]")
    page.wait_for_selector(".reference-rows li:has-text('-1.png')")
    prompt = served.place.studio.projects()[0].references[0].prompt
    page.wait_for_function(
        "(prompt) => [...document.querySelectorAll('.new-project input')]"
        ".some((one) => one.value === prompt)",
        arg=prompt,
    )
    page.wait_for_selector(".toast:has-text('choose a model')")
    assert page.is_visible("[data-part=create]")
