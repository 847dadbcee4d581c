"""Draw candidates: DPM-Solver++ (2M) in batches, each picture from its own seed.

A generator of events: one after every denoising step, one for every finished batch. The caller that closes it
stops the drawing within one step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import SampleSettings
from gal_studio.engine.denoiser import predict, whole_picture
from gal_studio.engine.model import ImageModel
from gal_studio.engine.text import TextFeatures, check_prompts, encode_nothing, encode_prompts, stack_texts


@dataclass(frozen=True)
class DrawRequest:
    """One picture that is wanted."""

    prompt: str
    seed: int


@dataclass(frozen=True)
class DrawStep:
    """A denoising step is done: `done` of `total` steps over all batches; `notice` is for the user."""

    done: int
    total: int
    notice: str = ""


@dataclass(frozen=True)
class DrawnBatch:
    """Finished pictures of `requests[first : first + len(images)]`, and the U-Net forwards they cost."""

    first: int
    images: tuple[Image.Image, ...]
    unet_forwards: int


DrawEvent = DrawStep | DrawnBatch


def draw(model: ImageModel, requests: Sequence[DrawRequest], settings: SampleSettings) -> Iterator[DrawEvent]:
    """Draw every request; the same seed and prompt give the same picture alone and in any batch."""
    check_prompts(model, (request.prompt for request in requests))
    texts = encode_prompts(model, (request.prompt for request in requests))
    texts[""] = encode_nothing(model)
    first, size, notice = 0, settings.batch_size, ""
    while first < len(requests):
        done = first * settings.steps // size
        total = done + -(-(len(requests) - first) // size) * settings.steps
        try:
            for event in _draw_batch(model, requests[first : first + size], texts, settings, size):
                if isinstance(event, int):
                    yield DrawStep(done + event, total, notice)
                    notice = ""
                else:
                    yield DrawnBatch(first, event, _forwards(settings, size))
            first += size
        except torch.OutOfMemoryError as error:
            size = _smaller(size, error)
            notice = f"The device's memory is full: drawing goes on with batches of {size}."


def _smaller(size: int, error: Exception) -> int:
    if size == 1:
        raise StudioError(
            "The device's memory is too small to draw one picture: choose a smaller model or resolution."
        ) from error
    torch.cuda.empty_cache()
    return size // 2


def _forwards(settings: SampleSettings, size: int) -> int:
    """U-Net forwards of one batch, padding included; guidance asks twice."""
    return size * settings.steps * (2 if settings.guidance_scale != 1.0 else 1)


def starting_noise(model: ImageModel, seed: int, resolution: int) -> torch.Tensor:
    """x_T of one picture, (1, c, h, w), made on the CPU by the picture's own generator."""
    side = resolution // model.scale
    generator = torch.Generator("cpu").manual_seed(seed)
    return torch.randn((1, model.latent_channels, side, side), generator=generator, dtype=torch.float32)


def make_solver(model: ImageModel, steps: int) -> Any:
    """DPM-Solver++ 2M over the noise schedule of the pipeline's own configuration."""
    from diffusers import DPMSolverMultistepScheduler

    known = DPMSolverMultistepScheduler().config
    schedule = {key: value for key, value in model.pipeline.scheduler.config.items() if key in known}
    schedule |= {"algorithm_type": "dpmsolver++", "solver_order": 2, "final_sigmas_type": "zero"}
    schedule |= {"thresholding": False}
    solver = DPMSolverMultistepScheduler.from_config(
        {key: value for key, value in schedule.items() if not key.startswith("_")}
    )
    solver.set_timesteps(steps, device=model.device)
    return solver


def _draw_batch(
    model: ImageModel,
    requests: Sequence[DrawRequest],
    texts: dict[str, TextFeatures],
    settings: SampleSettings,
    size: int,
) -> Iterator[int | tuple[Image.Image, ...]]:
    """Steps done, then the pictures. The batch is padded to `size`: kernels differ with a batch's shape."""
    padded = [*requests, *([requests[-1]] * (size - len(requests)))]
    resolution = settings.resolution or model.resolution
    guided = settings.guidance_scale != 1.0
    prompts = [*([""] * size if guided else []), *(request.prompt for request in padded)]
    text = stack_texts([texts[prompt] for prompt in prompts])
    sizes = [whole_picture(resolution)] * len(prompts)
    solver = make_solver(model, settings.steps)
    noise = torch.cat([starting_noise(model, request.seed, resolution) for request in padded])
    latents = noise.to(model.device) * solver.init_noise_sigma
    for index, timestep in enumerate(solver.timesteps):
        with torch.no_grad():
            doubled = torch.cat([latents, latents]) if guided else latents
            prediction = predict(model, doubled, timestep.expand(len(doubled)), text, sizes)
            if guided:
                without, with_text = prediction.chunk(2)
                prediction = without + settings.guidance_scale * (with_text - without)
            latents = solver.step(prediction, timestep, latents, return_dict=False)[0]
        yield index + 1
    yield tuple(decode(model, latents[row : row + 1]) for row in range(len(requests)))


def decode(model: ImageModel, latent: torch.Tensor) -> Image.Image:
    """The picture of one latent (1, c, h, w). One at a time, so that its neighbours cannot change it."""
    config = model.vae.config
    with torch.no_grad():
        shifted = latent.to(model.vae.dtype) / config.scaling_factor + (config.shift_factor or 0.0)
        pixels = model.vae.decode(shifted, return_dict=False)[0].float()
    if not torch.isfinite(pixels).all():
        raise StudioError(
            "The model drew something that is not a picture (non-finite values): "
            "fine-tune again with a lower learning rate, or check the model's files."
        )
    array = ((pixels[0] / 2 + 0.5).clamp(0, 1) * 255).round().permute(1, 2, 0).cpu().numpy()
    return Image.fromarray(array.astype(np.uint8))
