"""The studio draws the pixels of the stock diffusers pipeline, for every family and variant that it opens."""

from pathlib import Path

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.loras.stock import (
    images_of,
    is_modular,
    other_arguments,
    scale_name,
    step_arguments,
)
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.sampler import DrawRequest
from tests.covering import few
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.stock import stock_pipeline, with_our_solver
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import (
    FLOWS,
    make_distilled_klein,
    make_krea_turbo,
    make_qwen_turbo,
    make_tiny_anima,
    make_tiny_klein,
    make_tiny_qwen_image,
    make_tiny_z_image,
)
from tests.engine.tiny_pipelines import TURBO, UNETS, Make, scheduled

REQUESTS = [DrawRequest("A cat in a style", 5), DrawRequest("A long tie", 6)]


def stock(model: ImageModel, folder: Path, settings: GenerationSettings) -> list[Image.Image]:
    """Draw with a pipeline that diffusers loads itself, with the studio's solver for U-Nets."""
    pipeline = with_our_solver(stock_pipeline(folder), model, settings)
    side = settings.resolution or model.resolution
    guidance = {scale_name(model.family): settings.guidance_scale}
    if is_modular(model.family):
        pipeline.update_components(guider=diffusers.ClassifierFreeGuidance(settings.guidance_scale))
        guidance = {}
    return [
        images_of(
            pipeline(
                prompt=request.prompt,
                **step_arguments(model.family, settings.denoising),
                **guidance,
                **other_arguments(model.family, settings.steps),
                height=side,
                width=side,
                generator=torch.Generator("cpu").manual_seed(request.seed),
            )
        )[0].convert("RGB")
        for request in REQUESTS
    ]


def check_same(make: Make, folder: Path, settings: GenerationSettings, rounding: int = 0) -> None:
    model = load_image_model(make(folder), device="cpu")
    ours, theirs = pictures(model, REQUESTS, settings), stock(model, folder, settings)
    assert max(difference(*pair) for pair in zip(ours, theirs, strict=True)) <= rounding
    assert np.asarray(ours[0]).std() > 1 and difference(*ours) > 2


@pytest.mark.parametrize("make", UNETS.values(), ids=UNETS.keys())
def test_guided_pictures_of_unets(make: Make, tmp_path: Path) -> None:
    check_same(make, tmp_path, GenerationSettings(steps=4, guidance_scale=4.0, batch_size=1))


@pytest.mark.parametrize("make", few(UNETS, "sd1 epsilon, PNDM", "sd2 v, DDIM", "xl v, zero terminal SNR"))
def test_pictures_of_unets_at_given_sigmas(make: Make, tmp_path: Path) -> None:
    settings = GenerationSettings(steps=3, sigmas=(12.0, 2.0, 0.4), guidance_scale=4.0, batch_size=1)
    check_same(make, tmp_path, settings)
    model = load_image_model(tmp_path, device="cpu")
    at = pictures(model, REQUESTS, settings)
    as_spaced = pictures(model, REQUESTS, settings.updated({"sigmas": []}))
    assert difference(at[0], as_spaced[0]) > 2


def test_a_flow_takes_no_sigmas(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_z_image(tmp_path), device="cpu")
    with pytest.raises(StudioError, match="Sigmas are for Stable Diffusion: leave the field empty"):
        pictures(model, REQUESTS, GenerationSettings(steps=2, sigmas=(1.0, 0.5)))


@pytest.mark.parametrize("scale", [0.0, 1.0])
@pytest.mark.parametrize("make", [make_tiny_pipeline, make_tiny_xl_pipeline])
@pytest.mark.parametrize("steps", [1, 3])
def test_turbo_models_draw_the_prompt_without_guidance(
    make: Make, tmp_path: Path, steps: int, scale: float
) -> None:
    turbo = scheduled(make, "EulerDiscrete", TURBO)
    check_same(turbo, tmp_path, GenerationSettings(steps=steps, guidance_scale=scale, batch_size=1))


ROUNDED = (make_tiny_klein, make_tiny_anima, make_krea_turbo)


@pytest.mark.parametrize("make", FLOWS.values(), ids=FLOWS.keys())
def test_guided_pictures_of_flows(make: Make, tmp_path: Path) -> None:
    """Those of klein and Anima predict with and without the prompt one after the other: they round otherwise.

    So does Krea 2's padding, by the processor.
    """
    settings = GenerationSettings(steps=4, guidance_scale=3.0, batch_size=1, resolution=64)
    check_same(make, tmp_path, settings, rounding=1 if make in ROUNDED else 0)


@pytest.mark.parametrize(
    ("make", "scale"),
    [
        (make_tiny_klein, 1.0),
        (make_distilled_klein, 0.0),
        (make_tiny_z_image, 0.0),
        (make_krea_turbo, 0.0),
        (make_tiny_qwen_image, 1.0),
        (make_qwen_turbo, 0.0),
        (make_tiny_anima, 1.0),
    ],
)
def test_unguided_pictures_of_flows(make: Make, scale: float, tmp_path: Path) -> None:
    settings = GenerationSettings(steps=3, guidance_scale=scale, batch_size=1, resolution=96)
    check_same(make, tmp_path, settings, rounding=1 if make is make_krea_turbo else 0)
