"""Pictures drawn with references are those of the stock pipelines, for each way to give references."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from gal_studio.assets import assets_folder
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
from gal_studio.engine.sampling.sampler import DrawRequest
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.stock import stock_pictures, stock_pipeline, with_our_solver
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_adapters import flat, make_tiny_adapters, tiny_parts
from tests.engine.tiny_flows import make_distilled_klein, make_tiny_klein
from tests.engine.tiny_pipelines import Make

VISION = assets_folder() / "pocket" / "vision"
REQUESTS = [DrawRequest("A cat in a style", 5), DrawRequest("A long tie", 6)]


def references(count: int) -> list[Image.Image]:
    rng = np.random.default_rng(7)
    sizes = [(72, 96), (80, 64), (64, 64)][:count]
    return [Image.fromarray(rng.integers(0, 256, (*size, 3), dtype=np.uint8)) for size in sizes]


@pytest.mark.parametrize(("scale", "count"), [(1.0, 1), (4.0, 2)], ids=["unguided", "guided"])
@pytest.mark.parametrize("file", ["ip-adapter-plus", "ip-adapter"])
@pytest.mark.parametrize("make", [make_tiny_pipeline, make_tiny_xl_pipeline])
def test_image_adapters(make: Make, file: str, scale: float, count: int, tmp_path: Path) -> None:
    model = load_image_model(make(tmp_path / "base"), device="cpu")
    folder = make_tiny_adapters(tmp_path / "adapters", model)
    xl = model.family.name == "sdxl"
    name = f"{file}_{'sdxl_vit-h' if xl else 'sd15'}.safetensors"
    place = "sdxl_models" if xl else "models"
    settings = GenerationSettings(steps=3, guidance_scale=scale, batch_size=1)
    adapter, shown = load_adapter(str(folder / place / name), model), references(count)
    plain = pictures(model, REQUESTS, settings)
    with attached(model, adapter, 0.7):
        ours = pictures(model, REQUESTS, settings, encode_references(model, adapter, shown))
    stock = with_our_solver(stock_pipeline(tmp_path / "base"), model, settings)
    with torch.random.fork_rng(devices=[]):
        stock.load_ip_adapter(
            folder, subfolder=place, weight_name=name, image_encoder_folder="models/image_encoder"
        )
    stock.set_ip_adapter_scale(0.7)
    theirs = stock_pictures(stock, REQUESTS, settings, ip_adapter_image=[shown])
    assert max(difference(*pair) for pair in zip(ours, theirs, strict=True)) == 0
    assert min(difference(*pair) for pair in zip(ours, plain, strict=True)) > 2


def test_a_vision_tower_as_image_encoder(tmp_path: Path) -> None:
    model, tower = load_image_model(make_tiny_pipeline(tmp_path / "base"), device="cpu"), TowerEncoder(VISION)
    assert tower.width == 512
    save_file(flat(tiny_parts(model, plus=False, reads=tower.width)), tmp_path / "full.safetensors")
    settings, shown = GenerationSettings(steps=3, guidance_scale=4.0, batch_size=1), references(2)
    adapter = load_adapter(f"{tmp_path / 'full.safetensors'} with {VISION}", model, open_tower=TowerEncoder)
    plain = pictures(model, REQUESTS, settings)
    with attached(model, adapter, 0.7):
        ours = pictures(model, REQUESTS, settings, encode_references(model, adapter, shown))
    stock = with_our_solver(stock_pipeline(tmp_path / "base"), model, settings)
    with torch.random.fork_rng(devices=[]):
        stock.load_ip_adapter(
            tmp_path, subfolder="", weight_name="full.safetensors", image_encoder_folder=None
        )
    stock.set_ip_adapter_scale(0.7)
    stock.image_encoder, stock.feature_extractor = tower, tower.prepare
    theirs = stock_pictures(stock, REQUESTS, settings, ip_adapter_image=[shown])
    assert max(difference(*pair) for pair in zip(ours, theirs, strict=True)) == 0
    assert min(difference(*pair) for pair in zip(ours, plain, strict=True)) > 2


@pytest.mark.parametrize(
    ("make", "scale", "rounding"), [(make_tiny_klein, 3.0, 1), (make_distilled_klein, 1.0, 0)]
)
def test_references_of_klein(make: Make, scale: float, rounding: int, tmp_path: Path) -> None:
    """Klein's pipeline predicts with and without the prompt one after the other, which rounds otherwise."""
    model, shown = load_image_model(make(tmp_path), device="cpu"), references(3)
    settings = GenerationSettings(steps=3, guidance_scale=scale, batch_size=1, resolution=64)
    plain = pictures(model, REQUESTS, settings)
    ours = pictures(model, REQUESTS, settings, encode_references(model, None, shown))
    stock = with_our_solver(stock_pipeline(tmp_path), model, settings)
    theirs = stock_pictures(stock, REQUESTS, settings, image=shown)
    assert max(difference(*pair) for pair in zip(ours, theirs, strict=True)) <= rounding
    assert min(difference(*pair) for pair in zip(ours, plain, strict=True)) > rounding


@pytest.mark.parametrize("size", [(63, 80), (600, 70)])
def test_klein_refuses_the_references_that_its_pipeline_refuses(
    size: tuple[int, int], tmp_path: Path
) -> None:
    model, picture = load_image_model(make_distilled_klein(tmp_path), device="cpu"), Image.new("RGB", size)
    picture.paste("red", (5, 5, 20, 20))
    with pytest.raises(ValueError, match=r"too small|too extreme"):
        model.family.pipeline.image_processor.check_image_input(picture)
    with pytest.raises(StudioError, match=rf"is {size[0]} x {size[1]} px, but FLUX.2 klein needs"):
        encode_references(model, None, [picture])
