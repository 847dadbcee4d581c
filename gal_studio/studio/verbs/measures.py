"""Measure rounds on the project's fixed benchmark."""

from collections.abc import Sequence
from typing import get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.pictures import When
from gal_studio.core.types import Job
from gal_studio.rounds import test_set
from gal_studio.rounds.replays import refuse_changes_by_hand
from gal_studio.studio.requests import measures as requests
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views.measures import MeasuresView, measures_view


class MeasureVerbs(Verbs):
    """The benchmark and its measurements."""

    def measures(self, project_id: str) -> MeasuresView:
        """The benchmark, what each round was measured to be on it, which round is best and why."""
        return measures_view(self.store, project_id)

    def measure(self, round_id: str) -> Job:
        """Queue the measurement of a round; it lets all other jobs go first."""
        return self._woken(requests.ask_measure(self.store, round_id))

    def measure_all(self, project_id: str) -> tuple[Job, ...]:
        """Queue the measurement of every trained round that lacks pictures of the benchmark."""
        jobs = requests.ask_measure_all(self.store, project_id)
        self._woken(jobs[-1])
        return jobs

    def change_test_set(self, project_id: str, templates: Sequence[str], seeds: int) -> None:
        """Choose other held-out prompts, and the number of pictures of each.

        All rounds have to be measured again on what is new before they are compared.
        """
        refuse_changes_by_hand(self.store, project_id)
        test_set.change(self.store, self.store.snapshots.outline(project_id), list(templates), seeds)

    def measure_when(self, project_id: str, when: When) -> None:
        """Choose whether new rounds are measured without being asked."""
        if when not in get_args(When):
            raise StudioError(f"Measuring is {when!r}: choose one of {', '.join(get_args(When))}.")
        test_set.set_when(self.store, self.store.snapshots.outline(project_id), when)
