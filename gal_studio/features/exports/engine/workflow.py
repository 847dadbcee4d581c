"""A ComfyUI workflow, in its API format, that draws one of the studio's pictures with the exported LoRA.

A LoRA whose strength changes (Eq. G13) is a hook of the conditioning, whose keyframes switch between two
steps: their `start_percent` counts noise, in which the steps of all samplers but that of FLUX.2 are even.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from gal_studio.core.quoting import prompt_for
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.family import Family, family_solver
from gal_studio.engine.sampling.sampler import DrawRequest

Workflow = dict[str, dict[str, Any]]
_TEXT_OF_9B = 3 * 4096  # values of a text token of FLUX.2 klein 9B: three layers of Qwen3 8B
_KLEIN_SHIFT = 2.02
"""Of the noise that ComfyUI counts percents in for FLUX.2, whatever its scheduler does."""


@dataclass(frozen=True)
class WorkflowOrder:
    """What the workflow draws, with which files."""

    lora: str
    base_model: str
    request: DrawRequest
    settings: GenerationSettings
    resolution: int
    recipe: Recipe = AS_TRAINED


def workflow(family: Family, order: WorkflowOrder) -> Workflow | None:
    """The workflow for a family; None for one that ComfyUI does not know."""
    made = _MADE.get(family.name)
    if made is None or not family.lora_names.is_known:
        return None
    drawn = made(family, order)
    first_late = order.recipe.first_late(order.settings.denoising)
    if first_late > 0:
        drawn = _scheduled(drawn, order, _percent(family, order, first_late))
    return drawn


def node(kind: str, title: str = "", **inputs: Any) -> dict[str, Any]:
    """A node of the API format, with its inputs: values, or links to outputs of others."""
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": title or kind}}


def _unet(family: Family, order: WorkflowOrder) -> Workflow:
    """A checkpoint with everything in it, DPM++ 2M at evenly spaced timesteps."""
    model = ["lora", 0]
    nodes: Workflow = {
        "checkpoint": node(
            "CheckpointLoaderSimple", f"Choose {order.base_model}", ckpt_name=_file(order.base_model)
        ),
        **_speed(order),
        "lora": _lora(order, ["speed", 0] if order.settings.speed_lora.strip() else ["checkpoint", 0]),
        "prompt": node("CLIPTextEncode", text=_prompt(order), clip=["checkpoint", 1]),
        "nothing": node("CLIPTextEncode", text="", clip=["checkpoint", 1]),
        "latent": _latent("EmptyLatentImage", order),
        "decode": node("VAEDecode", samples=["sampler", 0], vae=["checkpoint", 2]),
        "save": _save(),
    }
    if getattr(family.pipeline.config, "force_zeros_for_empty_prompt", False):
        nodes["nothing"] = node("ConditioningZeroOut", conditioning=["prompt", 0])
    if family.lora_names.predicts_velocity:
        nodes["velocity"] = node(
            "ModelSamplingDiscrete",
            model=model,
            sampling="v_prediction",
            zsnr=bool(family.pipeline.scheduler.config.get("rescale_betas_zero_snr", False)),
        )
        model = ["velocity", 0]
    solver = _SOLVERS[order.settings.solver]
    nodes["sampler"] = _sampler(order, model, order.settings.guidance_scale, solver, "sgm_uniform")
    return {**nodes, **_given(family, order, nodes["sampler"]["inputs"])} if order.settings.sigmas else nodes


def _given(family: Family, order: WorkflowOrder, sampler: dict[str, Any]) -> Workflow:
    """Nodes that take the sampler's steps at given sigmas, the last one ending at 0."""
    solver: Any = family_solver(family, order.settings.denoising, order.resolution, torch.device("cpu"))
    taken = ("model", "cfg", "positive", "negative", "latent_image")
    return {
        "solver": node("KSamplerSelect", sampler_name=sampler["sampler_name"]),
        "times": node("ManualSigmas", sigmas=", ".join(f"{float(sigma):.6g}" for sigma in solver.sigmas)),
        "sampler": node(
            "SamplerCustom",
            add_noise=True, noise_seed=sampler["seed"], sampler=["solver", 0], sigmas=["times", 0],
            **{name: sampler[name] for name in taken},
        ),
    }  # fmt: skip


def _apart(order: WorkflowOrder, text: str, kind: str, vae: str) -> Workflow:
    """A model whose denoiser, text encoder and autoencoder are files of their own."""
    return {
        "model": _denoiser(order),
        "text": node("CLIPLoader", clip_name=text, type=kind),
        "vae": node("VAELoader", vae_name=vae),
        "lora": _lora(order, ["model", 0]),
        "prompt": node("CLIPTextEncode", text=_prompt(order), clip=["text", 0]),
        "nothing": node("CLIPTextEncode", text="", clip=["text", 0]),
        "decode": node("VAEDecode", samples=["sampler", 0], vae=["vae", 0]),
        "save": _save(),
    }


