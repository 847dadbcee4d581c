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
from workshop.pocket.data import views as data
from workshop.pocket.data.concepts import CONCEPTS, HELD_OUT_DESIGNS
from workshop.pocket.data.dataset import NONE
from workshop.pocket.data.icons import PACKS, Design
from workshop.pocket.data.views import VIEW, VIEWS, Encoders, draw_subject, held_out
from workshop.pocket.train import adapter as training
from workshop.pocket.train.adapter import Adapter, Scale, Views

pytestmark = pytest.mark.thorough

POCKET = assets_folder() / "pocket"
DESIGNS = [
    Design(concept.name, code, pack, np.zeros((1, 1, 4), np.uint8))
    for concept in CONCEPTS
    for code in concept.codepoints
    for pack in PACKS
]


@pytest.fixture(scope="module")
def model() -> ImageModel:
    return load_image_model(str(POCKET / "pipeline"), device="cpu")


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return Encoders.load()


@pytest.fixture(scope="module")
def unet() -> torch.nn.Module:
    return training.frozen_unet()


def some_views(styles: list[int]) -> Views:
    rng = np.random.default_rng(0)
    rows = [(row // VIEWS, style, NONE, 0) for row, style in enumerate(styles)]
    latents = rng.normal(size=(len(rows), 16, 16, 16)).astype(np.float16)
    tokens = rng.normal(size=(len(rows), 64, 512)).astype(np.float16)
    subjects = CONCEPTS[: len(rows) // VIEWS]
    return Views(latents, tokens, np.array(rows, VIEW), list(subjects))


def test_subjects_are_of_no_design_that_is_measured_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "designs_of", lambda icons: DESIGNS)
    monkeypatch.setattr(data, "OTHER", 0.0)
    data.known_designs.cache_clear()
    rng = np.random.default_rng(0)
    drawn = [draw_subject(Path("icons"), rng) for _ in range(2000)]
    data.known_designs.cache_clear()
    learned = {(one.design.concept, one.design.codepoint, one.design.pack) for one in drawn}
    measured = held_out(Path("icons"))
    kept = {(one.design.concept, one.design.codepoint, one.design.pack) for one in measured}
    assert learned.isdisjoint(kept) and kept > HELD_OUT_DESIGNS
    assert all(one.concept.in_denoiser for one in drawn) and not all(
        one.concept.in_denoiser for one in measured
    )


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
