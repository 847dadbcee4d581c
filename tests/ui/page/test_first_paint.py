"""What a shared link shows is the studio's, and not Gradio's."""

import re
from pathlib import Path

import gradio

from gal_studio.ui.page.first_paint import DESCRIPTION, with_first_paint

PAGE = Path(gradio.__file__).parent / "templates" / "frontend" / "index.html"


def test_a_shared_link_has_the_studios_title_and_description() -> None:
    html = with_first_paint(PAGE.read_text(encoding="utf-8"))
    named = re.findall(r'<meta (?:property|name)="(og:\w+|twitter:\w+|description)" content="([^"]*)"', html)
    assert ("og:title", "GAL Studio") in named and ("og:description", DESCRIPTION) in named
    assert ("description", DESCRIPTION) in named
    assert not [content for _, content in named if "radio" in content or "try out" in content]