def _shifted(order: WorkflowOrder, made: Workflow, scale: float, **shift: Any) -> Workflow:
    """Euler's method at noise levels that are shifted: by a number, or as for pictures of this size."""
    size: dict[str, Any] = {"width": order.resolution, "height": order.resolution}
    kind = "ModelSamplingFlux" if "max_shift" in shift else "ModelSamplingAuraFlow"
    return {
        **made,
        "shift": node(kind, model=["lora", 0], **shift, **(size if "max_shift" in shift else {})),
        "latent": _latent("EmptySD3LatentImage", order),
        "sampler": _sampler(order, ["shift", 0], scale, "euler", "simple"),
    }


def _z_image(family: Family, order: WorkflowOrder) -> Workflow:
    """Guidance there counts from the unconditional prediction, so that it is 1 more."""
    made = _apart(order, "qwen_3_4b.safetensors", "lumina2", "ae.safetensors")
    shift = float(family.pipeline.scheduler.config.shift)
    return _shifted(order, made, order.settings.guidance_scale + 1.0, shift=shift)


def _krea(family: Any, order: WorkflowOrder) -> Workflow:
    """Guidance there is 1 more, as for Z-Image."""
    made = _apart(order, "qwen3vl_4b_bf16.safetensors", "krea2", "qwen_image_vae.safetensors")
    shift = family.shift(order.resolution)
    return _shifted(order, made, order.settings.guidance_scale + 1.0, max_shift=shift, base_shift=shift)


def _anima(family: Any, order: WorkflowOrder) -> Workflow:
    """The conditioner of the text is in the model's file."""
    made = _apart(order, "qwen_3_06b_base.safetensors", "stable_diffusion", "qwen_image_vae.safetensors")
    shift = float(family.pipeline.scheduler.config.shift)
    return _shifted(order, made, _scale(family, order), shift=shift)


def _qwen(family: Any, order: WorkflowOrder) -> Workflow:
    """One node reads prompts and makes the latent."""
    shift, text = family.shift(order.resolution), "qwen3vl_8b_bf16.safetensors"
    made = _apart(order, text, "qwen_image", "qwen_image_2.1_vae_bf16.safetensors")
    made = _shifted(order, made, _scale(family, order), max_shift=shift, base_shift=shift)
    read: dict[str, Any] = {"clip": ["text", 0], "negative_prompt": "", "resolution": order.resolution}
    for name, prompt in (("prompt", _prompt(order)), ("nothing", "")):
        made[name] = node("TextEncodeQwenImage21", prompt=prompt, **read)
    del made["latent"]
    made["sampler"]["inputs"]["latent_image"] = ["prompt", 2]
    return made


def _klein(family: Family, order: WorkflowOrder) -> Workflow:
    """Euler's method with the schedule of FLUX.2; distilled models ignore the guidance.

    The model of 9 billion parameters reads the text of Qwen3 8B, the other one that of 4B.
    """
    size: dict[str, Any] = {"width": order.resolution, "height": order.resolution}
    is_large = family.pipeline.transformer.config.joint_attention_dim >= _TEXT_OF_9B
    text = "qwen_3_8b_fp8mixed.safetensors" if is_large else "qwen_3_4b.safetensors"
    return {
        **_apart(order, text, "flux2", "flux2-vae.safetensors"),
        "guide": node(
            "CFGGuider",
            model=["lora", 0], positive=["prompt", 0], negative=["nothing", 0], cfg=_scale(family, order),
        ),
        "noise": node("RandomNoise", noise_seed=order.request.seed),
        "solver": node("KSamplerSelect", sampler_name="euler"),
        "times": node("Flux2Scheduler", steps=order.settings.steps, **size),
        "latent": _latent("EmptyFlux2LatentImage", order),
        "sampler": node(
            "SamplerCustomAdvanced",
            noise=["noise", 0], guider=["guide", 0], sampler=["solver", 0], sigmas=["times", 0],
            latent_image=["latent", 0],
        ),
    }  # fmt: skip


def _scale(family: Family, order: WorkflowOrder) -> float:
    """The guidance scale as ComfyUI has it, 1 for none."""
    scale = order.settings.guidance_scale
    return scale if family.is_guided(scale) else 1.0


_MADE: Mapping[str, Callable[[Family, WorkflowOrder], Workflow]] = {
    "sd1": _unet, "sdxl": _unet, "flux2-klein": _klein, "z-image": _z_image, "krea-2": _krea,
    "qwen-image-2.1": _qwen, "anima": _anima,
}  # fmt: skip


def _prompt(order: WorkflowOrder) -> str:
    return prompt_for("comfyui", order.request.prompt)


def _denoiser(order: WorkflowOrder) -> dict[str, Any]:
    return node(
        "UNETLoader",
        f"Choose {order.base_model}",
        unet_name=_file(order.base_model),
        weight_dtype="default",
    )


def _lora(order: WorkflowOrder, model: list[Any]) -> dict[str, Any]:
    return node("LoraLoaderModelOnly", model=model, lora_name=order.lora, strength_model=order.recipe.late)


def _speed(order: WorkflowOrder) -> Workflow:
    """The node of a speed LoRA, if there is one: it counts in full in all steps."""
    name = order.settings.speed_lora.strip()
    if not name:
        return {}
    file = re.split(r"[/\\]", name)[-1]
    file = file if file.endswith(".safetensors") else f"{file}.safetensors"
    loader = node("LoraLoaderModelOnly", model=["checkpoint", 0], lora_name=file, strength_model=1.0)
    return {"speed": loader}


