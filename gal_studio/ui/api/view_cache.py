"""A cache of views, which are rebuilt only when their project has changed: the page polls often."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from gal_studio.core.records.round import RoundSummary
from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.studio.views.choices import RoundChoices
from gal_studio.studio.views.measures import FullMeasures
from gal_studio.studio.views.queue import QueuedIn
from gal_studio.studio.views.types import FullRound, QueueView

View = TypeVar("View")
KEPT = 64


class ViewCache:
    """The views of a studio, each kept until the version of its project changes."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._kept: OrderedDict[str, tuple[Any, Any]] = OrderedDict()

    def rounds(self, project_id: str) -> tuple[RoundSummary, ...]:
        """A summary of each round."""
        now = self.studio.version(project_id).without_progress
        return self.kept_since(now, project_id, lambda: self.studio.rounds(project_id))

    def round_view(self, project_id: str, round_id: str) -> FullRound:
        """The view of a round."""
        return self.kept(project_id, round_id, lambda: self.studio.round_view(round_id))

    def measures(self, project_id: str) -> FullMeasures:
        """What was measured of a project."""
        now = self.studio.version(project_id).number
        return self.kept_since(now, f"measures {project_id}", lambda: self.studio.measures(project_id))

    def choices(self, project_id: str) -> tuple[RoundChoices, ...]:
        """What was chosen beside what was suggested."""
        now = self.studio.version(project_id).without_progress
        return self.kept_since(now, f"choices {project_id}", lambda: self.studio.choices(project_id))

    def queue(self) -> QueueView:
        """The jobs of all projects. What they have before them is estimated when their project changes."""
        return self.studio.queue_view(self._queued_in)

    def kept(self, project_id: str, key: str, make: Callable[[], View]) -> View:
        """What a key names of a project, made again when that has changed."""
        now = self.studio.version(project_id)  # read first, so that a view is never older than its version
        return self.kept_since(now, key, make)

    def _queued_in(self, project_id: str, jobs: Sequence[Job]) -> QueuedIn:
        now = self.studio.version(project_id), [(job.id, job.kind) for job in jobs]
        return self.kept_since(now, f"queue {project_id}", lambda: self.studio.queued_in(project_id, jobs))

    def for_page(self, project_id: str, round_id: str | None, make: Callable[[], View]) -> View:
        """What is made of all these views for a page that shows a round (None: the newest)."""
        return self.kept(project_id, f"page {project_id} {round_id}", make)

    def kept_since(self, now: object, key: str, make: Callable[[], View]) -> View:
        """What a key names, made again when the versions that it was made of are not those of `now`."""
        version, view = self._kept.get(key, (None, None))
        if version != now:
            view = make()
            self._kept[key] = (now, view)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return cast(View, view)
