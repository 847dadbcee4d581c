"""Training: the loss by hand, exact resume, and all outcomes."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture, cache_pictures, encode_picture
from gal_studio.engine.training.trainer import Run, Training
from tests.engine.conftest import noise_picture
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS, check_resume, result, same


def by_hand(model: ImageModel, settings: TuneSettings, seed: int, prior: bool) -> float:
    """The first step's loss, written out: same draws in the same order, one picture at a time."""
    with torch.no_grad():
        cached = [cache_pictures(model, part, settings) for part in (EXAMPLES, PRIOR)]
    generator = torch.Generator().manual_seed(seed)
    source = ExampleSource(model, EXAMPLES, PRIOR if prior else [], settings, seed)
    training = Training(model, source, settings, seed)
    generator.set_state(training.generator.get_state())  # after the LoRA was drawn
    detach(model)
    alpha_bar, total = model.family.process().alpha_bar, 0.0
    weights = [1.0, 1.0]
    for kind in range(2 if prior else 1):
        rows = torch.randint(2, (2,), generator=generator).tolist()
        times = torch.randint(1000, (2,), generator=generator)
        noise = torch.randn((2, 4, 8, 8), generator=generator)
        if kind == 0:
            weights = [EXAMPLES[row].weight for row in rows]
        for row, time, eps, weight in zip(rows, times, noise, weights, strict=True):
            clean, a = cached[kind].latents[row], alpha_bar[time]
            noisy = a.sqrt() * clean + (1 - a).sqrt() * eps
            v = a.sqrt() * eps - (1 - a).sqrt() * clean
            target = eps if model.family.prediction_type == "epsilon" else v
            with torch.no_grad():
                text = cached[kind].texts[row].hidden[None]
                said = model.denoiser(noisy[None], time[None], encoder_hidden_states=text).sample.float()
            if kind == 0:
                factor = weight
            else:
                factor = settings.prior_weight * (weight if settings.prior_as_published else 1.0)
            total += factor * float(((said[0] - target) ** 2).mean()) / 2
    return total


@pytest.mark.parametrize("published", [None, False, True])
def test_first_loss_by_hand(either_model: ImageModel, published: bool | None) -> None:
    settings, model = SETTINGS, either_model
    if published is not None:
        settings = settings.updated({"prior_weight": 0.5, "prior_as_published": published})
    prior = [] if published is None else PRIOR
    events = fine_tune(model, EXAMPLES, prior, settings, seed=4)
    loss = next(events).loss
    events.close()
    assert loss == pytest.approx(by_hand(model, settings, 4, bool(prior)), rel=1e-5)


def test_events_and_the_attached_adapter(model: ImageModel) -> None:
    events = list(fine_tune(model, EXAMPLES, [], SETTINGS, seed=0))
    assert [(event.step, event.total) for event in events] == [(step, 6) for step in range(1, 7)]
    weights = result(model)
    assert all(".lora_" in name for name in weights)
    assert any(weight.abs().max() > 0 for name, weight in weights.items() if ".lora_B." in name)


def test_the_seed_determines_the_weights(model: ImageModel) -> None:
    results = []
    for seed in (1, 1, 2):
        list(fine_tune(model, EXAMPLES, PRIOR, SETTINGS, seed))
        results.append(result(model))
    assert same(results[0], results[1])
    assert not same(results[0], results[2])


MASKED = [EXAMPLES[0], replace(EXAMPLES[1], mask=Image.linear_gradient("L").resize((32, 32)))]


@pytest.mark.parametrize("method", [pytest.param("lora", marks=pytest.mark.thorough), "full"])
@pytest.mark.parametrize("examples", [EXAMPLES, MASKED], ids=["whole", "masked"])
def test_resume_is_bit_for_bit(
    model: ImageModel, tmp_path: Path, method: str, examples: list[ExamplePicture]
) -> None:
    settings = SETTINGS.updated({"method": method, "crop": "random"})
    check_resume(
        model, lambda run: fine_tune(model, examples, PRIOR, settings, 5, run), tmp_path / "checkpoint"
    )


def test_it_learns(model: ImageModel) -> None:
    settings = SETTINGS.updated({"steps": 120, "batch_size": 8, "learning_rate": 0.01, "rank": 8})
    losses = [event.loss for event in fine_tune(model, EXAMPLES[:1], [], settings, seed=0)]
    detach(model)
    assert sum(losses[-20:]) < 0.8 * sum(losses[:20])


