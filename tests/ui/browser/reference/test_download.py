"""A hub model in a real Chromium: refused or shown with licence and size, downloaded, stopped, resumed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from gal_studio.engine.hub import needs
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.model_check import CheckHere
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline
from tests.local_hub import LocalHub, running, use
from tests.tiny_project import drawing
from tests.ui.conftest import Place, Served, Watched

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAME, GATED, COMMIT = "artist/ink-diffusion", "secret/model", "c" * 40


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A slow hub with a model and a gated one."""
    monkeypatch.setattr(needs, "_silent_since", [-1e9])
    with running(tmp_path / "cache") as hub:
        use(hub, monkeypatch)
        folder = make_tiny_pipeline(tmp_path / "pipeline")
        hub.publish(NAME, folder, COMMIT, license="openrail++")
        hub.publish(GATED, folder, COMMIT, gated=True)
        hub.pace = 150_000
        yield hub


@pytest.fixture
def place(tmp_path: Path, hub: LocalHub) -> Iterator[Place]:
    """An empty studio, whose worker is a thread."""
    threads: list[threading.Thread] = []

    def work(_: Path) -> None:
        def run() -> None:
            with Worker(store).entered() as worker:
                worker.run(until_empty=True)

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    with Store(tmp_path / "workspace") as store:
        yield Place(Studio(store, wake=work, models=CheckHere()), "", "")
        for thread in threads:
            thread.join()


def test_a_hub_model_is_chosen_downloaded_stopped_and_resumed(
    hub: LocalHub, served: Served, watched: Watched, tmp_path: Path
) -> None:
    page = watched.open(served.address)
    page.check("[data-part=presets] input[value=own]")
    page.set_input_files(
        ".drop input[type=file], form input[type=file]",
        {"name": "cat.png", "mimeType": "image/png", "buffer": drawing(1)},
    )
    page.locator(".reference-sets input[type=text]").first.fill("A cat in ink style")
    page.fill("[name=base_model]", GATED)
    page.fill("[name=clip_model]", f"local-dir:{make_tiny_clip(tmp_path / 'clip')}")
    page.click("[data-part=create]")
    page.wait_for_selector(f".field-notes >> text=The model {GATED} is gated: ask for access")
    assert page.input_value("[name=base_model]") == GATED, "the form keeps what was typed"
    assert not served.place.studio.projects()

    page.fill("[name=base_model]", NAME)
    page.press("[name=base_model]", "Tab")
    facts = page.locator(".model-facts")
    facts.get_by_text("1.4 MB to download").wait_for()
    assert f"license openrail++ · commit {COMMIT[:12]}" in facts.inner_text()
    expect(page.locator(".field-notes p[data-tone=error]")).to_have_count(0)
    page.click("[data-part=create-only]")
    page.wait_for_function("/Downloading 0.[1-9] of 1.4 MB/.test(document.body.innerText)")
    page.click("[data-part=stop]")
    page.wait_for_selector("text=/Downloading stopped after .* of 1.4 MB/")
    kept = served.place.studio.projects()[0].id
    hub.pace = 0
    page.click("[data-part=resume]")
    page.wait_for_selector("text=The model is on this computer")
    assert dict(served.place.studio.project(kept).commits) == {NAME: COMMIT}
