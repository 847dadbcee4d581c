"""The top bar: the project, the steps, the current job, the queue of all jobs, and the log."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Unpack

from gal_studio.core.jobs.states import Direction
from gal_studio.core.types import JobState
from gal_studio.ui.api import polling
from gal_studio.ui.api.polling import Poll, PollAnswer
from gal_studio.ui.payloads import Fact, Id, Only
from gal_studio.ui.requests import Context, Requests

SIGNED_IN = "signed-in"
REQUESTS = Requests("top")


@dataclass(frozen=True)
class LogAnswer:
    """The end of the logs, and all of the report as one text."""

    facts: tuple[Fact, ...]
    lines: tuple[str, ...]
    output: tuple[str, ...]
    page: tuple[str, ...]
    text: str


@REQUESTS.read
def poll(context: Context, **asked: Unpack[Poll]) -> PollAnswer:
    """What has changed since the last poll."""
    return polling.poll(context.views, asked)


@REQUESTS.read
def log(context: Context, project: Id | None = None) -> LogAnswer:
    """The end of the log with facts about the machine, and the settings of a project if one is open."""
    report = context.studio.bug_report(project, context.secrets)
    return LogAnswer(report.facts, report.lines, report.output, report.page, report.text())


@REQUESTS.write
def stop(context: Context, job: Id) -> Annotated[JobState, Only("state")]:
    """Stop a job."""
    return context.studio.stop(job).state


@REQUESTS.write
def pause(context: Context, job: Id) -> Annotated[JobState, Only("state")]:
    """Pause a job."""
    return context.studio.pause(job).state


@REQUESTS.write
def resume(context: Context, job: Id) -> Annotated[JobState, Only("state")]:
    """Resume a job."""
    return context.studio.resume(job).state


@REQUESTS.write
def keep(context: Context, job: Id) -> Annotated[JobState, Only("state")]:
    """End a halted training at the last step that was saved."""
    return context.studio.keep_step(job).state


@REQUESTS.write
def preview(context: Context, job: Id) -> None:
    """Draw a preview of a running training."""
    context.studio.preview_now(job)


@REQUESTS.write
def reorder(context: Context, job: Id, direction: Direction) -> None:
    """Move a job in the queue."""
    context.studio.reorder(job, direction)
