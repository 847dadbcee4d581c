"""A pipeline whose schedule, conditions or latents are not reproduced is refused before it is loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.image_model import load_image_model
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_pipelines import SCALED, Make, autoencoder_like, rewritten, scheduled, unet_like


def with_unet(make: Make, **changes: Any) -> Make:
    return lambda folder: rewritten(folder, unet=unet_like(make(folder), **changes))


def with_autoencoder(make: Make, **changes: Any) -> Make:
    return lambda folder: rewritten(folder, vae=autoencoder_like(make(folder), **changes))


def playground(folder: Path) -> Path:
    """Playground 2.5: XL with an EDM scheduler and latents with a mean."""
    scheduled(make_tiny_xl_pipeline, "EDMDPMSolverMultistep")(folder)
    return rewritten(
        folder,
        vae=autoencoder_like(folder, latents_mean=[0.1] * 4, latents_std=[2.0] * 4, scaling_factor=0.5),
    )


def with_tiny_autoencoder(folder: Path) -> Path:
    """TAESD in place of the autoencoder."""
    return rewritten(make_tiny_pipeline(folder), vae=diffusers.AutoencoderTiny)


def without_text_encoder(folder: Path) -> Path:
    return rewritten(make_tiny_pipeline(folder), text_encoder=None)


REFUSED: dict[str, tuple[Make, str]] = {
    "Playground 2.5": (playground, "generated with the EDMDPMSolverMultistepScheduler: .*EulerDiscrete"),
    "mean latents": (
        with_autoencoder(make_tiny_xl_pipeline, latents_mean=[0.1] * 4, latents_std=[2.0] * 4),
        "an autoencoder with latents_mean",
    ),
    "LCM-distilled": (
        with_unet(make_tiny_pipeline, time_cond_proj_dim=8),
        r"distilled for few steps .*\(LCM\)",
    ),
    "LCM scheduler": (scheduled(make_tiny_pipeline, "LCM", SCALED), "generated with the LCMScheduler"),
    "flow scheduler": (
        scheduled(make_tiny_pipeline, "FlowMatchEulerDiscrete"),
        "generated with the FlowMatchEulerDiscreteScheduler",
    ),
    "flow sigmas": (
        scheduled(make_tiny_pipeline, "DPMSolverMultistep", {"use_flow_sigmas": True}),
        "a scheduler with use_flow_sigmas = True",
    ),
    "sample prediction": (
        scheduled(make_tiny_pipeline, "DDIM", {"prediction_type": "sample"}),
        "predicts 'sample'",
    ),
    "sigmoid schedule": (
        scheduled(make_tiny_pipeline, "DDPM", {"beta_schedule": "sigmoid"}),
        "the noise schedule 'sigmoid'",
    ),
    "inpainting": (with_unet(make_tiny_pipeline, in_channels=9), "inpainting and depth models"),
    "learned variance": (with_unet(make_tiny_pipeline, out_channels=8), "predicts 8 channels of 4"),
    "classes": (with_unet(make_tiny_pipeline, num_class_embeds=3), "num_class_embeds = 3"),
    "refiner": (
        with_unet(make_tiny_xl_pipeline, projection_class_embeddings_input_dim=5 * 8 + 32),
        "72 added conditions, as a refiner has",
    ),
    "refiner's text": (
        with_unet(make_tiny_xl_pipeline, cross_attention_dim=32),
        "cross_attention_dim = 32, which does not fit .* 64 there",
    ),
    "tiny autoencoder": (with_tiny_autoencoder, "has AutoencoderTiny as its vae: .*AutoencoderKL"),
    "no text encoder": (without_text_encoder, "has no text encoder: .*CLIPTextModel"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_reproduced_is_refused_by_name(
    make: Make, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "model")
    loaded: list[object] = []
    monkeypatch.setattr(diffusers.DiffusionPipeline, "from_pretrained", loading_into(loaded))
    with pytest.raises(StudioError, match=words) as refused:
        load_image_model(folder, device="cpu")
    assert str(folder) in str(refused.value) and str(refused.value).endswith(".")
    assert not loaded, "it is refused before any weight is read"


def loading_into(loaded: list[object]) -> Callable[..., object]:
    return lambda *arguments, **_: loaded.append(arguments)
