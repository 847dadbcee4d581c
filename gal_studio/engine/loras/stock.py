"""Draw with an exported file in the stock pipeline of diffusers, in a process of its own.

`python -m gal_studio.engine.loras.stock REQUEST.json …` writes pictures beside each request, or `error.txt`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import first_line
from gal_studio.core.memory.machine import MachineSettings, Precision
from gal_studio.core.models.forms.programs import LYCORIS
from gal_studio.engine.families.family import Family, family_solver
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.loras.foreign import read_foreign
from gal_studio.engine.models.adapters import PEFT_CONFIGURATION
from gal_studio.engine.models.factors import FIRST
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.json_files import read_json
from gal_studio.with_parent import end_with_parent

ERROR = "error.txt"
_JOINED = ".img_mlp.gate_up."  # of Qwen-Image 2.1 in ComfyUI
_UNCAST = frozenset({"timestep", "t", "img_ids", "txt_ids", "guidance"})
"""Inputs of a denoiser that keep their precision."""


@dataclass(frozen=True)
class StockRequest:
    """What is drawn: (prompt, seed) with a model and an exported file.

    `file` is a LoRA of this many `layers`, or a folder with a denoiser in diffusers' format. `held` is the
    setting of the base weights' precision, and `precision` that of the denoiser while it draws, such as
    "bfloat16". The steps begin at these `sigmas`, or as the model spaces them.
    """

    model: str
    revisions: Mapping[str, str]
    device: str
    held: Precision
    precision: str
    file: str
    layers: int
    pictures: tuple[tuple[str, int], ...]
    steps: int
    guidance_scale: float
    resolution: int
    sigmas: tuple[float, ...] = ()

    def write(self, path: Path) -> None:
        """Write the request as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")


def read_request(path: Path) -> StockRequest:
    """Read what `write` has written."""
    given = read_json(path)
    pictures = tuple((prompt, seed) for prompt, seed in given.pop("pictures"))
    return StockRequest(pictures=pictures, sigmas=tuple(given.pop("sigmas", ())), **given)


def draw_stock(request: StockRequest, out: Path) -> None:
    """Write the pictures as 0.png, 1.png and so on."""
    revisions = dict(request.revisions)
    machine = MachineSettings(precision=request.held)
    model = load_image_model(request.model, request.device, revisions=revisions, machine=machine)
    load_exported(model, Path(request.file), request.layers)
    denoising = Denoising(request.steps, request.sigmas)
    pipeline = prepare_pipeline(model, denoising, request.resolution, getattr(torch, request.precision))
    guidance = guided_call(model.family, request.guidance_scale)
    for number, (prompt, seed) in enumerate(request.pictures):
        if is_modular(model.family):  # one that has drawn keeps its last step: is the empty prompt asked for?
            pipeline.update_components(guider=pipeline.guider.new())
        drawn = pipeline(
            prompt=prompt,
            **step_arguments(model.family, denoising),
            **guidance,
            **other_arguments(model.family, request.steps),
            height=request.resolution,
            width=request.resolution,
            generator=torch.Generator("cpu").manual_seed(seed),
        )
        images_of(drawn)[0].save(out / f"{number}.png")


def step_arguments(family: Family, denoising: Denoising) -> dict[str, Any]:
    """What a pipeline's call is told of its steps: their number, or their timesteps."""
    if isinstance(family, UNetFamily) and denoising.sigmas:
        return {"timesteps": family.timesteps_at(denoising.sigmas)}
    return {"num_inference_steps": denoising.steps}


def is_modular(family: Family) -> bool:
    """Whether a pipeline is made of blocks: a component guides it, and its call answers with its state."""
    return "guider" in family.pipeline.components


def guided_call(family: Family, scale: float) -> dict[str, Any]:
    """The argument of a pipeline's call that guides it; a modular one is told by its guider."""
    if not is_modular(family):
        return {scale_name(family): scale}
    from diffusers import ClassifierFreeGuidance

    scale = scale if family.is_guided(scale) else 1.0
    family.pipeline.update_components(guider=ClassifierFreeGuidance(guidance_scale=scale))
    return {}


