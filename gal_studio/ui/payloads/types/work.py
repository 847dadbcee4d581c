"""Jobs as the page shows them (`assets/ui/app/types/payloads_work.d.ts`)."""

from typing import Annotated

from typing_extensions import Doc, TypedDict

from gal_studio.ui.payloads.types.basics import JobState


class JobWords(TypedDict):
    """Display text of a job: `title` for all of it, `doing` for the current phase if it has its own."""

    title: str
    doing: str
    unit: str
    background: Annotated[bool, Doc("It keeps nothing else from being requested.")]


class Job(JobWords):
    """The current job of a project."""

    id: str
    kind: str
    round_id: str
    state: JobState
    phase: str
    done: float
    total: float
    finished: str
    rate: float | None
    seconds_left: float | None
    message: str
    worker_alive: bool
    paused_for: str
    preview_wanted: Annotated[bool, Doc("A preview of the training is drawn now or at the next step.")]


class QueuedJob(JobWords):
    """A job in the queue of all projects."""

    id: str
    kind: str
    round_id: str
    round_name: str
    project_id: str
    project_name: str
    state: JobState
    phase: str
    done: float
    total: float
    message: str
    paused_for: str
    waits_for: list[str]
    behind: Annotated[str, Doc("`waits_for` as display text.")]
    can_rise: bool
    can_sink: bool
    amount: Annotated[float, Doc("The steps or pictures that it has to do; 0 if unknown.")]
    expected_seconds: float | None


class Queue(TypedDict):
    """The jobs of all projects."""

    working: list[QueuedJob]
    waiting: list[QueuedJob]
    halted: list[QueuedJob]
