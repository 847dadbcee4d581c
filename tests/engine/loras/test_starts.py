"""LoRAs that began with a part of the base model: they change it as in training, or are refused."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.engine.loras.foreign import read_foreign
from gal_studio.engine.models.image_model import ImageModel
from tests.engine.loras.foreign_files import drawn, layers_of, read_whole, weight_of

RANK = 2


def trained(
    model: ImageModel, start: str, alpha: float, folder: Path
) -> tuple[Path, dict[str, torch.Tensor]]:
    """A LoRA as peft trains it, and what the weights became: the rest of the base model, plus the LoRA.

    The start is written as in peft's own code, with factors that are scaled and a rest that is computed.
    """
    scale, tensors, became = alpha / RANK, {}, {}
    for seed, layer in enumerate(layers_of(model)):
        weight = weight_of(model, layer)
        if start.startswith("pissa"):
            left, sizes, right = torch.linalg.svd(weight, full_matrices=False)
            root = (sizes[:RANK] / scale).sqrt()
            up, down = left[:, :RANK] * root, root[:, None] * right[:RANK]
        else:
            columns, rows = torch.linalg.qr(weight)
            up, down = columns[:, :RANK], rows[:RANK]
        rest = weight - scale * up @ down
        up, down = up + 0.1 * drawn(seed, *up.shape), down + 0.1 * drawn(seed + 99, *down.shape)
        tensors |= {
            f"base_model.model.{layer}.lora_A.weight": down.contiguous(),
            f"base_model.model.{layer}.lora_B.weight": up.contiguous(),
        }
        became[layer] = rest + scale * up @ down
    path = folder / "adapter_model.safetensors"
    save_file(tensors, path)
    configured(folder, init_lora_weights=start, r=RANK, lora_alpha=alpha)
    return path, became


def configured(folder: Path, **given: Any) -> None:
    (folder / "adapter_config.json").write_text(json.dumps(given))


@pytest.mark.parametrize(("start", "alpha"), [("pissa", 2.0), ("pissa", 8.0), ("olora", 4.0)])
def test_the_model_becomes_what_it_became_in_training(
    klein: ImageModel, start: str, alpha: float, tmp_path: Path
) -> None:
    path, became = trained(klein, start, alpha, tmp_path)
    found = read_whole(klein, path)
    for layer, wanted in became.items():
        whole = weight_of(klein, layer) + found.factors[layer].change
        torch.testing.assert_close(whole, wanted, rtol=1e-4, atol=1e-4)
        assert found.factors[layer].rank == 2 * RANK
    assert any("is taken out: its rank doubles" in note for note in found.notes)
    with pytest.raises(StudioError, match="is converted with the weights of the base model"):
        read_foreign(klein, path)


def test_a_header_says_it_too(klein: ImageModel, tmp_path: Path) -> None:
    path, became = trained(klein, "pissa", 1.0 * RANK, tmp_path)
    (tmp_path / "adapter_config.json").unlink()
    for metadata in (
        {"ss_network_args": json.dumps({"init_lora_weights": "pissa"})},
        {"lora_initialisation_style": "pissa"},
    ):
        other = tmp_path / "other.safetensors"
        save_file(load_file(path), other, metadata=metadata)
        found = read_whole(klein, other)
        assert found.part == "PiSSA"
        layer = next(iter(became))
        whole = weight_of(klein, layer) + found.factors[layer].change
        torch.testing.assert_close(whole, became[layer], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("start", [True, False, None, "gaussian", "orthogonal", "eva", "EVA"])
def test_a_start_that_leaves_the_base_model_alone_is_a_plain_lora(
    klein: ImageModel, start: object, tmp_path: Path
) -> None:
    path, _ = trained(klein, "olora", 4.0, tmp_path)
    configured(tmp_path, init_lora_weights=start, r=RANK, lora_alpha=4.0)
    found = read_foreign(klein, path)
    assert found.part is None and {factors.rank for factors in found.factors.values()} == {RANK}


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("pissa_niter_16", "PiSSA by iterations"),
        ("loftq", "LoftQ"),
        ("corda", "CorDA"),
        ("lora_ga", "LoRA-GA"),
        ("unheard-of", "'unheard-of'"),
    ],
)
def test_a_start_that_does_not_follow_from_the_weights_is_refused(
    klein: ImageModel, start: str, words: str, tmp_path: Path
) -> None:
    path, _ = trained(klein, "pissa", 4.0, tmp_path)
    configured(tmp_path, init_lora_weights=start, r=RANK, lora_alpha=4.0)
    with pytest.raises(StudioError, match=f"base model changed by .*{words}.*save it as a plain LoRA"):
        read_whole(klein, path)
