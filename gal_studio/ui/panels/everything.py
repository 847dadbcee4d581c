"""All requests of the page."""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from gal_studio.core import features
from gal_studio.ui import panels
from gal_studio.ui.page.static import template, ui_address
from gal_studio.ui.requests import Context, Requests, joined

_BOOT = """
import(new URL("%s", document.baseURI).href)
  .then(({ modules }) => modules["boot.js"].mount("%s", { element, server }));
"""


@dataclass(frozen=True)
class Panel:
    """One part of the page: the elements of `NAME/NAME.html`, started by `mount("NAME", …)` in `boot.js`."""

    name: str
    requests: Requests

    def build(self, context: Context, classes: Sequence[str] = ()) -> gr.HTML:
        """Build the panel with the requests that only read; writes have a route of their own.

        The template has no values: Gradio would evaluate a `${...}` in a prompt. All texts come from requests
        and become text nodes. `classes` are CSS classes that the page reads at the start.
        """
        return gr.HTML(
            html_template=template(f"{self.name}/{self.name}"),
            js_on_load=_BOOT % (ui_address("studio.js"), self.name),
            server_functions=[one.handler(context) for one in self.requests.reads()],
            apply_default_css=False,
            container=False,
            padding=False,
            elem_id=f"panel-{self.name}",
            elem_classes=list(classes),
        )


NAMES = ("top", "reference", "rounds", "results")
"""The parts of the page, from top to bottom."""


def _tables() -> list[Requests]:
    """The table of requests of each file in this folder that has one, and of each feature."""
    names = [one.name for one in pkgutil.iter_modules(panels.__path__, f"{panels.__name__}.")]
    files = [importlib.import_module(name) for name in names if name != __name__]
    files += features.modules("requests")
    found = [table for file in files if isinstance(table := vars(file).get("REQUESTS"), Requests)]
    if lost := [table.panel for table in found if table.panel not in NAMES]:
        raise ValueError(f"no panel is called {lost[0]!r}: write Requests() with one of {', '.join(NAMES)}")
    return found


PANELS = tuple(Panel(name, joined(*(one for one in _tables() if one.panel == name))) for name in NAMES)
REQUESTS = joined(*(panel.requests for panel in PANELS))
"""All requests by name."""
