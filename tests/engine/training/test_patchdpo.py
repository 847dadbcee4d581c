"""Refinement (Eq. P7): the loss by hand, shared noise, the mix, exact resume, and its effect."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.engine.families.family import uncropped
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.models.text import encode_prompts
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture, encode_picture
from gal_studio.engine.training.patchdpo import MOST_EXAMPLES, PairSource, RefinePair, kept_conditions, refine
from gal_studio.engine.training.trainer import Run
from tests.engine.conftest import noise_picture
from tests.engine.tiny import make_tiny_xl_pipeline
from tests.engine.trained import check_resume, result

TUNE = TuneSettings(steps=6, batch_size=2, rank=2)
SETTINGS = RefineSettings(steps=6, batch_size=2, learning_rate=1e-3, mix=0.0, checkpoint_every=3)
MIXED = SETTINGS.updated({"mix": 0.25})
EXAMPLES = [ExamplePicture(noise_picture(7), "A cat in a style", 1.0)]
PRIOR = [ExamplePicture(noise_picture(8), "a photo of a cat")]
CLOSE = 1e-5


def random_weights(seed: int, side: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).random((2, side, side))


PAIRS = [
    RefinePair(noise_picture(1), noise_picture(2), "A <x> cat", random_weights(1)),
    RefinePair(noise_picture(3), noise_picture(4), "A <x> cat on a plain background", random_weights(2), 0.5),
]


def first_loss(model: ImageModel, pairs: list[RefinePair], settings: RefineSettings, seed: int = 3) -> float:
    events = refine(model, pairs, EXAMPLES, PRIOR, settings, TUNE, seed)
    loss = next(events).loss
    events.close()
    return loss


def said(model: ImageModel, noisy: torch.Tensor, time: torch.Tensor, prompt: str) -> torch.Tensor:
    text = encode_prompts(model, [prompt])[prompt]
    with torch.no_grad():
        return model.family.predict(noisy[None], time[None], [text], [uncropped(32)])[0]


def pair_loss_by_hand(model: ImageModel, seed: int) -> float:
    """The first step's loss of `PAIRS`, one picture and one position at a time."""
    source = PairSource(model, PAIRS, [], [], SETTINGS, TUNE, seed)
    generator = torch.Generator().manual_seed(seed)
    from gal_studio.engine.training.trainer import Training

    generator.set_state(Training(model, source, TUNE, seed).generator.get_state())  # after the LoRA's draws
    detach(model)
    chosen = torch.randint(2, (2,), generator=generator).tolist()
    times = torch.randint(1000, (2,), generator=generator)
    noises = torch.randn((2, 4, 8, 8), generator=generator)
    total, alpha_bar = 0.0, model.family.process().alpha_bar
    for row, time, eps in zip(chosen, times, noises, strict=True):
        pair, a = PAIRS[row], alpha_bar[time]
        for picture, patches in zip((pair.reference, pair.generated), pair.weights, strict=True):
            clean = encode_picture(model, picture, (32, 32))
            noisy = a.sqrt() * clean + (1 - a).sqrt() * eps
            velocity = a.sqrt() * eps - (1 - a).sqrt() * clean
            target = eps if model.family.prediction_type == "epsilon" else velocity
            wide = torch.tensor(patches)[None, None]
            w = torch.nn.functional.interpolate(wide, size=(8, 8), mode="bilinear")[0, 0].float()
            error = (said(model, noisy, time, pair.prompt) - target) ** 2
            total += pair.weight * float((w * error).mean()) / 4
    return total


def test_first_loss_by_hand(either_model: ImageModel) -> None:
    expected = pair_loss_by_hand(either_model, seed=3)
    assert first_loss(either_model, PAIRS, SETTINGS) == pytest.approx(expected, rel=CLOSE)


