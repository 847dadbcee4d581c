"""A cache of views, which are rebuilt only when their project has changed: the page polls often."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from gal_studio.studio import Studio
from gal_studio.studio.views.types import RefinementView, RoundSummary, RoundView

KEPT = 64


class ViewCache:
    """The views of a studio, each kept until the stamp of its project changes."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._kept: OrderedDict[str, tuple[Any, Any]] = OrderedDict()

    def rounds(self, project_id: str) -> tuple[RoundSummary, ...]:
        """A summary of each round."""
        summaries: tuple[RoundSummary, ...] = self._cached(
            project_id, project_id, lambda: self.studio.rounds(project_id)
        )
        return summaries

    def round_view(self, project_id: str, round_id: str) -> RoundView:
        """The view of a round."""
        view: RoundView = self._cached(project_id, round_id, lambda: self.studio.round_view(round_id))
        return view

    def refinement(self, project_id: str, round_id: str) -> RefinementView:
        """The view of a refinement."""
        view: RefinementView = self._cached(
            project_id, f"refinement {round_id}", lambda: self.studio.refinement_view(round_id)
        )
        return view

    def _cached(self, project_id: str, key: str, make: Callable[[], Any]) -> Any:
        now = self.studio.stamp(project_id)  # read first, so that a view is never older than its stamp
        stamp, view = self._kept.get(key, (None, None))
        if stamp != now:
            view = make()
            self._kept[key] = (now, view)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return view
