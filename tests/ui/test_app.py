"""The application as a whole, without a browser."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gradio import component_meta
from PIL import Image
from starlette.testclient import TestClient

from gal_studio.core.errors import NO_MEMORY
from gal_studio.ui.page.static import files, ui_address, ui_folder
from tests.ui.conftest import Place, built
from tests.ui.seeded import picture

HEAVY = ("torch", "diffusers", "transformers", "open_clip", "sklearn", "peft", "accelerate")


def test_the_page_paints_its_frame_first(client: TestClient):
    page = client.get("/").text
    assert "GAL Studio" in page.split("<body", 1)[1]
    assert page.index(ui_address("studio.css")) < page.index("</head>")


def test_gradio_leaves_its_type_stubs_as_they_are():
    """To parse its components for them is half of its import."""
    assert component_meta.create_or_modify_pyi.__module__ == "gal_studio.ui"


def test_own_files_are_kept_for_ever_under_an_address_of_their_content(client: TestClient):
    answer = client.get(ui_address("boot.js"))
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/ui/other/boot.js").headers["cache-control"] == "no-store"
    assert client.get("/ui/other/nothing.js").status_code == 404


def test_libraries_come_from_here_with_their_licences(client: TestClient):
    vendored = [name for name in files() if name.startswith("vendor/")]
    assert len(vendored) > 3
    for name in vendored:
        assert client.get(ui_address(name)).headers["content-type"].startswith("text/javascript")
        licence = ui_folder() / name.replace(".min.js", ".LICENSE.txt")
        assert re.search("MIT|Apache License", licence.read_text())
        assert not re.search(rb"\beval\(|\bFunction\(", files()[name]), f"{name} makes code of strings"
        assert licence.name.encode() in files()[name][:200]
    assert len(files()["vendor/plotly.min.js"]) < 1_300_000, "a bundle of what the map uses"


def test_pictures_are_served_by_id(shared_place: Place, client: TestClient):
    view = shared_place.studio.round_view(shared_place.round)
    candidate, reference = view.candidates[0].candidate, view.project.references[0].id
    of_this_content = f"{candidate.id}?v={candidate.image[:8]}"
    for route in (f"/picture/{of_this_content}", f"/thumb/{of_this_content}", f"/reference/{reference}"):
        answer = client.get(route)
        assert answer.headers["content-type"] == "image/png"
        assert "immutable" in answer.headers["cache-control"]
    for version in ("", "?v=", "?v=01234567"):
        for route in ("picture", "thumb"):
            assert client.get(f"/{route}/{candidate.id}{version}").headers["cache-control"] == "no-cache"


def test_a_picture_that_is_lost_says_so_and_one_that_is_drawn_again_is_shown(place: Place):
    store, candidate = place.studio.store, place.studio.round_view(place.round).candidates[0].candidate
    client = TestClient(built(place.studio))
    before = {route: client.get(f"/{route}/{candidate.id}").content for route in ("picture", "thumb")}
    store.database.write("UPDATE candidates SET image = '' WHERE id = ?", (candidate.id,))
    for route in before:
        answer = client.get(f"/{route}/{candidate.id}?v=")
        assert (answer.status_code, answer.headers["content-type"]) == (404, "image/svg+xml")
        assert "press Generate" in answer.text
        assert answer.headers["cache-control"] == "no-cache"
    image = store.images.add(picture((1, 2, 3)))
    store.database.write("UPDATE candidates SET image = ? WHERE id = ?", (image, candidate.id))
    for route, old in before.items():
        answer = client.get(f"/{route}/{candidate.id}?v={image[:8]}")
        assert answer.content != old
        with Image.open(io.BytesIO(answer.content)) as shown:
            assert shown.convert("RGB").getpixel((0, 0)) == (1, 2, 3)


def test_a_lora_is_downloaded_under_a_plain_name(shared_place: Place, client: TestClient):
    answer = client.get(f"/adapter/{shared_place.round}")
    assert "watercolour-cat-round-1.safetensors" in answer.headers["content-disposition"]


def test_the_demo_has_covers(client: TestClient):
    assert client.get("/demo/style").headers["content-type"] == "image/png"


def ours(path: str) -> bool:
    return not path.startswith("vendor/")


def ours_at(path: Path) -> bool:
    return ours(path.relative_to(ui_folder()).as_posix())


def test_no_file_of_ours_names_another_host():
    for name, data in filter(lambda item: ours(item[0]), files().items()):
        outside = re.findall(rb"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", data)
        assert [address for address in outside if b"www.w3.org" not in address] == [], name


def test_texts_are_never_set_as_markup():
    for path in filter(ours_at, ui_folder().rglob("*.js")):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", path.read_text()), (
            path.name
        )


def test_templates_hold_no_values():
    for path in ui_folder().rglob("*.html"):
        assert "${" not in path.read_text() and "{{" not in path.read_text(), path.name


def test_the_page_needs_no_model_library():
    code = f"import sys, gal_studio.ui.app; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("lack", [MemoryError(), RuntimeError("can't start new thread")])
def test_where_memory_is_short_each_answer_says_so(
    shared_place: Place, monkeypatch: pytest.MonkeyPatch, lack: Exception
):
    def fail(*_: object, **__: object) -> None:
        raise lack

    monkeypatch.setattr(shared_place.studio, "choices", fail)
    monkeypatch.setattr(shared_place.studio, "decide", fail)
    client = TestClient(built(shared_place.studio), raise_server_exceptions=False)
    answer = client.get(f"/project/{shared_place.project}/choices.csv")
    assert (answer.status_code, answer.text) == (503, NO_MEMORY)
    write = {"id": "a" * 32, "name": "decide", "request": {"candidates": ["a" * 16], "verdict": "accepted"}}
    assert client.post("/writes", json=[write]).json()[0]["error"] == NO_MEMORY
    lack.args = ("another one",)
    if isinstance(lack, RuntimeError):
        assert client.get(f"/project/{shared_place.project}/choices.csv").status_code == 500
