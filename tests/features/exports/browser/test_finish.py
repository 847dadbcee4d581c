"""The end: from the last answer in Review to a LoRA in the folder of the program that was named."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.conftest import Served, first_page
from tests.ui.seeded import finish_export

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
    with ZipFile(studio.store.exported(round_id, "comfyui"), "a") as archive:
        archive.writestr("cat.safetensors", b"weights")
    studio.store.jobs.finish(job.id)
    page.wait_for_selector(f"{PROGRAM} a:text-is('Download')")
    now = page.locator(f"{PROGRAM} a.button").bounding_box()
    assert place and now and (now["x"], now["y"]) == pytest.approx((place["x"], place["y"]), abs=1)
    page.fill(f"{PROGRAM} input", str(tmp_path / "nowhere"))
    page.click(f"{PROGRAM} button:text-is('Put it there')")
    page.wait_for_selector(".toast:has-text('give the whole path of one')")
    loras = tmp_path / "loras"
    loras.mkdir()
    page.fill(f"{PROGRAM} input", str(loras))
    page.click(f"{PROGRAM} button:text-is('Put it there')")
    page.wait_for_selector(".toast:has-text('The LoRA is in')")
    assert (loras / "cat.safetensors").read_bytes() == b"weights"
    settled(page)
    page.keyboard.press("Escape")
    page.click("[data-step=results]")
    page.click(".look-head button:has-text('Finish: take round 1')")
    expect(page.locator(f"{PROGRAM} input")).to_have_value(str(loras))
    expect(page.locator(".exports [data-next]")).to_have_text("Download")  # one marked button
    expect(page.locator(".exports > .export-forms li")).to_have_count(1)  # the program that was named
