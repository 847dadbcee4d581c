"""A LoRA from elsewhere, in any keys that diffusers reads, as a starting point in the studio's format."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.models.names import refuse_pickle
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import attach_lora, detach, targeted_layers, trainable
from gal_studio.engine.models.factors import Factors
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.one_file import LORA, read_one_file

_DOWN = (".lora_A.weight", ".lora.down.weight", ".lora_down.weight", "_lora.down.weight")


def read_foreign(model: ImageModel, path: Path) -> dict[str, Factors]:
    """The factors of a LoRA by the layers of this model; refused unless the model takes all of it.

    The model is left as it was.
    """
    refuse_pickle(str(path))
    one_file = read_one_file(path)
    if not any(mark in name for name in one_file.tensors for mark in LORA):
        raise StudioError(f"The file {path.name} holds no LoRA: choose a LoRA's .safetensors file.")
    pipeline, part = model.family.pipeline, model.family.part
    with _refusals(path, model), torch.random.fork_rng(devices=[]):
        expected = _layers_of_file(pipeline, path, part)
    detach(model)
    try:
        with _refusals(path, model), torch.random.fork_rng(devices=[]):
            pipeline.load_lora_weights(str(path.parent), weight_name=path.name)
        found = dict(_loaded(model, path))
    finally:
        pipeline.unload_lora_weights()
        for module in model.family.frozen_parts:
            module.requires_grad_(False)
    if len(found) != expected:
        raise _misfit(path, model, f"the model takes {len(found)} of its {expected} layers")
    return found


def attach_foreign(model: ImageModel, path: Path, settings: TuneSettings) -> None:
    """Attach a LoRA with these settings that changes every weight as the file does.

    Its rank may be larger than the file's: the rows that are added do nothing until they are trained.
    """
    found = read_fitting(model, path, settings)
    attach_lora(model, settings, torch.Generator().manual_seed(0))
    weights = trainable(model)
    with torch.no_grad():
        for layer, factors in found.items():
            down, up = (weights[f"{layer}.lora_{factor}.default.weight"] for factor in "AB")
            down[: factors.rank] = factors.down.to(down)
            up[:, : factors.rank] = factors.up.to(up)


def read_fitting(model: ImageModel, path: Path, settings: TuneSettings) -> dict[str, Factors]:
    """The factors of a LoRA; refused unless a training with these settings can start from all of them."""
    if settings.method != "lora":
        raise StudioError(
            f"The LoRA {path.name} cannot start a training of the whole model: choose the method LoRA."
        )
    found = read_foreign(model, path)
    layers = targeted_layers(model.denoiser, model.lora_layers(settings.target))
    if other := sorted(found.keys() - layers.keys()):
        raise StudioError(
            f"The LoRA {path.name} changes the layer {other[0]}, which the target {settings.target!r} leaves "
            "as it is: choose the target 'all', or another LoRA."
        )
    if (rank := max(factors.rank for factors in found.values())) > settings.rank:
        raise StudioError(
            f"The LoRA {path.name} has the rank {rank}, and the project {settings.rank}: choose a rank of at "
            f"least {rank}."
        )
    return found


def _layers_of_file(pipeline: Any, path: Path, part: str) -> int:
    """The number of layers in the file, as diffusers reads its names; refused if it changes more."""
    answer = pipeline.lora_state_dict(str(path.parent), weight_name=path.name, unet_config=_unet(pipeline))
    tensors = answer[0] if isinstance(answer, tuple) else answer
    elsewhere = sorted(name for name in tensors if not name.startswith(f"{part}."))
    if elsewhere:
        what = elsewhere[0].partition(".")[0].replace("_", " ")
        raise StudioError(
            f"The LoRA {path.name} also changes the {what}, which the studio does not train: choose one that "
            "changes the picture model alone."
        )
    return sum(name.endswith(_DOWN) for name in tensors)


def _unet(pipeline: Any) -> Any:
    return getattr(getattr(pipeline, "unet", None), "config", None)


def _loaded(model: ImageModel, path: Path) -> Iterator[tuple[str, Factors]]:
    """The factors that diffusers has attached, with their scale folded into the second one."""
    for name, layer in model.denoiser.named_modules():
        for adapter, down in (getattr(layer, "lora_A", None) or {}).items():
            if getattr(layer, "use_dora", {}).get(adapter):
                raise _misfit(path, model, "it is a DoRA, which the studio does not train")
            up = layer.lora_B[adapter].weight.detach().float().cpu() * float(layer.scaling[adapter])
            yield name, _without_idle_rows(Factors(down.weight.detach().float().cpu(), up))


def _without_idle_rows(factors: Factors) -> Factors:
    """Leave out rows that change nothing, such as those of its neighbours in a layer that was fused."""
    used = factors.up.flatten(1).any(0)
    if not used.any():
        used[0] = True
    return Factors(factors.down[used], factors.up[:, used])


@contextmanager
def _refusals(path: Path, model: ImageModel) -> Iterator[None]:
    """Turn what the libraries raise for a LoRA of another model into one sentence."""
    try:
        yield
    except StudioError:
        raise
    except Exception as error:
        sizes = "size mismatch" in str(error)
        why = "its layers have other sizes" if sizes else first_line(error)[:200].rstrip(".")
        raise _misfit(path, model, why) from error


def _misfit(path: Path, model: ImageModel, why: str) -> StudioError:
    return StudioError(
        f"The LoRA {path.name} does not fit the model {model.name} ({why}): choose one that was made for it."
    )
