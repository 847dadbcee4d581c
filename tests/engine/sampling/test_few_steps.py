"""With a speed LoRA the studio draws the pixels of the stock pipeline, and each picture by its seed alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.models.fast import Solver
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.loras.fast import write_speed_lora
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import Speedup, drawing
from gal_studio.engine.sampling.sampler import DrawRequest
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.stock import stock_pictures, stock_pipeline
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_flows import make_tiny_klein
from tests.engine.tiny_pipelines import SCALED, scheduled
from tests.engine.trained import random_layers, write_kohya

REQUESTS = [DrawRequest("A cat in a style", 5), DrawRequest("A long tie", 6)]
MAKES = {
    "sd1": scheduled(lambda folder: make_tiny_pipeline(folder, "epsilon"), "PNDM", SCALED),
    "sdxl": make_tiny_xl_pipeline,
}
SETTINGS = GenerationSettings(steps=4, guidance_scale=0.0, batch_size=1)


def write_lora(model: ImageModel, path: Path, scale: float = 0.15) -> None:
    """With layers beyond attention, as speed LoRAs have."""
    write_kohya(model, random_layers(model, 1, "all", scale), path)


def drawn(model: ImageModel, speed: Speedup, settings: GenerationSettings = SETTINGS) -> list[Image.Image]:
    with drawing(model, speed=speed) as ready:
        return pictures(ready, REQUESTS, settings)


def stock(folder: Path, lora: Path, solver: Solver) -> list[Image.Image]:
    """Drawn by a pipeline that diffusers loads itself, as the cards of speed LoRAs tell."""
    pipeline = stock_pipeline(folder)
    pipeline.load_lora_weights(str(lora.parent), weight_name=lora.name)
    pipeline.fuse_lora()
    kinds: Mapping[Solver, tuple[Any, dict[str, Any]]] = {
        "ddim": (diffusers.DDIMScheduler, {"timestep_spacing": "trailing", "clip_sample": False}),
        "lcm": (diffusers.LCMScheduler, {"clip_sample": False}),
    }
    kind, changed = kinds[solver]
    pipeline.scheduler = kind.from_config(pipeline.scheduler.config, **changed)
    return stock_pictures(pipeline, REQUESTS, SETTINGS)


@pytest.mark.parametrize("solver", ["ddim", "lcm"])
@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES.keys())
def test_pictures_are_those_of_the_stock_pipeline(make: Any, solver: Solver, tmp_path: Path) -> None:
    folder, foreign, own = (
        make(tmp_path / "model"),
        tmp_path / "speed.safetensors",
        tmp_path / "own.safetensors",
    )
    model = load_image_model(folder, device="cpu")
    write_lora(model, foreign)
    write_speed_lora(str(foreign), str(folder), own, {})
    before = {name: weight.clone() for name, weight in model.denoiser.named_parameters()}
    ours, theirs = drawn(model, Speedup(solver, own)), stock(folder, foreign, solver)
    assert max(difference(*pair) for pair in zip(ours, theirs, strict=True)) <= 2
    assert np.asarray(ours[0]).std() > 1 and difference(*ours) > 2
    plain = drawn(model, Speedup())
    assert difference(ours[0], plain[0]) > 8  # the LoRA and its solver do something
    assert difference(ours[0], drawn(model, Speedup(solver))[0]) > 8  # of its own
    assert all(torch.equal(before[name], weight) for name, weight in model.denoiser.named_parameters())


def test_a_picture_of_lcm_is_the_same_in_any_batch(tmp_path: Path) -> None:
    """Its noise between the steps is the picture's own, whatever was drawn before."""
    model = load_image_model(MAKES["sd1"](tmp_path), device="cpu")
    alone = drawn(model, Speedup("lcm"))
    together = drawn(model, Speedup("lcm"), GenerationSettings(steps=4, guidance_scale=0.0, batch_size=2))
    assert max(difference(*pair) for pair in zip(alone, together, strict=True)) <= 1


def test_what_cannot_take_a_speed_lora_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    klein = load_image_model(make_tiny_klein(tmp_path), device="cpu")
    with pytest.raises(StudioError, match="The sampler LCM is for Stable Diffusion"):
        drawn(klein, Speedup("lcm"))
    monkeypatch.setattr(ImageModel, "is_quantized", True)
    with pytest.raises(StudioError, match="A speed LoRA cannot be used with base weights of 8-bit integers"):
        drawn(klein, Speedup("ddim", tmp_path / "speed.safetensors"))
