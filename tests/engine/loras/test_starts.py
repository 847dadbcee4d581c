"""LoRAs that began with a part of the base model are refused, and plain ones are not."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras.foreign import read_foreign
from gal_studio.engine.models.image_model import ImageModel
from tests.engine.loras.foreign_files import drawn, layers_of

RANK = 2


def lora(model: ImageModel, folder: Path, header: dict[str, str] | None = None) -> Path:
    tensors: dict[str, torch.Tensor] = {}
    for seed, layer in enumerate(layers_of(model)):
        out, inside = model.denoiser.get_parameter(f"{layer}.weight").shape
        tensors[f"base_model.model.{layer}.lora_A.weight"] = drawn(seed, RANK, inside)
        tensors[f"base_model.model.{layer}.lora_B.weight"] = drawn(seed + 99, out, RANK)
    path = folder / "adapter_model.safetensors"
    save_file(tensors, path, metadata=header)
    return path


@pytest.mark.parametrize("start", [True, False, None, "gaussian", "orthogonal", "eva", "EVA"])
def test_a_start_that_leaves_the_base_model_alone_is_a_plain_lora(
    klein: ImageModel, start: object, tmp_path: Path
) -> None:
    path = lora(klein, tmp_path)
    (tmp_path / "adapter_config.json").write_text(json.dumps({"init_lora_weights": start}))
    assert {factors.rank for factors in read_foreign(klein, path).factors.values()} == {RANK}


@pytest.mark.parametrize("start", ["pissa_niter_16", "olora", "unheard-of"])
def test_a_start_that_changed_the_base_model_is_refused(
    klein: ImageModel, start: str, tmp_path: Path
) -> None:
    path = lora(klein, tmp_path)
    (tmp_path / "adapter_config.json").write_text(json.dumps({"init_lora_weights": start}))
    with pytest.raises(StudioError, match=rf"changed base model \({start}\).*save it as a plain LoRA"):
        read_foreign(klein, path)


@pytest.mark.parametrize(
    "header",
    [
        {"ss_network_args": json.dumps({"init_lora_weights": "pissa"})},
        {"lora_initialisation_style": "pissa"},
    ],
)
def test_a_header_says_it_too(klein: ImageModel, header: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"\(pissa\)"):
        read_foreign(klein, lora(klein, tmp_path, header))