def test_a_loss_that_is_not_finite_stops_the_training(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, calls = UNetFamily.predict, []

    def broken(*arguments):  # type: ignore[no-untyped-def]
        trains = torch.is_grad_enabled()
        calls.extend([1] if trains else [])
        return plain(*arguments) * (float("nan") if trains and len(calls) == 3 else 1.0)

    monkeypatch.setattr(UNetFamily, "predict", broken)
    events = fine_tune(model, EXAMPLES, [], SETTINGS, seed=0)
    assert [next(events).step, next(events).step] == [1, 2]
    with pytest.raises(StudioError, match="at step 3 of 6"):
        next(events)


def test_out_of_memory_reduces_the_rows_at_a_time(model: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SETTINGS.updated({"batch_size": 4})
    expected = [event.loss for event in fine_tune(model, EXAMPLES, [], settings, seed=0)]
    detach(model)
    plain = UNetFamily.predict

    def small(model, latents, *rest):  # type: ignore[no-untyped-def]
        if len(latents) > 2:
            raise torch.OutOfMemoryError("full")
        return plain(model, latents, *rest)

    monkeypatch.setattr(UNetFamily, "predict", small)
    events = list(fine_tune(model, EXAMPLES, [], settings, seed=0))
    detach(model)
    assert [event.loss for event in events] == pytest.approx(expected, rel=2e-2)
    assert [bool(event.notice) for event in events] == [True, *[False] * 5]
    assert "processes 2 of its 4 images" in events[0].notice
    monkeypatch.setattr(UNetFamily, "predict", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError()))
    with pytest.raises(StudioError, match="not enough memory to train"):
        next(fine_tune(model, EXAMPLES, [], settings, seed=0))


def test_continuing_from_the_last_adapter(model: ImageModel, tmp_path: Path) -> None:
    list(fine_tune(model, EXAMPLES, [], SETTINGS, seed=0))
    path = save_adapter(model, tmp_path / "adapter", AdapterCard("in a style", "tiny", 1, 0))
    saved = result(model)
    events = fine_tune(
        model, EXAMPLES, [], SETTINGS.updated({"learning_rate": 1e-12}), 1, Run(start_from=path)
    )
    list(events)
    for name, weight in result(model).items():
        torch.testing.assert_close(weight, saved[name], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("examples", "words"),
    [([], "nothing to train on"), ([ExamplePicture(noise_picture(1), "x" * 99)], "tokens")],
)
def test_what_cannot_be_trained_on_is_refused(
    model: ImageModel, examples: list[ExamplePicture], words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        next(fine_tune(model, examples, [], SETTINGS, seed=0))


def test_latents_are_modes_and_scaled(model: ImageModel) -> None:
    latent = encode_picture(model, noise_picture(1), (32, 32))
    assert latent.shape == (4, 8, 8)
    assert torch.equal(latent, encode_picture(model, noise_picture(1), (32, 32)))
    back = model.autoencoder.config.scaling_factor
    pixels = torch.tensor(list(noise_picture(1).tobytes())).view(1, 32, 32, 3).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        plain = model.autoencoder.encode(pixels).latent_dist.mean * back
    torch.testing.assert_close(latent, plain[0], atol=1e-5, rtol=1e-4)


def test_crops(model: ImageModel) -> None:
    wide = [ExamplePicture(noise_picture(1, width=80, height=40), "a cat")]
    cached = cache_pictures(model, wide, SETTINGS)
    assert cached.latents[0].shape == (4, 8, 16)
    centre = cached.crops([0], False, torch.Generator())
    assert torch.equal(centre.latents[0], cached.latents[0][:, :, 4:12])
    assert centre.sizes == [(40, 80, 0, 16, 32, 32)]
    generator = torch.Generator().manual_seed(0)
    lefts = {size[3] // 4 for size in cached.crops([0] * 300, True, generator).sizes}
    assert lefts == set(range(9))


@pytest.mark.parametrize("in_bfloat16", [False, True])
def test_float32_attention_agrees_with_the_stock_one(model: ImageModel, in_bfloat16: bool) -> None:
    noisy, text = torch.ones(2, 4, 8, 8), model.family.pipeline.encode_prompt(["a", "b"], "cpu", 1, False)[0]
    stock = dict(model.denoiser.attn_processors)
    expected = model.denoiser(noisy, torch.tensor([5, 700]), text).sample
    with model.family.training_attention(model.device, torch.bfloat16 if in_bfloat16 else torch.float32):
        assert in_bfloat16 == (dict(model.denoiser.attn_processors) != stock)
        found = model.denoiser(noisy, torch.tensor([5, 700]), text).sample
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert dict(model.denoiser.attn_processors) == stock
