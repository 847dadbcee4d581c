"""The whole loop of further families: trained, exported, and checked in the stock pipeline."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPTextModel

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.engine.loras import check
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.features.exports.engine.task import ExportTask
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.drawn_alike import ALIKE
from tests.engine.sampling.test_few_steps import write_lora
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_krea
from tests.engine.tiny_models import FAMILIES
from tests.engine.tiny_pipelines import Make, make_wide_two, make_wide_two_with_v
from tests.features.exports.conftest import Leave, Train
from tests.tiny_project import CHANGES
from tests.worker.working import work

Patch = pytest.MonkeyPatch
QUICK = {
    "tune": {**CHANGES["tune"], "steps": 2, "prior_images": 0, "resolution": 64},
    "generation": {**ALIKE, "candidates": 2, "steps": 2, "guidance_scale": 3.0, "resolution": 64},
    "gal": {"top_k": 2},
}
EXACT = {
    **QUICK,
    "tune": {**QUICK["tune"], "learning_rate": 0.3},
    "generation": {**QUICK["generation"], "steps": 4},
    "machine": {"precision": "fp32"},
}


def make_half_text(folder: Path) -> Path:
    """A model whose text encoder is stored in half precision, as the bundled one's is."""
    made = make_tiny_pipeline(folder)
    encoder = CLIPTextModel.from_pretrained(made / "text_encoder")
    encoder.half().save_pretrained(made / "text_encoder")
    return made


MAKERS = [make_half_text, make_wide_two, make_wide_two_with_v, *FAMILIES.values()]
CONSTANT, SWITCH = Recipe.constant(0.55), Recipe(0.0, 1.0, 0.5)
LOKR = {**EXACT, "tune": {**EXACT["tune"], "method": "lokr", "lokr_factor": 4}}
CASES = [
    pytest.param(make_tiny_klein, LOKR, id="a LoKr of klein"),
    *(pytest.param(make, EXACT, id=make.__name__, marks=pytest.mark.thorough) for make in MAKERS),
]


@pytest.mark.parametrize(("make", "changes"), CASES)
def test_the_code_of_the_card_opens_the_model_and_generates_with_the_lora(
    make: Make, changes: dict[str, Any], train: Train, leave: Leave, tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(ExportTask, "recipe", CONSTANT)
    model = make(tmp_path / "model")
    monkeypatch.chdir(leave(train(model, changes=changes), "diffusers"))
    card = Path("README.md").read_text(encoding="utf-8")
    assert CONSTANT.words in card and Path("pictures/recipe.png").is_file()
    assert "height=64, width=64" in card  # the pictures' size
    code = card.partition("```python\n")[2].partition("```")[0].replace("THE FOLDER OF model", str(model))
    without = "\n".join(line for line in code.splitlines() if "learned" not in line)
    drawn = []
    for one in (code, without):
        names_of: dict[str, Any] = {}
        exec(one, names_of)
        drawn.append(names_of["picture"])
    assert drawn[0].size == (64, 64) and check.difference(*drawn) > 2


def test_what_the_code_leaves_out_is_said(
    train: Train, leave: Leave, tmp_path: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(ExportTask, "recipe", SWITCH)
    monkeypatch.setattr(ExportTask, "constant", CONSTANT)
    made = leave(train(make_tiny_pipeline(tmp_path / "model"), changes=EXACT), "comfyui")
    card = (made / "README.md").read_text(encoding="utf-8")
    assert "The code has the best strength for all steps" in card
    assert "set_adapters('learned', 0.55)" in card


def fast_klein(folder: Path) -> tuple[Path, dict[str, Any]]:
    sibling = make_tiny_klein(folder / "sibling", is_distilled=True, seed=3)
    return make_tiny_klein(folder / "model"), {"fast_model": str(sibling)}


def with_lcm(folder: Path) -> tuple[Path, dict[str, Any]]:
    lora, model = folder / "speed" / "tiny-lcm.safetensors", make_wide_two(folder / "model")
    lora.parent.mkdir()
    write_lora(load_image_model(model, device="cpu"), lora)
    return model, {"speed_lora": str(lora)}


@pytest.mark.parametrize("made", [fast_klein, pytest.param(with_lcm, marks=pytest.mark.thorough)])
def test_an_export_draws_and_tells_what_the_round_is_drawn_with(
    made: Callable[[Path], tuple[Path, dict[str, Any]]],
    train: Train,
    leave: Leave,
    tmp_path: Path,
    monkeypatch: Patch,
) -> None:
    """The file is checked with the base model; pictures and workflow are the fast model's."""
    monkeypatch.setattr(ExportTask, "recipe", SWITCH)
    monkeypatch.setattr(ExportTask, "constant", CONSTANT)
    model, fast = made(tmp_path)
    changes = {**EXACT, "generation": {**EXACT["generation"], **fast, "fast_steps": 3}}
    monkeypatch.chdir(leave(train(model, changes=changes), "comfyui"))
    card = Path("README.md").read_text(encoding="utf-8")
    named = Path(next(iter(fast.values()))).name
    assert f"Images and strengths here are for {named} in 3 steps, the code for the base model" in card
    assert f"| generated with | 3 steps, guidance 0, {named} |" in card
    assert str(tmp_path) not in card
    with Image.open("pictures/recipe.png") as best, Image.open("pictures/01.png") as full:
        assert check.difference(best, full) > 2
    nodes = json.loads(Path("comfyui-workflow.json").read_text(encoding="utf-8"))
    if "speed_lora" in fast:
        assert nodes["speed"]["inputs"]["lora_name"] == named
        sampler = nodes["sampler"]["inputs"]
        assert (sampler["steps"], sampler["cfg"], sampler["sampler_name"]) == (3, 1.0, "lcm")
    else:
        assert nodes["model"]["inputs"]["unet_name"] == "sibling.safetensors"
        assert nodes["times"]["inputs"]["steps"] == 3 and nodes["guide"]["inputs"]["cfg"] == 1.0


@pytest.mark.parametrize(
    "make", [pytest.param(make_tiny_xl_pipeline, marks=pytest.mark.thorough), make_tiny_klein]
)
def test_a_lokr_is_exported_for_lycoris_and_comfyui(
    make: Make, studio: Studio, train: Train, leave: Leave, tmp_path: Path
) -> None:
    round_id = train(make(tmp_path / "model"), changes=LOKR)
    with pytest.raises(StudioError, match="trained a LoKr, which this format does not hold"):
        studio.export_round(round_id, "comfyui")
    made = leave(round_id, "lycoris")
    assert (made / "comfyui-workflow.json").is_file()
    card = (made / "README.md").read_text(encoding="utf-8")
    assert "create_lycoris_from_weights" in card and "| factor | 4 |" in card
    (file,) = made.glob("*.safetensors")
    parts = [name.partition(".") for name in load_file(file)]
    assert all(layer.startswith("lycoris_") for layer, _, _ in parts)
    assert {end for *_, end in parts} == {"lokr_w1", "lokr_w2", "lokr_w2_a", "lokr_w2_b", "alpha"}


def test_a_form_that_no_program_reads_is_refused(
    studio: Studio, models: Models, train: Train, tmp_path: Path
) -> None:
    round_id = train(make_tiny_krea(tmp_path / "model"), changes=QUICK)
    failed = work(studio, models, studio.export_round(round_id, "invokeai"))
    assert failed.state == "error" and "Choose the format for ComfyUI" in failed.message
