"""PatchDPO of an image adapter trains its keys and values alone, and what it writes opens in diffusers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.families.family import References, predict
from gal_studio.engine.memory.plan import MemoryPlan
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.given_pictures import views
from gal_studio.engine.sampling.reference_adapter import (
    ReferenceAdapter,
    attached,
    encode_each,
    encode_references,
    load_adapter,
    trained_adapter,
)
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.engine.training import gradients
from gal_studio.engine.training.adapter_patchdpo import PUBLISHED, SubjectSource, refine_adapter
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.engine.training.losses import weighted_loss
from gal_studio.engine.training.patchdpo import RefinePair
from gal_studio.engine.training.trainer import Run
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.stock import stock_pictures, stock_pipeline, with_our_solver
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.engine.tiny_flows import make_tiny_klein
from tests.engine.tiny_pipelines import Make

TUNE = TuneSettings(steps=4, batch_size=2, learning_rate=1e-2, rank=1, target="attention", checkpoint_every=2)


def noise(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 256, (48, 48, 3), dtype=np.uint8))


def pairs() -> list[RefinePair]:
    rng = np.random.default_rng(4)
    return [
        RefinePair(noise(one), noise(10 + one), f"a thing {one}", rng.random((2, 6, 6))) for one in range(3)
    ]


class Ready:
    """A model with an adapter for it, and pairs with the features of their references."""

    def __init__(self, make: Make, folder: Path) -> None:
        self.base, self.folder = folder / "base", folder / "adapters"
        self.model: ImageModel = load_image_model(make(self.base), device="cpu")
        make_tiny_adapters(self.folder, self.model)
        self.adapter: ReferenceAdapter = load_adapter(str(self.folder), self.model)
        self.pairs = pairs()
        with attached(self.model, self.adapter):
            self.features: list[References] = [
                encode_references(self.model, self.adapter, [pair.reference]) for pair in self.pairs
            ]


@pytest.fixture
def ready(tmp_path: Path) -> Ready:
    return Ready(make_tiny_pipeline, tmp_path)


@pytest.mark.parametrize("make", [make_tiny_pipeline, make_tiny_xl_pipeline])
def test_only_the_adapters_attention_is_trained(make: Make, tmp_path: Path) -> None:
    ready = Ready(make, tmp_path)
    unet = ready.model.denoiser
    before = {name: tensor.clone() for name, tensor in unet.state_dict().items()}
    with attached(ready.model, ready.adapter):
        own = {name: tensor.clone() for name, tensor in unet.state_dict().items()}
        events = list(refine_adapter(ready.model, ready.adapter, ready.pairs, ready.features, TUNE, seed=1))
        assert [event.step for event in events] == [1, 2, 3, 4]
        after = unet.state_dict()
        changed = {name for name in own if not torch.equal(own[name], after[name])}
        assert changed == {name for name in own if ".to_k_ip." in name or ".to_v_ip." in name}
        made = trained_adapter(ready.model, ready.adapter)
    assert made.attention.keys() == ready.adapter.attention.keys()
    assert not any(torch.equal(made.attention[key], ready.adapter.attention[key]) for key in made.attention)
    assert all(torch.equal(made.projection[key], ready.adapter.projection[key]) for key in made.projection)
    left = unet.state_dict()
    assert left.keys() == before.keys() and all(torch.equal(left[name], before[name]) for name in before)


def test_a_step_lowers_the_weighted_loss_of_its_pairs(ready: Ready) -> None:
    tune = TUNE.updated({"steps": 30, "batch_size": 3})
    with attached(ready.model, ready.adapter):
        source = SubjectSource(ready.model, ready.adapter, ready.pairs, ready.features, tune, 1)
        batches = [source.next_batches(torch.Generator().manual_seed(seed))[0] for seed in range(12)]

        def loss() -> float:
            with torch.no_grad():
                return sum(
                    float(
                        weighted_loss(
                            ready.model.family.predict(
                                batch.noisy, batch.times, batch.texts, batch.sizes, batch.references
                            ),
                            batch.target,
                            batch.weights,
                        )
                    )
                    for batch in batches
                )  # fmt: skip

        at_first = loss()
        list(refine_adapter(ready.model, ready.adapter, ready.pairs, ready.features, tune, seed=1))
        assert loss() < at_first


def test_a_batch_has_y_and_x_with_the_same_noise_picture_and_prompt(ready: Ready) -> None:
    tune = TUNE.updated({"batch_size": 200})
    with attached(ready.model, ready.adapter):
        source = SubjectSource(ready.model, ready.adapter, ready.pairs, ready.features, tune, 1)
        batch = source.next_batches(torch.Generator().manual_seed(3))[0]
    assert batch.noisy.shape[0] == 400 and torch.equal(batch.times[:200], batch.times[200:])
    assert batch.weights.shape == (400, 1, *batch.noisy.shape[2:])
    absent = [one is not two for one, two in zip(batch.references[:200], batch.references[200:], strict=True)]
    assert all(
        torch.equal(one.features[0], two.features[0])
        for one, two in zip(batch.references[:200], batch.references[200:], strict=True)
    )
    assert len(absent) == 200
    no_picture = [torch.equal(one.features[0], one.absent[0]) for one in batch.references[:200]]
    no_text = [text is source.pairs.without_text for text in batch.texts[:200]]
    assert no_text == [text is source.pairs.without_text for text in batch.texts[200:]]
    both = sum(one and two for one, two in zip(no_picture, no_text, strict=True))
    assert (
        5 <= sum(no_picture) <= 40
        and 5 <= sum(no_text) <= 40
        and 1 <= both < min(sum(no_picture), sum(no_text))
    )


def test_a_stopped_training_goes_on_and_ends_the_same(ready: Ready, tmp_path: Path) -> None:
    given = ready.model, ready.adapter, ready.pairs, ready.features, TUNE, 1
    with attached(ready.model, ready.adapter):
        list(refine_adapter(*given))
        whole = trained_adapter(ready.model, ready.adapter)
    kept: list[Checkpoint] = []
    with attached(ready.model, ready.adapter):
        events = refine_adapter(*given, Run(checkpoint=kept.append))
        next(events), next(events)
        events.close()  # type: ignore[attr-defined]
    kept[-1].save(tmp_path / "state.safetensors")
    with attached(ready.model, ready.adapter):
        rest = list(refine_adapter(*given, Run(resume_from=tmp_path / "state.safetensors")))
        resumed = trained_adapter(ready.model, ready.adapter)
    assert [event.step for event in rest] == [3, 4]
    assert all(torch.equal(whole.attention[key], resumed.attention[key]) for key in whole.attention)


def test_the_written_file_draws_the_same_in_diffusers(ready: Ready, tmp_path: Path) -> None:
    settings = GenerationSettings(steps=3, guidance_scale=4.0, batch_size=1)
    requests = [DrawRequest("A cat in a style", 5)]
    with attached(ready.model, ready.adapter):
        list(refine_adapter(ready.model, ready.adapter, ready.pairs, ready.features, TUNE, seed=1))
        made = trained_adapter(ready.model, ready.adapter)
        made.save(tmp_path / "trained.safetensors")
    with attached(ready.model, made, 0.7):
        given = encode_references(ready.model, made, [noise(0)])
        (ours,) = pictures(ready.model, requests, settings, given)
    with attached(ready.model, ready.adapter, 0.7):
        (former,) = pictures(ready.model, requests, settings, given)
    stock = with_our_solver(stock_pipeline(ready.base), ready.model, settings)
    with torch.random.fork_rng(devices=[]):
        stock.load_ip_adapter(
            tmp_path,
            subfolder="",
            weight_name="trained.safetensors",
            image_encoder_folder=str(ready.adapter.encoder),
        )
    stock.set_ip_adapter_scale(0.7)
    (theirs,) = stock_pictures(stock, requests, settings, ip_adapter_image=noise(0))
    assert difference(ours, theirs) == 0 and difference(ours, former) > 1


def test_published_settings_and_nothing_to_train_on(ready: Ready) -> None:
    assert (PUBLISHED.steps, PUBLISHED.batch_size, PUBLISHED.learning_rate) == (30_000, 4, 3e-5)
    with pytest.raises(StudioError, match=r"There are no pairs: give a folder"):
        next(refine_adapter(ready.model, ready.adapter, [], [], TUNE, 1))  # type: ignore[call-overload]


@pytest.mark.thorough
@pytest.mark.slow
def test_two_parts_of_a_step_train_what_one_does(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = MachineSettings(precision="fp32")
    model = load_image_model(ready.base, device="cpu", machine=machine)
    given = model, ready.adapter, ready.pairs, ready.features, TUNE, 1
    with attached(model, ready.adapter):
        alone = [event.loss for event in refine_adapter(*given)]
        whole = trained_adapter(model, ready.adapter)
    monkeypatch.setattr(gradients, "plan_training", lambda *_: MemoryPlan(2))
    with attached(model, ready.adapter):
        accumulated = [event.loss for event in refine_adapter(*given)]
        parts = trained_adapter(model, ready.adapter)
    assert accumulated == pytest.approx(alone, rel=1e-5)
    for name, tensor in whole.attention.items():
        assert torch.allclose(parts.attention[name], tensor, rtol=1e-3, atol=1e-5), name


def test_kleins_lora_learns_from_other_views_and_nothing_else_changes(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_klein(tmp_path / "klein"), device="cpu")
    given, rng = pairs(), np.random.default_rng(2)
    crops = [crop for pair in given for crop in views(pair.reference, 2, 64, rng)]
    references = encode_each(model, None, crops)
    tune = TUNE.updated({"steps": 6, "rank": 4, "learning_rate": 2e-2, "resolution": 64})
    source = SubjectSource(model, None, given, references, tune, 1)
    batch = source.next_batches(torch.Generator().manual_seed(0))[0]
    for one, two in zip(batch.references[:2], batch.references[2:], strict=True):
        assert one is two and any(one is each for each in references)
    before = {name: tensor.clone() for name, tensor in model.denoiser.state_dict().items()}

    def loss() -> float:
        with torch.no_grad():
            rows = batch.noisy, batch.times, batch.texts, batch.sizes, batch.references
            return float(weighted_loss(predict(model.family, *rows), batch.target, batch.weights))

    at_first = loss()
    list(refine_adapter(model, None, given, references, tune, seed=1))
    assert loss() < at_first
    after = model.denoiser.state_dict()
    assert {name for name in after if "lora_" not in name and not torch.equal(
        after[name], before[name.replace(".base_layer", "")]
    )} == set()  # fmt: skip
    assert any("lora_B" in name and tensor.abs().max() > 0 for name, tensor in after.items())
