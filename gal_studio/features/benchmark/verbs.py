"""Measure rounds on the project's fixed benchmark."""

from collections.abc import Sequence
from typing import get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.pictures import When
from gal_studio.core.records.round import Round
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.core.variants.registry import lora_of, refuse
from gal_studio.core.variants.variant import TRAININGS
from gal_studio.features.benchmark import rules
from gal_studio.rounds import test_set
from gal_studio.studio.studio import Studio, verb
from gal_studio.studio.verbs.base import by_hand
from gal_studio.studio.waiting import is_pending


@verb
def measure(studio: Studio, round_id: str) -> Job:
    """Queue the measurement of a round, behind its training if that waits; all other jobs go first."""
    with studio.store.database.transaction():
        return _measure(studio, studio.store.rounds.get(round_id))


def _measure(studio: Studio, round_: Round) -> Job:
    """Queue the measurement of a round as it stands in this transaction."""
    jobs = studio._jobs_beside(round_)
    job = studio._requested(round_, "measure", jobs)
    if job is not None:
        return job
    refuse("measure", round_)
    if not is_pending(studio.store, round_, *TRAININGS, known=jobs):
        lora_of(round_)
    if round_.adapter is not None and not test_set.prepare(studio.store, round_.id).missing:
        raise StudioError(f"Round {round_.number} is already measured on the present benchmark.")
    return studio._queue(round_, "measure", jobs)


def measure_if_wanted(studio: Studio, here: RoundSnapshot) -> tuple[Job, ...]:
    """Queue the measurement of a round that all is asked of, unless measuring is switched off."""
    wanted = rules.is_wanted(test_set.prepare(studio.store, here))
    return (_measure(studio, here.round),) if wanted else ()


@verb
def measure_all(studio: Studio, project_id: str) -> tuple[Job, ...]:
    """Queue the measurement of every trained round that lacks pictures of the benchmark."""
    with studio.store.database.transaction():
        shown = studio.store.snapshots.outline(project_id).shown
        trained = [each.id for each in shown if each.round.adapter is not None]
        unmeasured = [each for each in trained if test_set.prepare(studio.store, each).missing]
        if not unmeasured:
            raise StudioError(
                "Every trained round is already measured on the present benchmark."
                if trained
                else "No round is trained yet: press Train first."
            )
        return tuple(measure(studio, each) for each in unmeasured)


@verb
@by_hand("projects")
def change_test_set(studio: Studio, project_id: str, templates: Sequence[str], seeds: int) -> None:
    """Choose other held-out prompts, and the number of pictures of each.

    All rounds have to be measured again on what is new before they are compared.
    """
    rules.change(studio.store, studio.store.snapshots.outline(project_id), list(templates), seeds)


@verb
def measure_when(studio: Studio, project_id: str, when: When) -> None:
    """Choose whether new rounds are measured without being asked."""
    if when not in get_args(When):
        raise StudioError(f"Measuring is {when!r}: choose one of {', '.join(get_args(When))}.")
    test_set.set_when(studio.store, studio.store.snapshots.outline(project_id), when)
