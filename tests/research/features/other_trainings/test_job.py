"""Other trainings are asked about the pictures of a round (Eq. G21): drawn once, resumed, compared."""

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT, Job
from gal_studio.research.features.other_trainings import job as ask
from gal_studio.research.features.other_trainings.commands.ask import ask_round
from gal_studio.research.features.other_trainings.record import ensembles_of
from gal_studio.research.features.other_trainings.rules import asked_pictures, training_seed
from gal_studio.research.features.other_trainings.verbs import ask_trainings, trainings_are_compared
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, work

Names = tuple[str, str]


@pytest.fixture
def drawn(studio: Studio, models: Models, names: Names) -> str:
    """A first round whose pictures have two strengths, and three of a prompt are asked about."""
    generation = {**CHANGES["generation"], "candidates": 4, "lowest_strength": 0.4}
    changes = {**CHANGES, "generation": generation, "gal": {**CHANGES["gal"], "trainings": 2}}
    round_id = first_round(studio, tiny_draft(names, changes=changes))
    assert work(studio, models, studio.fine_tune(round_id)).state == "completed"
    assert work(studio, models, studio.generate(round_id)).state == "completed"
    return round_id


def asked(studio: Studio, round_id: str) -> tuple[Candidate, ...]:
    return asked_pictures(studio.store.snapshots.round(round_id))


@pytest.mark.thorough
def test_another_training_disagrees_in_areas_and_on_copies(
    studio: Studio, models: Models, drawn: str
) -> None:
    def of_round() -> list[object]:
        return [
            studio.store.rounds.losses(drawn),
            studio.store.rounds.get(drawn),
            asked(studio, drawn)[0].image,
        ]

    before = of_round()
    assert work(studio, models, ask_trainings(studio, drawn)).state == "completed"
    assert of_round() == before
    pictures, others = asked(studio, drawn), ensembles_of(studio.store).of_round(drawn)
    assert {one.index for one in pictures} == {0, 2, 3}, "the strongest, a middle and the weakest"
    assert {identity: set(found) for identity, found in others.items()} == {one.id: {1} for one in pictures}
    assert all(others[one.id][1].image != one.image for one in pictures)
    for one in pictures:
        stored = studio.store.refinements.map(one.id, "disagreement")
        assert stored is not None and stored.values.min() >= 0.0
        assert one.more_scores[AREA_DISAGREEMENT] == pytest.approx(float(stored.values.mean()), abs=1e-3)
        assert one.more_scores[AREA_DISAGREEMENT] > 0.0 and one.more_scores[COPY_DISAGREEMENT] >= 0.0
    assert any(one.disagreement is not None for one in studio.round_view(drawn).scores)
    left = [path.name for path in studio.store.checkpoints(drawn).rglob("*.*")]
    assert left == ["step-6.safetensors"], "nothing but the round's own last state is left"
    with pytest.raises(StudioError, match=r"2 runs of round 1 are already compared\. To add more, raise"):
        ask_trainings(studio, drawn)
    with pytest.raises(StudioError, match="Runs to compare is 9"):
        ask_trainings(studio, drawn, 9)
    assert not trainings_are_compared(studio, drawn, 3)
    assert not trainings_are_compared(studio, drawn, 10**12), "and no list is made of as many"
    told = ask_round(studio.store.workspace, None, None, None)  # printed again, without a worker
    assert (told["round"], told["trainings"], len(told["prompts"])) == (1, 2, 4)
    assert told["prompts"][0]["pictures"] == 3


def test_identical_trainings_disagree_by_exactly_nothing(
    studio: Studio, models: Models, drawn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "training_seed", lambda own, number: own)
    assert work(studio, models, ask_trainings(studio, drawn)).state == "completed"
    for one in asked(studio, drawn):
        assert (one.more_scores[AREA_DISAGREEMENT], one.more_scores[COPY_DISAGREEMENT]) == (0.0, 0.0)
        stored = studio.store.refinements.map(one.id, "disagreement")
        assert stored is not None and not np.any(stored.values)


@pytest.mark.parametrize("phase", ["fine_tune", pytest.param("draw", marks=pytest.mark.thorough)])
def test_halted_it_goes_on_where_it_was(studio: Studio, models: Models, drawn: str, phase: str) -> None:
    job, seen = ask_trainings(studio, drawn), list[tuple[str, float]]()

    def stop(running: Job, progress: Progress) -> None:
        if progress.phase == phase and progress.done >= 1:
            studio.stop(running.id)

    assert work(studio, models, job, stop).state == "stopped"
    there = ensembles_of(studio.store).of_round(drawn)
    resumed = studio.resume(job.id)
    assert (
        work(studio, models, resumed or job, lambda _, now: seen.append((now.phase, now.done))).state
        == "completed"
    )
    trained = [done for name, done in seen if name == "fine_tune"]
    assert trained == [] if phase == "draw" else trained[0] > 1, "no step is taken twice"
    kept = ensembles_of(studio.store).of_round(drawn)
    assert there.items() <= kept.items() and len(kept) == len(asked(studio, drawn))


def test_it_is_refused_in_a_sentence(studio: Studio, models: Models, names: Names) -> None:
    round_id = first_round(studio, tiny_draft(names))
    with pytest.raises(StudioError, match="Round 1 has no images yet: press Generate first"):
        ask_trainings(studio, round_id)


def test_seeds_of_other_trainings_differ() -> None:
    seeds = {training_seed(7, number) for number in range(1, 5)}
    assert len(seeds) == 4 and 7 not in seeds
