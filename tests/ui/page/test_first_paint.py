"""A shared link shows nothing of Gradio's."""

from pathlib import Path

import gradio

from gal_studio.ui.page.first_paint import with_first_paint

PAGE = Path(gradio.__file__).parent / "templates" / "frontend" / "index.html"


def test_what_gradio_says_of_a_shared_link_is_left_out() -> None:
    html = PAGE.read_text(encoding="utf-8")
    shown = with_first_paint(html)
    assert '"og:title' in html and '"og:' not in shown and '"twitter:' not in shown
