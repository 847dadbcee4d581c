"""Measure rounds on the project's fixed benchmark."""

from collections.abc import Sequence
from typing import get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.pictures import When
from gal_studio.core.types import Job, Round
from gal_studio.core.variants.registry import refuse
from gal_studio.core.variants.variant import TRAININGS
from gal_studio.rounds import test_set
from gal_studio.studio.verbs.base import Verbs, by_hand
from gal_studio.studio.views.changes import ChoiceChange, changes_of
from gal_studio.studio.views.measures import FullMeasures, measures_view
from gal_studio.studio.waiting import is_pending


class MeasureVerbs(Verbs):
    """The benchmark and its measurements."""

    def measures(self, project_id: str) -> FullMeasures:
        """The benchmark, what each round was measured to be on it, which round is best and why."""
        return measures_view(self.store, project_id)

    def changes(self, round_id: str, measured: FullMeasures | None = None) -> tuple[ChoiceChange, ...]:
        """What was accepted in the round before, and its prompts on the benchmark before and after.

        `measured` are the measures of the project, if they were just read.
        """
        project_id = self.store.rounds.get(round_id).project_id
        return changes_of(self.store, round_id, measured or self.measures(project_id))

    def measure(self, round_id: str) -> Job:
        """Queue the measurement of a round, behind its training if that waits; all other jobs go first."""
        with self.store.database.transaction():
            return self._measure(self.store.rounds.get(round_id))

    def _measure(self, round_: Round) -> Job:
        """Queue the measurement of a round as it stands in this transaction."""
        jobs = self._jobs_beside(round_)
        job = self._requested(round_, "measure", jobs)
        if job is not None:
            return job
        refuse("measure", round_)
        if round_.adapter is None and not is_pending(self.store, round_, *TRAININGS, known=jobs):
            raise StudioError(f"Round {round_.number} is not trained yet: press Train first.")
        if round_.adapter is not None and not test_set.prepare(self.store, round_.id).missing:
            raise StudioError(f"Round {round_.number} is already measured on the present benchmark.")
        return self._queue(round_, "measure", jobs)

    def measure_all(self, project_id: str) -> tuple[Job, ...]:
        """Queue the measurement of every trained round that lacks pictures of the benchmark."""
        with self.store.database.transaction():
            trained = [each.id for each in self.store.rounds.shown(project_id) if each.adapter is not None]
            unmeasured = [each for each in trained if test_set.prepare(self.store, each).missing]
            if not unmeasured:
                raise StudioError(
                    "Every trained round is already measured on the present benchmark."
                    if trained
                    else "No round is trained yet: press Train first."
                )
            return tuple(map(self.measure, unmeasured))

    @by_hand("projects")
    def change_test_set(self, project_id: str, templates: Sequence[str], seeds: int) -> None:
        """Choose other held-out prompts, and the number of pictures of each.

        All rounds have to be measured again on what is new before they are compared.
        """
        test_set.change(self.store, self.store.snapshots.outline(project_id), list(templates), seeds)

    def measure_when(self, project_id: str, when: When) -> None:
        """Choose whether new rounds are measured without being asked."""
        if when not in get_args(When):
            raise StudioError(f"Measuring is {when!r}: choose one of {', '.join(get_args(When))}.")
        test_set.set_when(self.store, self.store.snapshots.outline(project_id), when)
