"""A part of the screen: a static template, our JavaScript, and the handlers that it may call."""

from collections.abc import Sequence

import gradio as gr

from gal_studio.ui.errors import Handler, guarded
from gal_studio.ui.static import template, ui_address

_BOOT = """
import("%s").then((boot) => boot.mount("%s", { element, server, upload }));
"""


def make_panel(name: str, handlers: Sequence[Handler]) -> gr.HTML:
    """The panel of this name: `NAME.html` for its elements, `mount("NAME", ...)` in `boot.js` for its life.

    The template holds no value: Gradio would evaluate `${...}` of a prompt in it. All texts arrive through
    the handlers' answers and become text nodes.
    """
    return gr.HTML(
        html_template=template(name),
        js_on_load=_BOOT % (ui_address("boot.js"), name),
        server_functions=[guarded(handler) for handler in handlers],
        apply_default_css=False,
        container=False,
        padding=False,
        elem_id=f"panel-{name}",
    )
