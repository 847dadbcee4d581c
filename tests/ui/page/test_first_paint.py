"""What a shared link shows is the studio's, and not Gradio's."""

import re
from pathlib import Path

import gradio

from gal_studio.assets import assets_folder
from gal_studio.ui.page.first_paint import DESCRIPTION, SHARED_PICTURE, with_first_paint
from gal_studio.ui.page.static import ui_address

PAGE = Path(gradio.__file__).parent / "templates" / "frontend" / "index.html"


def test_a_shared_link_has_the_studios_title_description_and_picture() -> None:
    html = with_first_paint(PAGE.read_text(encoding="utf-8"), "https://studio.example/")
    named = re.findall(r'<meta (?:property|name)="(og:\w+|twitter:\w+|description)" content="([^"]*)"', html)
    assert ("og:title", "GAL Studio") in named and ("og:description", DESCRIPTION) in named
    assert ("description", DESCRIPTION) in named
    assert ("og:image", f"https://studio.example/{ui_address(SHARED_PICTURE)}") in named
    assert (assets_folder() / "ui" / SHARED_PICTURE).is_file()
    assert not [content for _, content in named if "radio" in content or "try out" in content]
