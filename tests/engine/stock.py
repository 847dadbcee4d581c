"""Pictures of pipelines that diffusers loads itself, as any user of it does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import diffusers
import torch
from PIL import Image

from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.family import family_solver
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawRequest


def stock_pipeline(folder: Path) -> Any:
    """A folder's pipeline, with its autoencoder as the studio holds it: another layout rounds otherwise."""
    pipeline: Any
    if (folder / "model_index.json").is_file():
        pipeline = diffusers.DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    else:
        pipeline = diffusers.ModularPipeline.from_pretrained(str(folder))
        pipeline.load_components(pretrained_model_name_or_path=str(folder), dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    for weight in pipeline.vae.parameters():
        if weight.ndim == 4:
            weight.data = weight.data.to(memory_format=torch.channels_last)
    return pipeline


def with_our_solver(pipeline: Any, model: ImageModel, settings: GenerationSettings) -> Any:
    """The pipeline, if it is of a U-Net with the solver of the studio."""
    if model.family.part == "unet":
        side = settings.resolution or model.resolution
        solver: Any = family_solver(model.family, settings.denoising, side, model.device)
        pipeline.scheduler = diffusers.DPMSolverMultistepScheduler.from_config(solver.config)
    return pipeline


def stock_pictures(
    pipeline: Any, requests: Sequence[DrawRequest], settings: GenerationSettings, **more: Any
) -> list[Image.Image]:
    """What a pipeline draws; `more` are further arguments of its calls."""
    side = settings.resolution or None
    return [
        pipeline(
            prompt=request.prompt,
            num_inference_steps=settings.steps,
            guidance_scale=settings.guidance_scale,
            height=side,
            width=side,
            generator=torch.Generator("cpu").manual_seed(request.seed),
            **more,
        ).images[0]
        for request in requests
    ]
