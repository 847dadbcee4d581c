"""Requests to measure rounds on the test set."""

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.rounds import test_set
from gal_studio.state import Store
from gal_studio.studio.requests import rounds


def ask_measure(store: Store, round_id: str) -> Job:
    """Queue the measurement of a round; it may wait for the training of the round."""
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        job = rounds.equal_job(store, round_, "measure")
        if job is not None:
            return job
        if round_.adapter is None and not rounds.is_coming(store, round_, "fine_tune", "refine"):
            raise StudioError(f"Round {round_.number} is not trained yet: press Fine-tune first.")
        if round_.adapter is not None and not test_set.prepare(store, round_id).missing:
            raise StudioError(f"Round {round_.number} is already measured on the present benchmark.")
        return store.jobs.enqueue(round_.project_id, round_.id, "measure")


def ask_measure_all(store: Store, project_id: str) -> tuple[Job, ...]:
    """Queue the measurement of every trained round that lacks pictures of the test set."""
    with store.database.transaction():
        trained = [round_ for round_ in store.rounds.shown(project_id) if round_.adapter is not None]
        jobs = [
            ask_measure(store, round_.id) for round_ in trained if test_set.prepare(store, round_.id).missing
        ]
        if not jobs:
            raise StudioError(
                "Every trained round is already measured on the present benchmark."
                if trained
                else "No round is trained yet: press Fine-tune first."
            )
        return tuple(jobs)
