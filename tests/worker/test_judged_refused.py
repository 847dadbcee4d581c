"""What is no LoRA for a model is refused by what it is, in one sentence, before anything is stored."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.studio.create.lora_file import read_lora_facts
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from tests.engine.tiny_flows import make_tiny_z_image
from tests.tiny_project import tiny_draft
from tests.ui.asking import ask
from tests.worker.test_lora_start import write_lora

Tensors = dict[str, torch.Tensor]
ONE = torch.ones(2, 2)
LAYER = "down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"


def factors(name: str, adapter: str = "") -> Tensors:
    """A LoRA of one layer, with the name of its adapter where it has one."""
    end = f"{adapter}.weight" if adapter else "weight"
    return {f"{name}.lora_A.{end}": ONE, f"{name}.lora_B.{end}": ONE}


def of_z_image(folder: Path) -> Tensors:
    write_lora(Models(), str(make_tiny_z_image(folder / "model")), folder / "other.safetensors")
    return load_file(folder / "other.safetensors")


CASES: dict[str, tuple[Tensors | Callable[[Path], Tensors], str]] = {
    "another model": (
        of_z_image,
        r"does not fit the model .* \(it is made for Z-Image; .*: choose one that was",
    ),
    "text too": (
        {**factors(f"lora_unet_{LAYER}"), **factors("lora_te1_text_model_encoder_layers_0_mlp_fc1")},
        r"also changes the text encoder \(1 layer\).*: choose to leave these out",
    ),
    "no LoRA": ({"control_model.input_blocks.0.0.weight": ONE}, "is a ControlNet, .*: choose a LoRA"),
    "two adapters": (
        {**factors(f"unet.{LAYER}", "ink"), **factors(f"unet.{LAYER}", "wash")},
        r"holds several LoRAs \(ink, wash\): save each one in its own file",
    ),
}
"""`tests/core/models/test_lora_kinds.py` has what else a file can be."""


@pytest.mark.parametrize("case", CASES)
def test_a_file_is_refused_by_what_it_is(
    case: str, studio: Studio, names: tuple[str, str], tmp_path: Path
) -> None:
    """Equally by Python, which the command calls, and on the page."""
    studio.models = CheckHere()
    made, words = CASES[case]
    file = tmp_path / "given.safetensors"
    tensors = made(tmp_path) if callable(made) else made
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, file)
    with pytest.raises(StudioError, match=words) as refused:
        studio.create_project(tiny_draft(names, judged=(file,)))
    said = str(refused.value)
    assert "given.safetensors" in said and "\n" not in said and said.endswith(".")
    assert not studio.projects() and not list((studio.store.workspace / "adapters").glob("*"))
    form = {
        "kind": "style",
        "base_model": names[0],
        "clip_model": names[1],
        "judged": [str(file)],
    }
    sets = [{"prompts": ["A cat in ink style"], "pictures": 1}]
    notes = [note["text"] for note in ask("derive", studio, {**form, "sets": sets})["notes"]]
    problems = [one["text"] for one in ask("model_facts", studio, form)["problems"]]
    assert said in [*notes, *problems]


def test_magnitudes_in_any_naming_are_a_dora(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    studio.models = CheckHere()
    file = tmp_path / "dora.safetensors"
    write_lora(models, names[0], file)
    tensors = load_file(file)
    for name in [name for name in tensors if name.endswith(".lora_up.weight")]:
        tensors[name.replace(".lora_up.weight", ".magnitude")] = torch.ones(len(tensors[name]))
    save_file(tensors, file)
    assert read_lora_facts(file).kind == "DoRA"
    with pytest.raises(StudioError, match=r", a DoRA of \d+ layers, rescales the weights"):
        studio.create_project(tiny_draft(names, judged=(file,)))
