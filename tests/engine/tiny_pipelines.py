"""Tiny pipelines with random weights of every supported variant, written by diffusers."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import diffusers
import torch
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from tests.engine.tiny import (
    make_tiny_pipeline,
    make_tiny_tokenizer,
    make_tiny_xl_pipeline,
    tiny_text_configuration,
)

Make = Callable[[Path], Path]
SCALED = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": 1}


def rewritten(folder: Path, **components: Any) -> Path:
    """Replace components of a pipeline folder, and write it again with diffusers."""
    kind = diffusers.DiffusionPipeline.load_config(folder)["_class_name"]
    left_out = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    options = left_out if kind == "StableDiffusionPipeline" else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = {name: part() if callable(part) else part for name, part in components.items()}
        pipeline = getattr(diffusers, kind).from_pretrained(folder, **options)
        pipeline.register_modules(**made)
        pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def scheduled(make: Make, scheduler: str, settings: Mapping[str, Any] | None = None) -> Make:
    """A pipeline with another scheduler."""

    def made(folder: Path) -> Path:
        kind = getattr(diffusers, f"{scheduler}Scheduler")
        return rewritten(make(folder), scheduler=lambda: kind(**(settings or {})))

    return made


def unet_like(folder: Path, **changes: Any) -> Callable[[], Any]:
    """A new U-Net, configured as that of a pipeline folder except for `changes`."""
    configuration = diffusers.UNet2DConditionModel.load_config(folder / "unet")
    return lambda: diffusers.UNet2DConditionModel.from_config({**configuration, **changes})


def autoencoder_like(folder: Path, **changes: Any) -> Callable[[], Any]:
    """A new autoencoder, configured as that of a pipeline folder except for `changes`."""
    configuration = diffusers.AutoencoderKL.load_config(folder / "vae")
    return lambda: diffusers.AutoencoderKL.from_config({**configuration, **changes})


def make_tiny_two(folder: Path) -> Path:
    """As Stable Diffusion 2.x: linear projections and one head width."""
    unet = unet_like(
        make_tiny_pipeline(folder, "epsilon"), use_linear_projection=True, attention_head_dim=[2, 4]
    )
    return rewritten(folder, unet=unet)


def make_wide_two(folder: Path) -> Path:
    """As Stable Diffusion 2.x, with its text width of 1024, by which a one-file checkpoint is recognized."""
    unet = unet_like(
        make_tiny_two(folder),
        cross_attention_dim=1024,
        layers_per_block=2,
        down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
    )
    text = tiny_text_configuration(make_tiny_tokenizer(), hidden_size=1024, projection_dim=1024)
    return rewritten(folder, unet=unet, text_encoder=lambda: CLIPTextModel(text))


def make_deep_xl(folder: Path) -> Path:
    """With ten layers in the second text encoder, by which a one-file checkpoint is recognized."""
    unet = unet_like(make_tiny_xl_pipeline(folder), cross_attention_dim=32 + 48)
    text = tiny_text_configuration(make_tiny_tokenizer(), num_hidden_layers=10, hidden_size=48)
    return rewritten(folder, unet=unet, text_encoder_2=lambda: CLIPTextModelWithProjection(text))


def make_tiny_xl_with_empty_prompt(folder: Path) -> Path:
    """As some fine-tuned XL models: the unconditional text is the empty prompt instead of zeros."""
    pipeline = diffusers.StableDiffusionXLPipeline.from_pretrained(make_tiny_xl_pipeline(folder))
    pipeline.register_to_config(force_zeros_for_empty_prompt=False)
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


V_PREDICTION = {**SCALED, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}
ZERO_SNR = {**V_PREDICTION, "rescale_betas_zero_snr": True}
TURBO = {**SCALED, "timestep_spacing": "trailing"}

make_wide_two_with_v = scheduled(make_wide_two, "DDIM", {**V_PREDICTION, "clip_sample": False})

UNETS: dict[str, Make] = {
    "sd1 epsilon, PNDM": scheduled(make_tiny_pipeline, "PNDM", {**SCALED, "skip_prk_steps": True}),
    "sd1 v, DDIM": make_tiny_pipeline,
    "sd1 DPM-Solver with Karras sigmas": scheduled(
        make_tiny_pipeline, "DPMSolverMultistep", {**SCALED, "use_karras_sigmas": True}
    ),
    "sd2 epsilon, Euler": scheduled(make_tiny_two, "EulerDiscrete", SCALED),
    "sd2 v, DDIM": scheduled(make_tiny_two, "DDIM", {**V_PREDICTION, "clip_sample": False}),
    "xl epsilon, Euler": scheduled(
        make_tiny_xl_pipeline, "EulerDiscrete", {**SCALED, "timestep_spacing": "leading"}
    ),
    "xl v, zero terminal SNR": scheduled(make_tiny_xl_pipeline, "EulerDiscrete", ZERO_SNR),
    "xl, the empty prompt": make_tiny_xl_with_empty_prompt,
}
"""How each variant of the U-Net families is made."""
