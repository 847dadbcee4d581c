"""The steps of a training, without models: what can be asked for, and what is said where none are kept."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import KeptStep
from gal_studio.features.trials import rules
from gal_studio.features.trials.record import trials_of
from gal_studio.rounds.kept_steps import usual_seed, usual_steps
from gal_studio.state.tables.candidates import copy_shift
from tests.ui.conftest import Place


def keep(place: Place, *steps: int) -> None:
    """Keep LoRAs of these steps, of which no file is there."""
    for step in steps:
        place.studio.store.rounds.keep_step(place.round, KeptStep(step, f"{step:064x}", f"f{step}", step))


def test_the_usual_steps_come_from_the_whole_training(place: Place) -> None:
    keep(place, *range(10, 140, 10))
    here = place.studio.store.snapshots.round(place.round)
    assert usual_steps(here) == (20, 40, 60, 80, 100, 130)
    assert place.studio.round_view(place.round).steps.usual == usual_steps(here)


def test_a_test_prompt_keeps_the_seed_of_its_first_image(place: Place) -> None:
    here = place.studio.store.snapshots.round(place.round)
    first = next(one for one in here.candidates if one.index == 0)
    prompt = here.project.prompts[first.anchor_id]
    assert usual_seed(here, prompt) == first.seed
    assert usual_seed(here, "A prompt of one's own") == 0


def test_one_job_draws_all_and_a_deleted_step_is_none(place: Place) -> None:
    keep(place, 20, 40)
    made = place.studio.try_steps(place.round, "A kite {}", strengths=[0.5, 0.5, 1.0])
    assert [(one.step, one.recipe.late) for one in made] == [(20, 0.5), (20, 1.0), (40, 0.5), (40, 1.0)]
    assert {(one.lora, one.step) for one in made} == {(f"{20:064x}", 20), (f"{40:064x}", 40)}
    assert [job.kind for job in place.studio.queue_view().waiting] == ["try"]
    place.studio.forget_steps(place.round)
    with pytest.raises(StudioError, match="Set “Validate every” under Advanced"):
        place.studio.try_steps(place.round)


def test_another_step_s_image_is_no_candidate_of_the_round(place: Place) -> None:
    keep(place, 20)
    (made,) = place.studio.try_steps(place.round, "A kite {}", strengths=[1.0])
    store = place.studio.store
    like = store.candidates.of_round(place.round)[0]
    scores = {name: float(like.score(name) or 0.0) for name in ("similarity_anchor", "similarity_reference")}
    feature = trials_of(store).get(made.id).feature
    trials_of(store).save(made.id, like.image, feature.astype(float), scores, "", "")
    with pytest.raises(StudioError, match="The LoRA of step 20 generated this image"):
        place.studio.use_trial(made.id)


def test_an_image_is_judged_as_those_of_its_round(place: Place) -> None:
    store = place.studio.store
    here, shift = store.snapshots.round(place.round), copy_shift(store.database, place.project)
    (made,) = place.studio.try_grid(place.round, ["A kite {}"], [1])
    for like in here.tiles[:6]:
        scores = dict(like.more_scores) | {
            "similarity_anchor": like.similarity_anchor,
            "similarity_reference": like.similarity_reference,
        }
        trials_of(store).save(
            made.id, like.image, trials_of(store).get(made.id).feature.astype(float), scores, "", ""
        )
        judged = rules.judged(here, trials_of(store).get(made.id), shift)
        assert told(judged) == told(like)


def told(one: Candidate) -> tuple[object, ...]:
    return one.chance_by_detectors, one.overfit_by_detectors, one.asked, one.kept
