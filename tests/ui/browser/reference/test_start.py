"""A new project in the page starts from a LoRA from elsewhere, once its file fits."""

from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import expect
from safetensors.torch import load_file, save_file

from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.tiny_project import make_models
from tests.ui.browser.menus import open_advanced
from tests.ui.browser.reference.test_unfinished_form import ERROR, file, noise, opened
from tests.ui.conftest import Served, Watched, until
from tests.worker.test_lora_start import write_lora

pytestmark = pytest.mark.browser
FIELD, LEAVE_OUT = "[name=start_from]", "[name=without_text_encoder]"


def typed(page: Any, field: str, value: object) -> None:
    page.fill(field, str(value))
    page.locator(field).blur()


def with_text_encoder(lora: Path) -> Path:
    """The LoRA with a layer of a text encoder added."""
    text = {f"lora_te_text_model_a.lora_{half}.weight": torch.ones(2, 2) for half in ("down", "up")}
    path = lora.with_name("text.safetensors")
    save_file({**load_file(lora), **text}, path)
    return path


def test_a_lora_is_read_refused_and_taken(
    watched: Watched, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, base, lora = served.place.studio, make_models(tmp_path / "models"), tmp_path / "ink.safetensors"
    monkeypatch.setattr(studio, "models", CheckHere())
    write_lora(Models(), base[0], lora, rank=9)
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [file("teapot.png", noise(1))])
    page.fill("[data-part=prompt]", "A teapot in ink style")
    page.check(".presets input[value=own]")
    page.fill("[name=base_model]", base[0])
    typed(page, "[name=clip_model]", base[1])
    open_advanced(page)
    wrong = page.locator(f".start-from {ERROR}")
    typed(page, FIELD, tmp_path / "ink.ckpt")
    wrong.filter(has_text="is a pickle").wait_for()
    typed(page, FIELD, tmp_path / "gone.safetensors")
    wrong.filter(has_text="check the path of the LoRA").wait_for()
    typed(page, FIELD, lora)
    page.locator(".start-from", has_text="a LoRA for Stable Diffusion 1.x, of rank 9 in").wait_for()
    page.locator(".start-from", has_text="its trigger words are “in ink style”").wait_for()
    wrong.filter(has_text="has the rank 9, and the project 8: choose a rank of at least 9").wait_for()
    before = len(studio.projects())
    page.click("[data-part=create]")
    page.wait_for_function("!document.querySelector('[data-part=create]').disabled")
    assert len(studio.projects()) == before
    typed(page, "[name='tune.rank']", 16)
    page.locator(".model-facts", has_text="The LoRA fits the base model.").wait_for()
    expect(page.locator(LEAVE_OUT)).to_be_hidden()

    typed(page, FIELD, with_text_encoder(lora))
    page.locator(".start-from", has_text="(1 of them of the text encoder)").wait_for()
    wrong.filter(has_text="choose to leave these out").wait_for()
    page.check(LEAVE_OUT)
    page.locator(".model-facts", has_text="Without 1 layer of the text encoder").wait_for()
    expect(wrong).to_have_count(0)
    page.click("[data-part=create]")
    until(lambda: len(studio.projects()) == before + 1)
    project = next(one for one in studio.projects() if one.base_model == base[0])
    assert (project.starts_from, project.settings.tune.rank) == ("text.safetensors", 16)
