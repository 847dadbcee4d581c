"""Views are made anew only when something in their project has changed: the page asks twice a second."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from gal_studio.studio import Studio
from gal_studio.studio.views.types import RefinementView, RoundSummary, RoundView

KEPT = 64


class Recall:
    """The views of a studio, kept as long as their project's stamp stays the same."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._kept: OrderedDict[str, tuple[Any, Any]] = OrderedDict()

    def rounds(self, project_id: str) -> tuple[RoundSummary, ...]:
        """The strip of rounds."""
        summaries: tuple[RoundSummary, ...] = self._recall(
            project_id, project_id, lambda: self.studio.rounds(project_id)
        )
        return summaries

    def round_view(self, project_id: str, round_id: str) -> RoundView:
        """Everything about a round of that project."""
        view: RoundView = self._recall(project_id, round_id, lambda: self.studio.round_view(round_id))
        return view

    def refinement(self, project_id: str, round_id: str) -> RefinementView:
        """Everything about a refinement of that project."""
        view: RefinementView = self._recall(
            project_id, f"refinement {round_id}", lambda: self.studio.refinement_view(round_id)
        )
        return view

    def _recall(self, project_id: str, key: str, make: Callable[[], Any]) -> Any:
        now = self.studio.stamp(project_id)  # taken first: a view may be newer than its stamp, never older
        stamp, view = self._kept.get(key, (None, None))
        if stamp != now:
            view = make()
            self._kept[key] = (now, view)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return view
