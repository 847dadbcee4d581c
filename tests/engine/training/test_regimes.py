"""Times and draws of a training: their range, their weights, and the share of references."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.gal.balance import effective_draws
from gal_studio.core.settings import RefineSettings
from gal_studio.core.types import TrainingExample
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.patchdpo import PairSource
from gal_studio.engine.training.trainer import Training
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS, result, same
from tests.engine.training.test_patchdpo import PAIRS

ACCEPTED = [replace(EXAMPLES[1], weight=weight, is_reference=False) for weight in (0.3, 0.2)]


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_all_rows_keep_to_the_range_of_times(model: ImageModel) -> None:
    settings = SETTINGS.updated({"batch_size": 60, "time_low": 0.2, "time_high": 0.6})
    times = ExampleSource(model, EXAMPLES, PRIOR, settings, seed=0).next_batches(seeded())[0].times
    assert len(times) == 120 and int(times.min()) >= 200 and int(times.max()) < 600


def test_all_rows_of_a_step_may_share_a_time(model: ImageModel) -> None:
    settings = SETTINGS.updated({"batch_size": 6, "shared_time": True})
    source, generator = ExampleSource(model, EXAMPLES, [], settings, seed=0), seeded()
    batches = [source.next_batches(generator)[0] for _ in range(8)]
    assert all(len(batch.times) == 6 and len(set(batch.times.tolist())) == 1 for batch in batches)
    assert len({int(batch.times[0]) for batch in batches}) > 1
    own = ExampleSource(model, EXAMPLES, [], settings.updated({"shared_time": False}), seed=0)
    assert len(set(own.next_batches(seeded())[0].times.tolist())) > 1


def test_latents_may_be_samples_of_the_posterior(model: ImageModel) -> None:
    picture = EXAMPLES[0]
    fixed = ExampleSource(model, [picture], [], SETTINGS, seed=0).examples
    source = ExampleSource(model, [picture], [], SETTINGS.updated({"sample_latents": True}), seed=0)
    drawn = source.examples.crops([0] * 600, False, seeded()).latents
    assert torch.equal(drawn, source.examples.crops([0] * 600, False, seeded()).latents)
    resized = picture.image.convert("RGB").resize((32, 32), Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(resized, dtype=np.float32)).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        posterior = model.autoencoder.encode(pixels).latent_dist
    scale = model.autoencoder.config.scaling_factor
    torch.testing.assert_close(drawn.mean(0), scale * posterior.mean[0], rtol=0, atol=0.25 * scale)
    torch.testing.assert_close(drawn.std(0), scale * posterior.std[0], rtol=0.2, atol=0.0)
    torch.testing.assert_close(fixed.latents[0], scale * posterior.mean[0])
    assert fixed.spreads is None


def test_a_training_with_sampled_latents_is_another_one(model: ImageModel) -> None:
    plain, sampled = (
        ExampleSource(model, EXAMPLES, PRIOR, SETTINGS.updated({"sample_latents": on}), seed=0)
        for on in (False, True)
    )
    assert plain.fingerprint != sampled.fingerprint
    assert sampled.prior is not None and sampled.prior.spreads is not None
    assert not torch.equal(sampled.next_batches(seeded())[0].noisy, plain.next_batches(seeded())[0].noisy)


def test_a_refinement_keeps_to_the_range_as_well(model: ImageModel) -> None:
    tune, settings = SETTINGS.updated({"time_high": 0.5}), RefineSettings(batch_size=8, mix=0.5)
    source = PairSource(model, PAIRS[:1], EXAMPLES, [], settings, tune, seed=0)
    assert int(source.next_batches(seeded())[0].times.max()) < 500


@pytest.mark.parametrize(("share", "references"), [(0.5, 2), (0.25, 3)])
def test_references_keep_their_draws_and_accepted_pictures_come_on_top(
    model: ImageModel, share: float, references: int
) -> None:
    settings = SETTINGS.updated({"steps": 6, "batch_size": 4, "accepted_share": share})
    source = ExampleSource(model, [EXAMPLES[0], *ACCEPTED], [], settings, seed=0)
    generator = seeded()
    drawn = [source.next_batches(generator)[0].weights for _ in range(source.plan.steps)]
    assert source.plan.steps == round(6 / (1 - share))
    assert [int((weights == 1.0).sum()) for weights in drawn] == [references] * source.plan.steps
    examples = [
        TrainingExample(str(number), "", each.weight, each.is_reference)
        for number, each in enumerate([EXAMPLES[0], *ACCEPTED])
    ]
    told = effective_draws(examples, settings)
    assert told[0].draws == sum(int((weights == 1.0).sum()) for weights in drawn) == 24


def test_a_share_between_whole_rows_is_kept_on_average(model: ImageModel) -> None:
    settings = SETTINGS.updated({"steps": 300, "batch_size": 1, "accepted_share": 0.4})
    source = ExampleSource(model, [EXAMPLES[0], *ACCEPTED], [], settings, seed=0)
    generator = seeded()
    drawn = [float(source.next_batches(generator)[0].weights) for _ in range(500)]
    assert source.plan.steps == 500
    assert 265 < drawn.count(1.0) < 335
    assert drawn.count(ACCEPTED[0].weight) > 60 or sum(abs(w - 0.3) < 1e-6 for w in drawn) > 60


def test_without_accepted_pictures_the_share_changes_nothing(model: ImageModel) -> None:
    list(fine_tune(model, EXAMPLES, PRIOR, SETTINGS, seed=3))
    plain = result(model)
    list(fine_tune(model, EXAMPLES, PRIOR, SETTINGS.updated({"accepted_share": 0.5}), seed=3))
    assert same(plain, result(model))


def test_accepted_pictures_alone_share_all_draws(model: ImageModel) -> None:
    settings = SETTINGS.updated({"accepted_share": 0.5})
    source = ExampleSource(model, ACCEPTED, [], settings, seed=0)
    assert (source.plan.steps, source.plan.reference_share) == (6, None)
    training = Training(model, source, settings, seed=0)
    training.advance()
    result(model)
