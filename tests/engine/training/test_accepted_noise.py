"""Accepted pictures teach from a noise level on, references at all noise."""

from dataclasses import replace

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import NoiseProcess
from gal_studio.engine.families.processes import AlphaBarProcess, FlowProcess
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import Batch, ExampleSource, lowest_accepted
from gal_studio.engine.training.latents import ExamplePicture
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS

ACCEPTED = replace(EXAMPLES[1], weight=0.3, is_reference=False)
TABLE = torch.linspace(1.0, 0.0, 1001)[1:].square()  # a falls below 1 / (1 + 3 * 3) = 0.1 at t = 683
PROCESSES: list[tuple[NoiseProcess, float]] = [
    (AlphaBarProcess(TABLE, "epsilon"), 683.0),
    (AlphaBarProcess(TABLE, "v_prediction"), 683.0),
    (FlowProcess(), 750.0),
    (FlowProcess(3.0), 750.0),
]


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def drawn(
    model: ImageModel, examples: list[ExamplePicture], noise: float, prior: bool = False, **more: object
) -> Batch:
    settings = SETTINGS.updated({"batch_size": 200, "accepted_noise": noise, **more})
    source = ExampleSource(model, examples, PRIOR if prior else [], settings, seed=0)
    (batch,) = source.next_batches(seeded())
    return batch


@pytest.mark.parametrize(("process", "first"), PROCESSES)
def test_accepted_rows_and_only_these_have_times_from_the_noise_on(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch, process: NoiseProcess, first: float
) -> None:
    monkeypatch.setattr(UNetFamily, "process", lambda _: process)
    assert 1000 * process.share_of(3.0) == pytest.approx(first)
    batch = drawn(model, [EXAMPLES[0], ACCEPTED], 3.0, prior=True)
    accepted = (batch.weights == 0.3).flatten()
    accepted[200:] = False  # the prior's rows
    assert 60 < int(accepted.sum()) < 140
    assert (
        float(batch.times[accepted].min()) >= first > float(batch.times[accepted].float().quantile(0.1)) - 60
    )
    references = batch.times[:200][~accepted[:200]]
    for times in (references, batch.times[200:]):
        assert 0.1 < float((times < first).float().mean()) < 0.9


def test_other_rows_are_those_of_all_noise(model: ImageModel) -> None:
    everywhere, late = (drawn(model, [EXAMPLES[0], ACCEPTED], noise) for noise in (0.0, 3.0))
    reference = (late.weights == 1.0).flatten()
    assert torch.equal(everywhere.times[reference], late.times[reference])
    assert not torch.equal(everywhere.times[~reference], late.times[~reference])


def test_without_accepted_pictures_or_noise_batches_are_those_of_no_such_setting(model: ImageModel) -> None:
    plain, unused = (drawn(model, EXAMPLES, noise, prior=True) for noise in (0.0, 3.0))
    for name in ("noisy", "target", "times", "weights"):
        assert torch.equal(getattr(plain, name), getattr(unused, name)), name
    batch = drawn(model, [EXAMPLES[0], ACCEPTED], 0.0)
    generator = seeded()  # what is drawn of each step: rows, times, noise
    rows = torch.randint(2, (200,), generator=generator)
    assert torch.equal((batch.weights == 0.3).flatten().long(), rows)
    assert torch.equal(batch.times, torch.randint(1000, (200,), generator=generator))


def test_the_limits_of_times_hold_as_well(model: ImageModel) -> None:
    batch = drawn(model, [ACCEPTED], 0.001, time_low=0.4, time_high=0.6)
    assert int(batch.times.min()) >= 400 and int(batch.times.max()) < 600


@pytest.mark.parametrize("process", [AlphaBarProcess(TABLE, "epsilon"), FlowProcess()])
def test_a_noise_above_all_times_is_refused(process: NoiseProcess) -> None:
    narrow = SETTINGS.updated({"accepted_noise": 3.0, "time_high": 0.5})
    with pytest.raises(StudioError) as refused:
        lowest_accepted(process, narrow)
    assert str(refused.value) == (
        "Accepted images count from noise 3 on, and there is less up to the maximum timestep 0.5: "
        "choose a smaller number."
    )
    assert lowest_accepted(process, narrow.updated({"accepted_noise": 0.0})) == 0.0
    assert lowest_accepted(process, narrow.updated({"accepted_noise": 0.001, "time_low": 0.3})) == 0.3


def test_a_training_without_accepted_pictures_is_not_refused(model: ImageModel) -> None:
    assert len(drawn(model, EXAMPLES, 1000.0, time_high=0.5).times) == 200
    with pytest.raises(StudioError, match="count from noise 1000"):
        drawn(model, [EXAMPLES[0], ACCEPTED], 1000.0, time_high=0.5)
