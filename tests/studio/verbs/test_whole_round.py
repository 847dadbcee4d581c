"""One press queues all that a round lacks; its jobs halt and resume like single ones."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.rounds.inputs import inputs_of
from tests.features.needed import needs_refine
from tests.studio.conftest import Place
from tests.ui.seeded import draw, measure, train


def kinds(jobs: tuple[Job, ...]) -> list[str]:
    return [job.kind for job in jobs]


def states(place: Place, jobs: tuple[Job, ...]) -> list[str]:
    return [place.studio.store.jobs.get(job.id).state for job in jobs]


@pytest.fixture
def fresh(place: Place) -> str:
    """A round in which nothing was done yet."""
    return place.studio.next_round(place.round).id


def test_one_press_trains_draws_and_measures_in_this_order(place: Place, fresh: str) -> None:
    jobs = place.studio.run_missing(fresh)
    assert kinds(jobs) == ["fine_tune", "generate", "measure"]
    assert place.studio.run_missing(fresh) == jobs, "twice is once"
    store = place.studio.store
    store.workers.enter("w")
    for job in jobs:
        claimed = store.jobs.claim("w")
        assert claimed is not None and claimed.id == job.id
        assert store.jobs.claim("w") is None, "the others wait for it"
        store.jobs.finish(job.id)


def test_only_what_is_missing_is_queued(place: Place, fresh: str) -> None:
    studio = place.studio
    train(studio, fresh)
    round_ = studio.store.rounds.get(fresh)
    studio.store.rounds.finish_training(
        fresh, str(round_.adapter), fingerprint(place, fresh), studio.training_set(fresh)
    )
    assert kinds(studio.run_missing(fresh)) == ["generate", "measure"]
    for job in studio.store.jobs.of_project(place.project):
        studio.stop(job.id)
    studio.measure_when(place.project, "never")
    draw(studio, fresh, candidates=2)
    with pytest.raises(StudioError, match="has been run"):
        studio.run_missing(fresh)
    studio.measure_when(place.project, "auto")
    assert kinds(studio.run_missing(fresh)) == ["measure"]
    measure(studio, fresh)


def fingerprint(place: Place, round_id: str) -> str:
    from gal_studio.rounds.fingerprints import training_fingerprint

    return training_fingerprint(inputs_of(place.studio.store, round_id))


def test_stop_halts_all_of_the_press_and_resume_goes_on_with_all_of_it(place: Place, fresh: str) -> None:
    store = place.studio.store
    jobs = place.studio.run_missing(fresh)
    store.workers.enter("w")
    store.jobs.claim("w")
    place.studio.stop(jobs[0].id)
    store.jobs.halt(jobs[0].id)
    assert states(place, jobs) == ["stopped"] * 3
    place.studio.resume(jobs[0].id)
    assert states(place, jobs) == ["queued"] * 3
    store.jobs.claim("w")
    store.jobs.finish(jobs[0].id)
    store.jobs.claim("w")
    place.studio.stop(jobs[1].id)
    store.jobs.halt(jobs[1].id)
    assert states(place, jobs) == ["completed", "stopped", "stopped"], "nothing starts unasked"
    place.studio.resume(jobs[1].id)
    assert states(place, jobs) == ["completed", "queued", "queued"]


def test_what_was_cancelled_by_itself_stays_so(place: Place, fresh: str) -> None:
    store = place.studio.store
    jobs = place.studio.run_missing(fresh)
    place.studio.stop(jobs[2].id)
    store.workers.enter("w")
    store.jobs.claim("w")
    place.studio.stop(jobs[0].id)
    store.jobs.halt(jobs[0].id)
    place.studio.resume(jobs[0].id)
    assert states(place, jobs) == ["queued", "queued", "stopped"]


@needs_refine
def test_a_refinement_runs_its_own_steps(place: Place) -> None:
    place.studio.accept_suggestion(place.round)
    node = place.studio.make_pairs(place.round).round_id
    assert kinds(place.studio.run_missing(node))[:2] == ["pairs", "refine"]