def test_both_rows_of_a_pair_share_time_and_noise(model: ImageModel) -> None:
    same = replace(PAIRS[0], generated=PAIRS[0].reference)
    source = PairSource(model, [same], [], [], SETTINGS, TUNE, 0)
    batch = source.next_batches(torch.Generator().manual_seed(0))[0]
    assert torch.equal(batch.noisy[:2], batch.noisy[2:])
    assert torch.equal(batch.target[:2], batch.target[2:])
    assert torch.equal(batch.times[:2], batch.times[2:])
    assert not torch.equal(batch.noisy[0], batch.noisy[1])
    assert batch.weights.shape == (4, 1, 8, 8)


def test_mix_adds_training_examples_at_its_share(model: ImageModel) -> None:
    settings = MIXED.updated({"batch_size": 3, "mix": 0.4})  # 6 rows of pairs and 4 of examples: 40 %
    tune = TUNE.updated({"prior_weight": 0.5})
    examples = [replace(EXAMPLES[0], weight=0.3)]
    source = PairSource(model, PAIRS, examples, PRIOR, settings, tune, 0)
    batch = source.next_batches(torch.Generator().manual_seed(0))[0]
    assert source.rows == len(batch.noisy) == 6 + 4 + 4
    # L = 0.6 * mean over the 6 + 0.4 * (mean of w_i over the 4 + 0.5 * mean over the prior's 4)
    weights = batch.weights / source.counted
    plain = PairSource(model, PAIRS, [], [], settings, tune, 0)
    pairs = plain.next_batches(torch.Generator().manual_seed(0))[0].weights
    torch.testing.assert_close(weights[:6], 0.6 * pairs / 6)
    torch.testing.assert_close(weights[6:10], torch.full((4, 1, 8, 8), 0.4 * 0.3 / 4))
    torch.testing.assert_close(weights[10:], torch.full((4, 1, 8, 8), 0.4 * 0.5 / 4))


def test_the_most_pairs_with_the_largest_share_of_examples_train(model: ImageModel) -> None:
    settings = MIXED.updated({"batch_size": 20, "mix": 0.9})  # 360 rows would be 90 %
    source = PairSource(model, PAIRS, EXAMPLES[:1], [], settings, TUNE, 0)
    assert source.rows == 40 + MOST_EXAMPLES
    weights = source.next_batches(torch.Generator().manual_seed(0))[0].weights / source.counted
    share = weights[40:].mean((1, 2, 3)).sum() / EXAMPLES[0].weight
    assert share == pytest.approx(0.9, rel=1e-4), "fewer of them weigh more"


