"""A folder that is dropped on the form or chosen: images, captions, subfolders of kohya, what is left out."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.state.images.folder import ENDINGS
from gal_studio.studio.create.project import MOST_REFERENCES
from gal_studio.ui.page.static import ui_folder
from tests.ui.browser.reference.test_unfinished_form import noise, opened
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser


def filled(place: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place


def drop(page: Any, *paths: Path) -> None:
    """As from a file manager."""
    box = page.locator(".reference-set .drop").bounding_box()
    files = [str(path) for path in paths]
    data = {"items": [], "files": files, "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})
    session.detach()


def rows(page: Any, number: int) -> list[tuple[str, str]]:
    """The images of the form and their own prompts, once that many were checked."""
    expect(page.locator(".reference-rows li")).to_have_count(number)
    return [
        (row.locator("img >> nth=0").get_attribute("alt"), row.locator("input[type=text]").input_value())
        for row in page.locator(".reference-rows li").all()
    ]


def test_a_folder_is_dropped_and_another_one_chosen(watched: Watched, served: Served, tmp_path: Path):
    training = filled(
        tmp_path / "training",
        {
            "10_ink fox/2.png": noise(1),
            "10_ink fox/10.png": noise(2),
            "10_ink fox/10.txt": b"A fox that leaps, in ink",
            "5_ink owl/2.png": noise(3),
            "5_ink owl/notes.pdf": b"x",
            "__MACOSX/10_ink fox/._2.png": b"x",
            ".DS_Store": b"x",
            "model.safetensors": b"x",
            "gone.txt": b"Of an image that was deleted",
        },
    )
    page = opened(watched, served)
    drop(page, training)
    expect(page.locator(".toasts")).to_contain_text("training/gone.txt belongs to an image that is not here")
    assert rows(page, 3) == [
        ("2.png", "ink owl"),
        ("2.png", "ink fox"),
        ("10.png", "A fox that leaps, in ink"),
    ]
    left = "neither image nor caption: training/5_ink owl/notes.pdf, training/model.safetensors."
    expect(page.locator(".field-notes", has_text=f"Left out: {left}")).to_be_visible()

    more = {"a.png": noise(4), "metadata.csv": b"file_name,text\na.png,A heron in ink\n"}
    page.set_input_files("[data-part=folder]", filled(tmp_path / "more", more))
    assert rows(page, 4)[3] == ("a.png", "A heron in ink")
    drop(page, filled(tmp_path, {"b.png": noise(5)}) / "b.png")
    assert rows(page, 5)[4] == ("b.png", "")


def test_an_empty_folder_is_told(watched: Watched, served: Served, tmp_path: Path):
    page = opened(watched, served)
    (tmp_path / "empty" / "inside").mkdir(parents=True)
    drop(page, tmp_path / "empty")
    expect(page.locator(".toasts")).to_contain_text("The folder has no images")
    assert rows(page, 0) == []


def test_the_page_knows_how_many_references_a_project_has_and_how_images_end():
    module = (ui_folder() / "reference" / "form" / "folder.js").read_text(encoding="utf-8")
    assert f"MOST_PICTURES = {MOST_REFERENCES};" in module
    known = re.search(r"const ENDINGS =\s+\"(.*?)\" \+\s+\"(.*?)\";", module)
    assert known and (known[1] + known[2]).split() == [one for each in ENDINGS.values() for one in each]
