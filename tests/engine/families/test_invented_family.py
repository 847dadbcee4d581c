"""An invented family in the engine: full and LoRA adapters, and memory plans."""

from pathlib import Path

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families import registry
from gal_studio.engine.memory.plan import trained_weights
from gal_studio.engine.models.adapters import AdapterCard, adapter_tensors, save_adapter, trainable
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.verify import verify_adapter
from tests.engine.cards import read_card
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS, result
from tests.invented.family import REGISTERED, TinyTransformer, make_invented_model

DRAW = GenerationSettings(steps=3, guidance_scale=3.0, batch_size=2)
REQUESTS = [DrawRequest("A cat in a style", 5), DrawRequest("A tie in a style", 6)]
CARD = AdapterCard("in a style", "invented", 1, 0)


@pytest.fixture
def invented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageModel:
    monkeypatch.setattr(registry, "FAMILIES", [*registry.FAMILIES, REGISTERED])
    return load_image_model(make_invented_model(tmp_path / "model"), device="cpu")


@pytest.mark.parametrize("method", ["lora", "full"])
def test_an_adapter_is_trained_verified_and_detached(
    invented: ImageModel, tmp_path: Path, method: str
) -> None:
    before = pictures(invented, REQUESTS, DRAW)
    settings = SETTINGS.updated({"method": method, "learning_rate": 0.1 if method == "lora" else 0.01})
    foretold = trained_weights(invented, settings)
    losses = [event.loss for event in fine_tune(invented, EXAMPLES, PRIOR, settings, seed=0)]
    assert len(losses) == 6
    assert foretold == sum(weight.numel() for weight in trainable(invented).values())
    trained = adapter_tensors(invented)
    path = save_adapter(invented, tmp_path / "adapter.safetensors", CARD)
    verify_adapter(invented, path, trained, REQUESTS[0], DRAW)
    assert read_card(path) == CARD
    with drawing(invented, path):
        assert difference(before[0], pictures(invented, REQUESTS, DRAW)[0]) > 2
    assert difference(before[0], pictures(invented, REQUESTS, DRAW)[0]) == 0


def test_a_target_without_layers_is_refused(invented: ImageModel) -> None:
    sentence = r"no layers for the target 'style': choose 'attention' or 'all'"
    with pytest.raises(StudioError, match=sentence):
        list(fine_tune(invented, EXAMPLES, PRIOR, SETTINGS.updated({"target": "style"}), seed=0))
    assert not trainable(invented)


def test_diffusers_reads_the_lora(invented: ImageModel, tmp_path: Path) -> None:
    list(fine_tune(invented, EXAMPLES, [], SETTINGS.updated({"learning_rate": 0.1}), seed=0))
    path = save_adapter(invented, tmp_path / "adapter.safetensors", CARD)
    inputs = {
        name: torch.randn(shape.shape, generator=torch.Generator().manual_seed(0))
        for name, shape in invented.family.example_inputs(2, 8, torch.float32).items()
    }
    with torch.no_grad():
        ours = invented.denoiser(**inputs)
    result(invented)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        theirs = TinyTransformer.from_pretrained(tmp_path / "model" / "transformer")
        base = theirs(**inputs)
        theirs.load_lora_adapter(path, prefix="transformer")
        torch.testing.assert_close(theirs(**inputs), ours)
    assert not torch.allclose(base, ours)
