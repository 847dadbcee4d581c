"""Request all that a round still lacks with one press: its training, its candidates, its measurement."""

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job, Round
from gal_studio.rounds import lineage, test_set
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio.requests import measures, refinements, rounds


def ask_missing(store: Store, round_id: str) -> tuple[Job, ...]:
    """Queue the missing steps of a round in order; each is a job that halts and resumes like a single one.

    A round that has pictures and is to be trained with other settings keeps them: the jobs are then those of
    a new round beside it. It is measured unless measuring is switched off.
    """
    with store.database.transaction():
        jobs, round_ = [], store.rounds.get(round_id)
        if round_.kind == "refine":
            return refinements.ask_whole_refinement(store, round_id)
        if rounds.is_trainable(inputs_of(store, round_id)):
            jobs.append(rounds.ask_fine_tune(store, round_id))
            round_ = store.rounds.get(jobs[0].round_id)
            refinements.ask_repetition(store, round_.id)
        if _lacks_pictures(store, round_):
            jobs.append(rounds.ask_generate(store, round_.id))
        if test_set.prepare(store, round_.id).is_wanted:
            jobs.append(measures.ask_measure(store, round_.id))
        if not jobs:
            raise StudioError(
                f"Round {round_.number} has been run: choose pictures, then go on to the next round."
            )
        return tuple(jobs)


def _lacks_pictures(store: Store, round_: Round) -> bool:
    here = store.snapshots.round(round_.id)
    return not here.candidates or bool(lineage.missing(here))