def images_of(drawn: Any) -> Any:
    """The images of what a pipeline's call answers."""
    return drawn.images if hasattr(drawn, "images") else drawn.values["images"]


def scale_name(family: Family) -> str:
    """What a pipeline's call names its guidance scale."""
    return "true_cfg_scale" if family.name in CALL_IT_TRUE else "guidance_scale"


def other_arguments(family: Family, steps: int) -> dict[str, Any]:
    """What a pipeline's call needs besides, to generate as the studio does."""
    if family.name not in CALL_IT_TRUE:
        return {}
    own, levels = family.pipeline.config.sample_sigmas, family.noise_levels(steps)  # type: ignore[attr-defined]
    named = {"sigmas": levels} if own and list(own) != levels else {}
    return {"negative_prompt": "", "use_kv_cache": False, **named}


CALL_IT_TRUE = ("qwen-image-2.1",)
"""Families whose pipelines take guidance under another name and only with a negative prompt.

By default these keep what they computed of the text, which rounds otherwise.
"""


def has_joined_layers(file: Path) -> bool:
    """Whether a LoRA's file has layers that are two in diffusers, which does not split them."""
    from safetensors import safe_open

    if file.is_dir():
        return False
    with safe_open(file, framework="pt") as tensors:
        return any(_JOINED in name for name in tensors.keys())  # noqa: SIM118


def _split(file: Path) -> dict[str, torch.Tensor]:
    """The tensors of a LoRA whose joined layers are two again, by their outputs."""
    from safetensors.torch import load_file

    tensors: dict[str, torch.Tensor] = {}
    for name, tensor in load_file(file).items():
        if _JOINED not in name:
            tensors[name] = tensor
            continue
        halves = tensor.chunk(2) if ".lora_B." in name else (tensor, tensor)
        for part, half in zip(("gate_layer", "proj"), halves, strict=True):
            tensors[name.replace(_JOINED, f".img_mlp.{part}.")] = half.contiguous()
    return tensors


def has_names_of_trainers(family: Family, file: Path) -> bool:
    """Whether a LoRA has kohya's names for a family of which diffusers reads none."""
    from safetensors import safe_open

    if file.is_dir() or family.name not in WITHOUT_KOHYA:
        return False
    with safe_open(file, framework="pt") as tensors:
        return all(name.startswith("lora_unet_") for name in tensors.keys())  # noqa: SIM118


WITHOUT_KOHYA = ("krea-2", "anima")
"""Families of which diffusers reads no LoRA in kohya's names."""


def is_lokr(file: Path) -> bool:
    """Whether a file is a LoKr, which a denoiser loads and most of diffusers' pipelines do not."""
    from safetensors import safe_open

    if file.is_dir():
        return False
    with safe_open(file, framework="pt") as tensors:
        return any(FIRST in name for name in tensors.keys())  # noqa: SIM118


def _renamed(model: ImageModel, file: Path) -> dict[str, torch.Tensor]:
    """The tensors of a LoRA in kohya's names under those of diffusers, as the studio imports them."""
    part = model.family.part
    found = read_foreign(model, file).factors
    return {
        f"{part}.{layer}.lora_{kind}.weight": tensor.contiguous()
        for layer, one in found.items()
        for kind, tensor in (("A", one.down), ("B", one.up))
    }


def load_exported(model: ImageModel, file: Path, layers: int) -> None:
    """Load a LoRA as any user of diffusers does, and fuse it in float32; or replace the denoiser."""
    pipeline, part = model.family.pipeline, model.family.part
    kind = model.denoiser.dtype
    if file.is_dir():
        denoiser = type(model.denoiser).from_pretrained(file, dtype=torch.float32)
        setattr(pipeline, part, denoiser.to(model.device, kind))
        return
    model.denoiser.float()
    if is_lokr(file):
        _load_lokr(model, file, layers)
        model.denoiser.to(kind)
        return
    if has_joined_layers(file):
        pipeline.load_lora_weights(_split(file))
    elif has_names_of_trainers(model.family, file):
        pipeline.load_lora_weights(_renamed(model, file))
    else:
        pipeline.load_lora_weights(str(file.parent), weight_name=file.name)
    loaded = sum(bool(getattr(module, "lora_A", None)) for module in model.denoiser.modules())
    if loaded != layers:
        raise ValueError(f"diffusers takes {loaded} of the {layers} layers in {file.name}")
    pipeline.fuse_lora()
    pipeline.unload_lora_weights()
    model.denoiser.to(kind)


