"""Train a round again with other seeds, and compare (Eq. G21)."""

from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.core.variants.registry import refuse
from gal_studio.research.features.other_trainings.record import ensembles_of
from gal_studio.research.features.other_trainings.rules import asked_pictures, is_compared
from gal_studio.rounds import lineage
from gal_studio.studio.studio import Studio, verb
from gal_studio.studio.verbs.base import by_hand


@verb
@by_hand("rounds")
def ask_trainings(studio: Studio, round_id: str, trainings: int | None = None) -> Job:
    """Queue other trainings of a drawn round, to see where they disagree.

    `trainings` is their number with the round's own, by default that of the project's settings, which
    stay as they are.
    """
    with studio.store.database.transaction():
        here = studio.store.snapshots.round(round_id)
        refuse("compare", here.round)
        lineage.refuse_without_references(here.project.project, "to compare runs by their copies")
        if not asked_pictures(here):
            raise StudioError(lineage.no_images(here.round.number))
        job = studio._requested(here.round, "ask")
        if job is not None:
            return job
        wanted = _wanted_trainings(here, trainings)
        gal = replace(here.gal, trainings=wanted)
        studio.store.rounds.set_settings(round_id, replace(here.settings, gal=gal))
        if is_compared(here, ensembles_of(studio.store).of_round(round_id), wanted):
            raise StudioError(
                f"{wanted} runs of round {here.round.number} are already compared. To add more, raise "
                "“Runs to compare”."
            )
        return studio._queue(here.round, "ask")


@verb
def trainings_are_compared(studio: Studio, round_id: str, trainings: int | None = None) -> bool:
    """Whether `ask_trainings` has nothing left to do."""
    here = studio.store.snapshots.round(round_id)
    wanted = _wanted_trainings(here, trainings)
    return is_compared(here, ensembles_of(studio.store).of_round(round_id), wanted)


def _wanted_trainings(here: RoundSnapshot, trainings: int | None) -> int:
    return here.wanted_settings.gal.trainings if trainings is None else trainings
