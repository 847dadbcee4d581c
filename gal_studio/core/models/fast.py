"""Models and LoRAs with which images of a base model take few steps, and what each of them wants."""

from dataclasses import dataclass
from typing import Literal

Solver = Literal["own", "ddim", "lcm"]


@dataclass(frozen=True)
class FastWay:
    """A sibling of a base model, or a speed LoRA for it, as its card recommends it.

    A `guidance_scale` of 0 is none in every family.
    """

    name: str
    base_model: str
    steps: int
    guidance_scale: float = 0.0
    solver: Solver = "own"
    is_lora: bool = False


_KLEIN, _Z_IMAGE = "black-forest-labs/FLUX.2-klein-base-4B", "Tongyi-MAI/Z-Image"
_KREA, _QWEN = "krea/Krea-2-Raw", "Qwen/Qwen-Image-2.1"
_ANIMA = "circlestone-labs/Anima-Base-v1.0-Diffusers"
_SD15 = "stable-diffusion-v1-5/stable-diffusion-v1-5"
_SDXL = "stabilityai/stable-diffusion-xl-base-1.0"
_HYPER, _LIGHTNING = "ByteDance/Hyper-SD", "ByteDance/SDXL-Lightning"
KNOWN: tuple[FastWay, ...] = (
    FastWay("black-forest-labs/FLUX.2-klein-4B", _KLEIN, 4),
    FastWay("Tongyi-MAI/Z-Image-Turbo", _Z_IMAGE, 8),
    FastWay("krea/Krea-2-Turbo", _KREA, 8),
    FastWay("Comfy-Org/Krea-2/loras/krea2_turbo_lora_rank_64_bf16.safetensors", _KREA, 8, is_lora=True),
    FastWay("Qwen/Qwen-Image-2.1-Turbo", _QWEN, 8),
    FastWay(
        "circlestone-labs/Anima-Official-LoRAs/anima-turbo-lora-v0.2.safetensors", _ANIMA, 8, is_lora=True
    ),
    FastWay(f"{_LIGHTNING}/sdxl_lightning_4step_lora.safetensors", _SDXL, 4, 0.0, "ddim", True),
    FastWay(f"{_LIGHTNING}/sdxl_lightning_8step_lora.safetensors", _SDXL, 8, 0.0, "ddim", True),
    FastWay(f"{_HYPER}/Hyper-SDXL-8steps-lora.safetensors", _SDXL, 8, 0.0, "ddim", True),
    FastWay("latent-consistency/lcm-lora-sdxl", _SDXL, 4, 0.0, "lcm", True),
    FastWay(f"{_HYPER}/Hyper-SD15-8steps-lora.safetensors", _SD15, 8, 0.0, "ddim", True),
    FastWay("latent-consistency/lcm-lora-sdv1-5", _SD15, 4, 0.0, "lcm", True),
)
"""What the presets' base models have; any other one may be named."""


def recommended(model: str, lora: str) -> FastWay:
    """What a sibling or a speed LoRA wants; of an unknown one what its name says, or four unguided steps."""
    name = lora.strip() or model.strip()
    known = next((one for one in KNOWN if one.name == name), None)
    if known is not None:
        return known
    if not lora.strip():
        return FastWay(name, "", 4)
    solver: Solver = "lcm" if "lcm" in name.rpartition("/")[2].lower() else "ddim"
    return FastWay(name, "", 4, 0.0, solver, True)
