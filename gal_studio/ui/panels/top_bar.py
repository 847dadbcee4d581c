"""The top bar: the project, the steps, the current job, the queue of all jobs, and the log."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import gradio as gr

from gal_studio.studio import Studio
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.api.errors import Handler
from gal_studio.ui.api.polling import poll
from gal_studio.ui.panels.panel import Context, Panel, handlers_on, make_panel
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.work import report_payload

SIGNED_IN = "signed-in"


def _stop(studio: Studio, request: Payload) -> Payload:
    return {"state": studio.stop(request["job"]).state}


def _pause(studio: Studio, request: Payload) -> Payload:
    return {"state": studio.pause(request["job"]).state}


def _resume(studio: Studio, request: Payload) -> Payload:
    return {"state": studio.resume(request["job"]).state}


def _preview(studio: Studio, request: Payload) -> Payload:
    studio.preview_now(request["job"])
    return {}


def _reorder(studio: Studio, request: Payload) -> Payload:
    studio.reorder(request["job"], request["direction"])
    return {}


WRITES: Mapping[str, Callable[[Studio, Payload], Payload]] = MappingProxyType(
    {"stop": _stop, "pause": _pause, "resume": _resume, "preview": _preview, "reorder": _reorder}
)


def log_handler(studio: Studio, credentials: Credentials | None) -> Handler:
    """A handler that returns the end of the worker's log, with the password hidden."""
    secrets = (credentials.secret,) if credentials else ()

    def log(request: Payload) -> Payload:
        return report_payload(studio.bug_report(request.get("project"), secrets))

    return log


def _build(context: Context) -> gr.HTML:
    views, credentials = context.views, context.credentials
    handlers = [*handlers_on(views, {"poll": poll}), log_handler(views.studio, credentials)]
    return make_panel("top", handlers, [SIGNED_IN] if credentials else [])


PANEL = Panel(_build, WRITES)
