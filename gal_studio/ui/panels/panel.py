"""A panel: a part of the page with a static template, a JavaScript module, and requests that it makes."""

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from gal_studio.ui.page.static import template, ui_address
from gal_studio.ui.requests import Context, Requests

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
