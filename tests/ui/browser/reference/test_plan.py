"""The plan of a round in the form: a model that does not fit is asked about, and another one taken."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.assets import load_shape
from gal_studio.studio import device
from gal_studio.studio.create import shapes
from gal_studio.studio.device import Device
from tests.engine.tiny import make_tiny_clip, make_tiny_xl_pipeline
from tests.ui.browser.menus import open_advanced
from tests.ui.browser.reference.test_unfinished_form import WARNING, file, noise, opened
from tests.ui.conftest import Served, Watched, until

pytestmark = pytest.mark.browser

PLAN = ".presets .plan"


@pytest.fixture
def small_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU on which XL does not fit, held as sparingly as can be."""
    gpu = Device("cuda", "Small GPU", 3 << 30, 3 << 30)
    monkeypatch.setattr(device, "_nvidia", lambda: device.Card(gpu, 580))
    monkeypatch.setattr(device, "torch_cuda", lambda: None)
    monkeypatch.setattr(device, "_known", {})


@pytest.fixture
def quickly_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that answers at once; `tests/engine/memory/test_measure.py` measures a model in truth."""
    answer = json.dumps(load_shape("pocket").to_dict())
    command = [sys.executable, "-c", "import sys; print(sys.argv[1])", answer]
    start = lambda _folder: subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: E731
    monkeypatch.setattr(shapes, "start_shape_process", start)


def says(page: Any, selector: str, words: str) -> str:
    """Wait until an element says these words; all that it says."""
    found = page.locator(selector, has_text=words)
    found.wait_for()
    return str(found.inner_text())


@pytest.mark.usefixtures("small_gpu", "quickly_measured")
def test_a_model_that_does_not_fit_is_asked_about_and_another_one_taken(
    watched: Watched, served: Served, tmp_path: Path
) -> None:
    xl, clip = make_tiny_xl_pipeline(tmp_path / "tiny-xl"), make_tiny_clip(tmp_path / "clip")
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [file("teapot.png", noise(1))])
    page.fill("[data-part=prompt]", "A teapot in ink style")
    assert "Small GPU: 3.0 GB of 3.0 GB free" in says(page, PLAN, "Needs about")
    page.check(".presets input[value=sdxl]")
    doubt = says(page, f".presets {WARNING}", "a round of this model needs")
    assert doubt.startswith("Small GPU has 3.0 GB of memory")
    assert "instead" in doubt or ".[memory]" in doubt
    assert "training recomputes activations" in says(page, PLAN, "the text encoder stays in main memory")
    before = len(served.place.studio.projects())
    page.click("[data-part=create]")
    assert "a round of this model needs" in says(page, "dialog.question", "Start anyway")
    page.keyboard.press("Escape")
    page.wait_for_function("!document.querySelector('[data-part=create]').disabled")
    assert len(served.place.studio.projects()) == before
    page.check(".presets input[value=own]")
    page.fill("[name=base_model]", str(xl))
    page.fill("[name=clip_model]", f"local-dir:{clip}")
    expect(page.locator(f".presets {WARNING}")).to_have_count(0)
    says(page, PLAN, "Needs about")
    open_advanced(page)
    page.select_option("[name='machine.tiling']", "true")
    says(page, PLAN, "images are encoded and decoded in tiles")
    page.click("[data-part=create]")
    until(lambda: len(served.place.studio.projects()) == before + 1)
    project = next(one for one in served.place.studio.projects() if one.base_model == str(xl))
    assert project.settings.machine.tiling and not project.settings.machine.checkpointing
    jobs = served.place.studio.store.jobs
    until(lambda: {"fine_tune", "generate"} <= {job.kind for job in jobs.of_project(project.id)})


@pytest.mark.thorough
@pytest.mark.usefixtures("small_gpu")
def test_a_model_that_does_not_fit_is_taken_with_a_second_click(watched: Watched, served: Served) -> None:
    studio = served.place.studio
    before = len(studio.projects())
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [file("teapot.png", noise(1))])
    page.fill("[data-part=prompt]", "A teapot in ink style")
    page.check(".presets input[value=sdxl]")
    page.click("[data-part=create-only]")
    page.click("dialog.question [data-answer=sure]")
    until(lambda: len(studio.projects()) == before + 1)
    project = next(one for one in studio.projects() if "xl" in one.base_model)
    assert studio.store.jobs.of_project(project.id) == (), "it was only created"
