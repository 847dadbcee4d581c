"""One class with a method for each thing that a user can do. No torch, no models, no Gradio."""

import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from gal_studio.processes import start_worker
from gal_studio.state import Store
from gal_studio.state.files.paths import user_path
from gal_studio.studio.create.model_check import model_check
from gal_studio.studio.verbs.branches import BranchVerbs
from gal_studio.studio.verbs.decisions import DecisionVerbs
from gal_studio.studio.verbs.files import FileVerbs
from gal_studio.studio.verbs.jobs import JobVerbs
from gal_studio.studio.verbs.projects import ProjectVerbs
from gal_studio.studio.verbs.training import TrainingVerbs

if TYPE_CHECKING:
    from gal_studio.studio.figures.figures import Figures

Act = TypeVar("Act", bound=Callable[..., Any])
Beginning = Callable[["Studio", str], bool]
"""Queues the first work of a new project of its kind; False of another one."""
_BEGINNINGS: list[Beginning] = []


class Studio(ProjectVerbs, TrainingVerbs, BranchVerbs, JobVerbs, DecisionVerbs, FileVerbs):
    """Everything that a user can do in a workspace; see docs/python.md.

    Features add methods to it (`verb`).
    """

    @classmethod
    def open(cls, workspace: Path | str) -> Self:
        """Open the workspace in this folder; one that is missing is created.

        Queued jobs are done by a worker process, which is started when needed and outlives the program. The
        page may be open on the same workspace meanwhile. What is left out of a prompt is a warning.
        """
        store = Store(user_path(Path(workspace)).absolute())
        return cls(store, wake=start_worker, models=model_check, tell=tell_as_warning)

    @property
    def figures(self) -> "Figures":
        """The figures of this workspace."""
        from gal_studio.studio.figures.figures import Figures  # Plotly takes a while to import

        return Figures(self)

    def begin(self, project_id: str) -> None:
        """Queue the first work of a new project: that of a feature, or else all of its first round."""
        if not any(begun(self, project_id) for begun in _BEGINNINGS):
            self.run_missing(self.rounds(project_id)[0].id)

    def close(self) -> None:
        """Close the workspace; a worker that is busy goes on."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def verb(act: Act) -> Act:
    """Make a function of a feature a method of every studio, which is its first parameter."""
    assert not hasattr(Studio, act.__name__), f"there is a verb {act.__name__!r} already"
    setattr(Studio, act.__name__, act)
    return act


def begins(beginning: Beginning) -> Beginning:
    """Let a function of a feature begin new projects, in place of their first training."""
    _BEGINNINGS.append(beginning)
    return beginning


def tell_as_warning(sentence: str) -> None:
    """A warning at the line that called the studio."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals["__name__"].startswith("gal_studio."):
        level, frame = level + 1, frame.f_back
    warnings.warn(sentence, stacklevel=level)
