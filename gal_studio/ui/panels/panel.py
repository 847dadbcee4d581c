"""A panel: a part of the page with a static template, a JavaScript module, and handlers that it calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import gradio as gr

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.api.errors import Handler, guarded
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import Acts
from gal_studio.ui.page.static import template, ui_address
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.door import checked

Subject = TypeVar("Subject")

_BOOT = """
import("%s").then((boot) => boot.mount("%s", { element, server }));
"""


@dataclass(frozen=True)
class Context:
    """What the handlers of the page work on; with credentials, the page has a button to sign out."""

    views: ViewCache
    credentials: Credentials | None = None


@dataclass(frozen=True)
class Panel:
    """One part of the page.

    `reads` are the handlers that only read, and `build` makes the part with them. Its writes go through the
    route for writes: `atomic` and `outside` as in `Writes`.
    """

    reads: Callable[[Context], Sequence[Handler]]
    build: Callable[[Context], gr.HTML]
    atomic: Acts = field(default_factory=dict)
    outside: Acts = field(default_factory=dict)


def handlers_on(
    subject: Subject, acts: Mapping[str, Callable[[Subject, Payload], Payload | None]]
) -> list[Handler]:
    """Handlers that the page calls by these names, each bound to the same studio or view cache."""
    return [_named(name, act, subject) for name, act in acts.items()]


def _named(name: str, act: Callable[[Subject, Payload], Payload | None], subject: Subject) -> Handler:
    def handler(request: Payload) -> Payload:
        return act(subject, request) or {}

    handler.__name__ = name  # Gradio calls it by this
    return handler


def make_panel(name: str, handlers: Sequence[Handler], classes: Sequence[str] = ()) -> gr.HTML:
    """The panel of this name: `NAME/NAME.html` has its elements, `mount("NAME", ...)` in `boot.js` starts it.

    The template has no values: Gradio would evaluate a `${...}` in a prompt. All texts come from handlers and
    become text nodes. `classes` are CSS classes that the page reads at the start.
    """
    return gr.HTML(
        html_template=template(f"{name}/{name}"),
        js_on_load=_BOOT % (ui_address("boot.js"), name),
        server_functions=[guarded(handler, partial(checked, handler.__name__)) for handler in handlers],
        apply_default_css=False,
        container=False,
        padding=False,
        elem_id=f"panel-{name}",
        elem_classes=list(classes),
    )
