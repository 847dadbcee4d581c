"""The form that judges LoRAs, what it says one holds at the end, and a look-up that is cancelled."""

import io
import json
import re
import threading
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from gal_studio.core.models.reports import ModelNames, ModelReports
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.studio.create.test_lora_headers import ENTRY, NAME, written
from tests.tiny_project import make_models
from tests.ui.browser.reference.test_start import typed
from tests.ui.browser.reference.test_unfinished_form import ERROR, file, noise, opened
from tests.ui.conftest import Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import measure
from tests.worker.test_lora_start import write_lora

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


class Slow(CheckHere):
    """Looks a model up for as long as the test wants."""

    def __init__(self) -> None:
        self.asked = 0
        self.found = threading.Event()

    def poll(self, names: ModelNames) -> ModelReports | None:
        self.asked += 1
        return ModelReports() if self.found.is_set() else None


@pytest.mark.thorough
def test_a_slow_look_up_of_a_model_is_cancelled(
    watched: Watched, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow()
    monkeypatch.setattr(served.place.studio, "models", slow)
    page = opened(watched, served)
    page.check(".presets input[value=own]")
    typed(page, "[name=base_model]", "someone/a-slow-model")
    facts = page.locator(".model-facts")
    facts.get_by_text("Looking up the model…").wait_for()
    start = page.locator("[data-part=create]")
    start.click()
    expect(start).to_have_text("Creating the project…")
    facts.get_by_role("button", name="Cancel").click()
    expect(start).to_have_text("Create and train")
    facts.get_by_text("Not looked up: the model is checked when it is loaded.").wait_for()
    page.wait_for_timeout(800)  # for the question that was on its way
    asked = slow.asked
    page.wait_for_timeout(3_500)  # five further questions would have come
    assert slow.asked == asked
    expect(facts.get_by_role("button")).to_have_count(0)
    slow.found.set()
    typed(page, "[name=base_model]", "someone/another-model")
    expect(facts.get_by_text("Not looked up")).to_have_count(0)
    assert slow.asked > asked, "another name is looked up again"


def test_a_lora_is_judged_from_the_form(
    watched: Watched, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, base, lora = served.place.studio, make_models(tmp_path / "models"), tmp_path / "ink.safetensors"
    monkeypatch.setattr(studio, "models", CheckHere())
    write_lora(Models(), base[0], lora)
    page = opened(watched, served)
    outcome = page.locator(".outcome")
    expect(outcome).to_contain_text("You get a LoRA file with its trigger words")
    page.get_by_text("Judge a LoRA").click()
    expect(outcome).to_contain_text("the best LoRA strength of each file")
    expect(page.locator("[data-part=create]")).to_have_text("Judge")
    page.check(".presets input[value=own]")
    typed(page, "[name=base_model]", base[0])
    typed(page, "[name=clip_model]", base[1])
    page.set_input_files("input[data-part=file]", [file("teapot.png", noise(1))])
    page.fill("[data-part=prompt]", "A teapot in ink style")
    before = len(studio.projects())
    typed(page, "[name=judged]", tmp_path / "gone.safetensors")
    page.click("[data-part=create]")
    page.locator(f".judged {ERROR}").first.wait_for()
    page.wait_for_function("!document.querySelector('[data-part=create]').disabled")
    assert len(studio.projects()) == before, "nothing is made of a file that is not there"
    typed(page, "[name=judged]", f'"{lora}"')  # as a file manager copies it
    page.locator(".model-facts", has_text="All fit the base model.").wait_for()
    page.click("[data-part=create]")
    until(lambda: len(studio.projects()) == before + 1)
    project = next(one for one in studio.projects() if one.base_model == base[0])
    (judged,) = studio.judged(project.id)
    assert Path(judged.source).name == "ink.safetensors"
    page.wait_for_selector("[data-part=strip] button")
    assert {job.kind for job in studio.store.jobs.of_project(project.id)} >= {"generate", "measure"}


def test_kind_and_name_come_from_a_file_that_says_them(
    watched: Watched, served: Served, tmp_path: Path
) -> None:
    card = json.dumps({"gal_studio": json.dumps({"trigger_word": "<dotty>", "kind": "object"})})
    pot = written(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {card}}}')
    page = opened(watched, served)
    page.get_by_text("Judge a LoRA").click()
    expect(page.locator("input[name=kind][value=style]")).to_be_checked()
    typed(page, "[name=judged]", pot)
    expect(page.locator("input[name=kind][value=object]")).to_be_checked()
    expect(page.locator("input[name=name]")).to_have_attribute("placeholder", "Judging odd")
    page.check("input[name=kind][value=style]")
    typed(page, "[data-part=prompt]", "A teapot in ink style")
    expect(page.locator(".derived code").first).to_have_text("in ink style")
    expect(page.locator("input[name=kind][value=style]")).to_be_checked()  # the word of a person is the last
    page.reload()
    expect(page.locator(".derived code").first).to_have_text("in ink style")
    expect(page.locator("input[name=kind][value=style]")).to_be_checked()


def test_a_project_that_judges_speaks_of_loras_and_of_no_training(watched: Watched, served: Served) -> None:
    studio, round_id = served.place.studio, served.place.round
    measure(studio, round_id)
    studio.store.database.write("UPDATE rounds SET source = 'ink.safetensors'")
    page = watched.open(served.url("rounds"))
    page.wait_for_selector(".steps [data-step=rounds]:text-is('2 LoRAs')")
    page.wait_for_selector(".actions [data-action=done][data-next]")
    for gone in (".rounds .suggestion", "[data-action=accept]", ".action-buttons > [data-action=next_round]"):
        expect(page.locator(gone).locator("visible=true")).to_have_count(0)
    page.goto(served.url("results"))
    heads = page.locator(".results-table thead th")
    expect(heads.first).to_have_text("Name")
    words = page.inner_text(".studio.results")
    assert not re.search(r"\b(Accepted|[Rr]ounds?)\b", re.sub("[Rr]ound 1", "", words)), words


@pytest.mark.thorough
def test_a_lora_is_judged_without_images(
    watched: Watched, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, base, lora = served.place.studio, make_models(tmp_path / "models"), tmp_path / "ink.safetensors"
    monkeypatch.setattr(studio, "models", CheckHere())
    write_lora(Models(), base[0], lora)
    page = opened(watched, served)
    page.get_by_text("Judge a LoRA").click()
    page.check(".presets input[value=own]")
    typed(page, "[name=base_model]", base[0])
    typed(page, "[name=clip_model]", base[1])
    typed(page, "[name=judged]", lora)
    page.get_by_text("Without them, copies are not judged").wait_for()
    before = len(studio.projects())
    page.click("[data-part=create]")
    until(lambda: len(studio.projects()) == before + 1)
    project = next(one for one in studio.projects() if one.base_model == base[0])
    assert project.references == () and project.described == "An image in ink style"
    page.locator("[data-part=strip]", has_text="no images").wait_for()
    expect(page.locator(".filter-button")).to_be_visible()
    page.click(".filter-button")
    for needed in (
        *(f".filter-menu [data-filter={name}]" for name in ("copies", "suggested")),
        *(".map-projection", ".rounds .shapes"),
    ):
        expect(page.locator(needed)).to_be_hidden()


@pytest.mark.thorough
def test_a_lora_is_chosen_in_place_of_a_path(watched: Watched, served: Served, tmp_path: Path) -> None:
    lora = tmp_path / "ink.safetensors"
    write_lora(Models(), make_models(tmp_path / "models")[0], lora)
    page = opened(watched, served)
    page.get_by_text("Judge a LoRA").click()
    files = [file("ink.safetensors", lora.read_bytes()), file("teapot.png", noise(1))]
    page.set_input_files(".judged input[type=file]", files)
    page.get_by_text("teapot.png could not be uploaded: it is not a .safetensors file").wait_for()
    watched.complaints[:] = [line for line in watched.complaints if "409" not in line]
    page.locator(".judged").get_by_text("ink.safetensors", exact=True).wait_for()
    expect(page.locator(".judged .by-file")).not_to_be_empty()


@pytest.mark.thorough
def test_a_tall_reference_is_shown_whole(watched: Watched, served: Served) -> None:
    page = opened(watched, served)
    tall = io.BytesIO()
    Image.linear_gradient("L").resize((100, 400)).save(tall, "PNG")
    page.set_input_files("input[data-part=file]", [file("tall.png", tall.getvalue())])
    page.wait_for_selector(".reference-rows li img")
    shown = "node => getComputedStyle(node).objectFit"
    assert page.locator(".reference-rows li > img").evaluate(shown) == "contain"
    page.goto(served.url("reference"))
    page.wait_for_selector(".plates img")
    assert page.locator(".plates img").first.evaluate(shown) == "contain"
