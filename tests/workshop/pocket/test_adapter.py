"""Pocket's image adapter: pairs of pictures of one design, a U-Net that stays as it is, the written file."""

import types
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from gal_studio.assets import assets_folder
from gal_studio.engine.families.family import References, predict
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
from workshop.pocket.data.views import Encoders
from workshop.pocket.train import adapter as training
from workshop.pocket.train.adapter import Adapter, Scale

pytestmark = pytest.mark.thorough

POCKET = assets_folder() / "pocket"


@pytest.fixture(scope="module")
def model() -> ImageModel:
    return load_image_model(str(POCKET / "pipeline"), device="cpu")


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.load()


@pytest.fixture(scope="module")
def unet() -> torch.nn.Module:
    return training.frozen_unet()


def test_the_written_adapter_predicts_as_the_trained_one(
    model: ImageModel, encoders: Encoders, unet: torch.nn.Module, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    pictures = rng.integers(0, 256, (2, 128, 128, 3), dtype=np.uint8)
    tokens = encoders.tokens(pictures)
    adapter, scale = Adapter(unet, 512), Scale.of(tokens)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        for processor in adapter.attention:
            torch.nn.init.normal_(processor.to_v_ip[0].weight, std=0.5)
    save_file(training.written(adapter, scale), tmp_path / training.NAME)
    adapter.attach(unet)
    latents, words, t = torch.randn(1, 16, 16, 16), torch.randn(1, 40, 192), torch.tensor([700])
    with torch.no_grad():
        seen = adapter.projection(scale.apply(torch.from_numpy(tokens[:1])))
        wanted = unet(latents, t, (words, [seen])).sample
    read = load_adapter(f"{tmp_path} with {POCKET / 'vision'}", model, open_tower=TowerEncoder)
    with attached(model, read), torch.no_grad():
        given = encode_references(model, read, [Image.fromarray(pictures[0])])
        texts = [types.SimpleNamespace(hidden=words[0])]
        assert isinstance(given, References) and torch.allclose(given.absent[0], encoders.absent(), atol=1e-4)
        found = predict(model.family, latents, t, texts, [], [given])
    plain = predict(model.family, latents, t, texts, [])
    assert (found - wanted).abs().max() < 0.02 * wanted.abs().max()
    assert (plain - wanted).abs().max() > 0.1 * wanted.abs().max()
