"""What a shared link shows is the studio's, and not Gradio's."""

import re
from pathlib import Path

import gradio
from starlette.testclient import TestClient

from gal_studio.assets import assets_folder
from gal_studio.ui.page.first_paint import DESCRIPTION, SHARED_PICTURE, with_first_paint
from gal_studio.ui.page.static import ui_address
from tests.ui.conftest import Place, built

PAGE = Path(gradio.__file__).parent / "templates" / "frontend" / "index.html"


def test_a_shared_link_has_the_studios_title_description_and_picture() -> None:
    html = with_first_paint(PAGE.read_text(encoding="utf-8"), "https://studio.example/")
    named = re.findall(r'<meta (?:property|name)="(og:\w+|twitter:\w+|description)" content="([^"]*)"', html)
    assert ("og:title", "GAL Studio") in named and ("og:description", DESCRIPTION) in named
    assert ("description", DESCRIPTION) in named
    assert ("og:image", f"https://studio.example/{ui_address(SHARED_PICTURE)}") in named
    assert (assets_folder() / "ui" / SHARED_PICTURE).is_file()
    assert not [content for _, content in named if "radio" in content or "try out" in content]


def test_behind_a_proxy_the_picture_is_under_its_path(shared_place: Place) -> None:
    client = TestClient(built(shared_place.studio, root_path="/my/studio"))
    for path in ("/", "/my/studio/"):  # whether the proxy leaves it out or passes it on
        found = re.search(r'"og:image" content="([^"]*)"', client.get(path).text)
        assert found and found[1] == f"http://testserver/my/studio/{ui_address(SHARED_PICTURE)}"