def test_a_warm_up_takes_the_same_share_of_a_refinement(model: ImageModel) -> None:
    tune = TUNE.updated({"steps": 1000, "warmup_steps": 500})
    warm = [each.loss for each in refine(model, PAIRS, [], [], SETTINGS, tune, 3)]
    detach(model)
    own = tune.updated({"steps": SETTINGS.steps, "warmup_steps": SETTINGS.steps // 2})
    assert own.warmup_steps >= 1
    same = [each.loss for each in refine(model, PAIRS, [], [], SETTINGS, own, 3)]
    detach(model)
    assert warm == same


def test_without_examples_nothing_is_mixed(model: ImageModel) -> None:
    events = [event.loss for event in refine(model, PAIRS, [], [], MIXED, TUNE, 3)]
    detach(model)
    assert events[0] == pytest.approx(first_loss(model, PAIRS, SETTINGS), rel=1e-6)


@pytest.mark.parametrize("settings", [SETTINGS, MIXED])
def test_resume_is_bit_for_bit(either_model: ImageModel, tmp_path: Path, settings: RefineSettings) -> None:
    given = (either_model, PAIRS, EXAMPLES, PRIOR, settings, TUNE.updated({"crop": "random"}), 5)
    check_resume(either_model, lambda run: refine(*given, run), tmp_path / "checkpoint")


def test_a_training_on_other_pairs_is_another_one(model: ImageModel) -> None:
    first, second = PAIRS
    others = (replace(second, weights=1 - second.weights), replace(second, generated=noise_picture(99)))
    prints = {
        PairSource(model, [first, pair], [], [], SETTINGS, TUNE, 0).fingerprint for pair in (second, *others)
    }
    assert len(prints) == 3


def test_checkpoints_follow_the_refinements_settings(model: ImageModel) -> None:
    taken: list[Checkpoint] = []
    events = refine(model, PAIRS, [], [], SETTINGS, TUNE, 0, Run(checkpoint=taken.append))
    steps = [(event.step, event.total) for event in events]
    detach(model)
    assert steps == [(step, 6) for step in range(1, 7)]
    assert [state.step for state in taken] == [3, 6]


def test_it_starts_from_the_rounds_adapter(model: ImageModel, tmp_path: Path) -> None:
    list(fine_tune(model, EXAMPLES, [], TUNE, seed=0))
    path = save_adapter(model, tmp_path / "adapter", AdapterCard("<x>", "tiny", 1, 0))
    saved = result(model)
    still = SETTINGS.updated({"learning_rate": 1e-12})
    list(refine(model, PAIRS, [], [], still, TUNE, 1, Run(start_from=path)))
    for name, weight in result(model).items():
        torch.testing.assert_close(weight, saved[name], atol=1e-6, rtol=1e-5)


def test_no_pairs(model: ImageModel) -> None:
    with pytest.raises(StudioError, match="no comparison pairs"):
        next(refine(model, [], EXAMPLES, [], SETTINGS, TUNE, 0))


def test_maps_of_rectangular_pictures_are_cropped_alike(model: ImageModel) -> None:
    weights = np.stack([np.tile([0.0, 0.0, 1.0, 1.0], (4, 1)), np.ones((4, 4))])
    pair = RefinePair(noise_picture(1, width=64, height=32), noise_picture(2), "a cat", weights)
    source = PairSource(model, [pair], [], [], SETTINGS, TUNE, 0)
    assert source.pairs.cached.latents[0].shape == (4, 8, 16)
    row = source.next_batches(torch.Generator().manual_seed(0))[0].weights[0, 0, 0]
    # the middle 8 of 16 positions: the step from 0 to 1 lies between the 4th and the 5th of them
    torch.testing.assert_close(row, torch.tensor([0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1]), atol=0.13, rtol=0)
    assert row[3] < 0.5 < row[4]


def test_sdxl_gives_each_picture_its_own_sizes(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_xl_pipeline(tmp_path / "xl"), device="cpu")
    pair = replace(PAIRS[0], reference=noise_picture(1, width=64, height=48))
    source = PairSource(model, [pair], [], [], SETTINGS.updated({"batch_size": 1}), TUNE, 0)
    sizes = source.next_batches(torch.Generator().manual_seed(0))[0].sizes
    assert sizes == [(48, 64, 0, 4, 32, 32), (32, 32, 0, 0, 32, 32)]
    list(refine(model, [pair], [], [], SETTINGS.updated({"steps": 1}), TUNE, 0))
    detach(model)


def test_conditions_are_dropped_with_equal_chances() -> None:
    kept = kept_conditions(20_000, 0.05, torch.Generator().manual_seed(0))
    for wanted, share in {
        (False, True): 0.05,
        (True, False): 0.05,
        (False, False): 0.05,
        (True, True): 0.85,
    }.items():
        assert kept.count(wanted) / len(kept) == pytest.approx(share, abs=0.006)
    assert set(kept_conditions(500, 0.0, torch.Generator().manual_seed(0))) == {(True, True)}


def test_a_pair_may_lose_its_prompt_as_published(model: ImageModel) -> None:
    settings = SETTINGS.updated({"batch_size": 128, "drop_conditions": 0.2})
    source = PairSource(model, PAIRS, [], [], settings, TUNE, 0)
    batch = source.next_batches(torch.Generator().manual_seed(1))[0]
    dropped = [text is source.pairs.without_text for text in batch.texts]
    assert dropped[:128] == dropped[128:]  # y and x together
    assert np.mean(dropped) == pytest.approx(0.4, abs=0.1)
    plain = PairSource(model, PAIRS, [], [], settings.updated({"drop_conditions": 0.0}), TUNE, 0)
    same = plain.next_batches(torch.Generator().manual_seed(1))[0]
    torch.testing.assert_close(batch.noisy, same.noisy)  # only the prompts differ
    assert source.fingerprint != plain.fingerprint