_SOLVERS = {"own": "dpmpp_2m", "ddim": "euler", "lcm": "lcm"}
"""What ComfyUI calls the solvers; Euler's steps of its noise levels are those of DDIM."""


def _scheduled(made: Workflow, order: WorkflowOrder, switch: float) -> Workflow:
    """The workflow with hooks in place of the LoRA's loader; `switch` is the keyframe's `start_percent`."""
    model = made["lora"]["inputs"]["model"]
    hooked: dict[Any, Any] = {("lora", 0): model, ("prompt", 0): ["hooked", 0], ("nothing", 0): ["hooked", 1]}
    for name, one in made.items():
        if name != "nothing":  # which may be made of the prompt
            one["inputs"] = {key: hooked.get(_link(value), value) for key, value in one["inputs"].items()}
    frame = "CreateHookKeyframe"
    return {
        **made,
        "lora": node("CreateHookLoraModelOnly", lora_name=order.lora, strength_model=1.0),
        "early": node(frame, "Early strength (layout)", strength_mult=order.recipe.early, start_percent=0.0),
        "late": node(
            frame, "Late strength (style)",
            strength_mult=order.recipe.late, start_percent=switch, prev_hook_kf=["early", 0],
        ),
        "strengths": node("SetHookKeyframes", hooks=["lora", 0], hook_kf=["late", 0]),
        "hooked": node(
            "PairConditioningSetProperties",
            positive_NEW=["prompt", 0], negative_NEW=["nothing", 0], strength=1.0, set_cond_area="default",
            hooks=["strengths", 0],
        ),
    }  # fmt: skip


def _link(value: Any) -> tuple[str, int] | None:
    return (value[0], value[1]) if isinstance(value, list) else None


def _percent(family: Family, order: WorkflowOrder, first: int) -> float:
    """What ComfyUI calls the place halfway between a step (from 0) and the one before it."""
    steps = order.settings.steps
    if first == steps:
        return 1.0
    if order.settings.sigmas:  # which counts timesteps there
        given: Any = family_solver(family, order.settings.denoising, order.resolution, torch.device("cpu"))
        return round(1.0 - float(given.timesteps[first - 1] + given.timesteps[first]) / 2 / 999, 3)
    if family.name != "flux2-klein":
        return round((first - 0.5) / steps, 3)
    solver: Any = family.solver(steps, order.resolution, torch.device("cpu"))
    noise = float(solver.sigmas[first - 1] + solver.sigmas[first]) / 2
    return round(1.0 - 1.0 / (1.0 + (1.0 / noise - 1.0) * math.exp(_KLEIN_SHIFT)), 3)


def _latent(kind: str, order: WorkflowOrder) -> dict[str, Any]:
    return node(kind, width=order.resolution, height=order.resolution, batch_size=1)


def _sampler(
    order: WorkflowOrder,
    model: list[Any],
    guidance: float,
    solver: str,
    spacing: str,
) -> dict[str, Any]:
    return node(
        "KSampler",
        model=model, seed=order.request.seed, steps=order.settings.steps, cfg=max(guidance, 1.0),
        sampler_name=solver, scheduler=spacing, positive=["prompt", 0], negative=["nothing", 0],
        latent_image=["latent", 0], denoise=1.0,
    )  # fmt: skip


def _save() -> dict[str, Any]:
    return node("SaveImage", images=["decode", 0], filename_prefix="gal-studio")


_FILES: Mapping[str, str] = {
    "stable-diffusion-v1-5/stable-diffusion-v1-5": "v1-5-pruned-emaonly.safetensors",
    "stabilityai/stable-diffusion-xl-base-1.0": "sd_xl_base_1.0.safetensors",
    "black-forest-labs/FLUX.2-klein-base-4B": "flux-2-klein-base-4b.safetensors",
    "black-forest-labs/FLUX.2-klein-4B": "flux-2-klein-4b.safetensors",
    "Tongyi-MAI/Z-Image": "z_image_bf16.safetensors",
    "Tongyi-MAI/Z-Image-Turbo": "z_image_turbo_bf16.safetensors",
    "krea/Krea-2-Raw": "krea2_raw_bf16.safetensors",
    "krea/Krea-2-Turbo": "krea2_turbo_bf16.safetensors",
    "circlestone-labs/Anima-Base-v1.0-Diffusers": "anima-base-v1.0.safetensors",
    "Qwen/Qwen-Image-2.1": "qwen_image_2.1_bf16.safetensors",
    "Qwen/Qwen-Image-2.1-Turbo": "qwen_image_2.1_turbo_bf16.safetensors",
}
"""The usual file of a well-known model in ComfyUI's folders."""


def _file(base_model: str) -> str:
    if base_model in _FILES:
        return _FILES[base_model]
    name = base_model.partition(" with ")[0].rpartition("/")[2]
    return name if name.endswith(".safetensors") else f"{name}.safetensors"
