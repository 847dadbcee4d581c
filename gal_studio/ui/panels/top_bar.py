"""The top bar: the project, the steps, the current job, the queue of all jobs, and the log."""

from dataclasses import dataclass

from typing_extensions import Unpack

from gal_studio.studio import Studio
from gal_studio.ui.api import polling
from gal_studio.ui.api.polling import Poll, PollAnswer
from gal_studio.ui.payloads import Fact, Id, RequestedJob, requested_job
from gal_studio.ui.requests import Context, Requests

SIGNED_IN = "signed-in"
REQUESTS = Requests("top")
REQUESTS.verbs("write", Studio.stop, Studio.pause, Studio.resume, Studio.reorder)


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
def keep(context: Context, job: Id) -> RequestedJob:
    """End a halted training at the last step that was saved."""
    return requested_job(context.studio.keep_step(job))


@REQUESTS.write
def preview(context: Context, job: Id) -> None:
    """Draw a preview of a running training."""
    context.studio.preview_now(job)