def _load_lokr(model: ImageModel, file: Path, layers: int) -> None:
    """Load a LoKr into the denoiser, and fuse it; LyCORIS' names are replaced by those of diffusers."""
    from safetensors import safe_open

    denoiser, part = model.denoiser, model.family.part
    with safe_open(file, framework="pt") as opened:
        names, header = list(opened.keys()), opened.metadata() or {}
        tensors = {name: opened.get_tensor(name) for name in names if not name.endswith(".alpha")}
    if names[0].startswith(f"{part}."):
        denoiser.load_lora_adapter(str(file.parent), weight_name=file.name, prefix=part)
    else:
        known = {LYCORIS.layer(name): f"{part}.{name}" for name, _ in denoiser.named_modules()}
        renamed = {
            known[name.partition(".")[0]] + name[name.index(".") :]: one for name, one in tensors.items()
        }
        configuration = json.loads(header[PEFT_CONFIGURATION])
        denoiser.load_lora_adapter(renamed, prefix=part, metadata=configuration)
    loaded = sum(bool(getattr(module, "lokr_w1", None)) for module in denoiser.modules())
    if loaded != layers:
        raise ValueError(f"diffusers takes {loaded} of the {layers} layers in {file.name}")
    denoiser.fuse_lora()
    denoiser.unload_lora()


def prepare_pipeline(model: ImageModel, denoising: Denoising, resolution: int, precision: torch.dtype) -> Any:
    """The stock pipeline with the studio's solver, in the studio's precision.

    The studio keeps latents and text features in float32, whatever the precision of the denoiser.
    """
    from diffusers import DPMSolverMultistepScheduler

    pipeline = model.family.pipeline
    solver: Any = family_solver(model.family, denoising, resolution, model.device)
    if isinstance(solver, DPMSolverMultistepScheduler):  # the others draw with their own scheduler
        pipeline.scheduler = DPMSolverMultistepScheduler.from_config(solver.config)
    if precision != torch.float32:
        if hasattr(pipeline, "encode_prompt"):
            encode = pipeline.encode_prompt
            pipeline.encode_prompt = lambda *given, **named: cast(encode(*given, **named), torch.float32)
        denoiser = model.denoiser
        for weight in denoiser.parameters():  # as the studio does: buffers keep theirs
            weight.data = weight.data.to(precision)
        denoiser.register_forward_pre_hook(_cast_inputs(precision), with_kwargs=True)
        denoiser.register_forward_hook(lambda module, given, answer: cast(answer, torch.float32))
    return pipeline


def _cast_inputs(precision: torch.dtype) -> Any:
    def cast_all(module: torch.nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        positional = tuple(
            value if place == 1 else cast(value, precision) for place, value in enumerate(given)
        )
        return positional, {
            name: value if name in _UNCAST else cast(value, precision) for name, value in named.items()
        }

    return cast_all


def cast(value: Any, precision: torch.dtype) -> Any:
    """The value with all floating tensors in it in this precision."""
    if isinstance(value, torch.Tensor):
        return value.to(precision) if value.is_floating_point() else value
    if isinstance(value, dict):
        return type(value)({name: cast(part, precision) for name, part in value.items()})
    if isinstance(value, tuple | list):
        return type(value)(cast(part, precision) for part in value)
    return value


def main(paths: Sequence[Path]) -> None:
    """Draw what each request asks for; an error is written beside it."""
    for path in paths:
        try:
            draw_stock(read_request(path), path.parent)
        except Exception as error:  # whatever the libraries raise for a file that does not load
            (path.parent / ERROR).write_text(first_line(error), encoding="utf-8")


if __name__ == "__main__":
    end_with_parent()
    main([Path(given) for given in sys.argv[1:]])
