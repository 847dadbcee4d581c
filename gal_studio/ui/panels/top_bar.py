"""The top bar: the project, the steps, the current job, the queue of all jobs, and the log."""

import gradio as gr

from gal_studio.studio import Studio
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.work import report_payload

SIGNED_IN = "signed-in"


WRITES: Acts = {
    "stop": lambda studio, request: {"state": studio.stop(request["job"]).state},
    "pause": lambda studio, request: {"state": studio.pause(request["job"]).state},
    "resume": lambda studio, request: {"state": studio.resume(request["job"]).state},
    "preview": lambda studio, request: studio.preview_now(request["job"]),
    "reorder": lambda studio, request: studio.reorder(request["job"], request["direction"]),
}


def log_handler(studio: Studio, credentials: Credentials | None) -> Handler:
    """A handler that returns the end of the worker's log, with the password hidden."""
    secrets = (credentials.secret,) if credentials else ()

    def log(request: Payload) -> Payload:
        return report_payload(studio.bug_report(request.get("project"), secrets))

    return log


def _reads(context: Context) -> list[Handler]:
    views = context.views
    return [*handlers_on(views, {"poll": poll}), log_handler(views.studio, context.credentials)]


def _build(context: Context) -> gr.HTML:
    return make_panel("top", _reads(context), [SIGNED_IN] if context.credentials else [])


PANEL = Panel(_reads, _build, WRITES)
