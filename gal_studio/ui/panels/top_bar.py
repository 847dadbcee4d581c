"""The top bar: the project, the steps, the current job, the queue of all jobs, and the log."""

from typing_extensions import Unpack

from gal_studio.studio import Studio
from gal_studio.studio.bug_report import BugReport
from gal_studio.ui.api import polling
from gal_studio.ui.api.polling import Poll, PollAnswer
from gal_studio.ui.payloads import Id
from gal_studio.ui.requests import Context, Requests

SIGNED_IN = "signed-in"
REQUESTS = Requests("top")
REQUESTS.verbs("write", Studio.stop, Studio.pause, Studio.resume, Studio.reorder)
REQUESTS.verbs("write", Studio.keep_step, Studio.preview_now)


@REQUESTS.read
def poll(context: Context, **asked: Unpack[Poll]) -> PollAnswer:
    """What has changed since the last poll."""
    return polling.poll(context.views, asked)


@REQUESTS.read
def log(context: Context, project: Id | None = None) -> BugReport:
    """The end of the log with facts about the machine, and the settings of a project if one is open."""
    return context.studio.bug_report(project, context.secrets)
