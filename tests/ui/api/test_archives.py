"""Projects are exported and imported through the page."""

import http.client
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api.archives import IMPORT_PATH
from tests.ui.access.doors import ask
from tests.ui.conftest import Place, Served, Watched, serving, until
from tests.ui.conftest import few_images as finished_workspace
from tests.workspace.filled import fill, snapshot

__all__ = ["finished_workspace"]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Served]:
    with Store(tmp_path / "workspace") as store:
        project = fill(store, Random(2), "Café <b>Cat</b>")
        round_ = store.rounds.of_project(project.id)[0]
        with serving(Place(Studio(store), project.id, round_.id), Rules()) as running:
            yield running


def test_a_project_is_downloaded_and_taken_in_again(opened: Served) -> None:
    workspace = opened.place.studio.store.workspace
    before = snapshot(workspace)
    answer = ask(opened.address, f"/project/{opened.place.project}/archive")
    assert answer.status == 200
    assert 'filename="cafe-b-cat-b.zip"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
    until(lambda: not list(workspace.glob(".*")))  # the file goes when the last byte was sent
    assert snapshot(workspace) == before
    taken = ask(opened.address, IMPORT_PATH, "POST", {}, answer.body)
    assert taken.status == 200
    project = opened.place.studio.project(json.loads(taken.body)["project"])
    assert project.name == "Café <b>Cat</b> (imported)"
    assert not list(workspace.glob(".*"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", b"The archive is empty"),
        (b"PK\x03\x04" + bytes(60), b"The archive is not a valid zip file: copy it again"),
        (b"words", b"The archive is not a valid zip file"),
        (b"<html><title>Sign in</title>", "The archive is a web page (“Sign in”)".encode()),
    ],
)
def test_what_is_no_archive_is_refused_with_a_sentence(opened: Served, body: bytes, words: bytes) -> None:
    before = snapshot(opened.place.studio.store.workspace)
    answer = ask(opened.address, IMPORT_PATH, "POST", {}, body)
    assert answer.status == 409
    assert words in answer.body
    assert snapshot(opened.place.studio.store.workspace) == before


def test_an_archive_of_unknown_length_leaves_the_reserve_free(
    opened: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In chunks, nothing says how long it is: there has to be room for the largest."""
    store = opened.place.studio.store
    before, usage = snapshot(store.workspace), shutil.disk_usage(store.workspace)
    room = usage._replace(free=store.disk.reserve + (1 << 30))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room)
    address = urlsplit(opened.address)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.request("POST", IMPORT_PATH, (b"PK\x03\x04",), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})  # fmt: skip
    answer = connection.getresponse()
    assert answer.status == 409
    assert b"must stay free" in answer.read()
    connection.close()
    monkeypatch.undo()
    assert snapshot(store.workspace) == before


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_imported_where_the_workspace_was(replaced: bool, opened: Served) -> None:
    workspace = opened.place.studio.store.workspace
    moved = workspace.rename(workspace.with_name("elsewhere"))
    if replaced:
        workspace.mkdir()
    answer = ask(opened.address, IMPORT_PATH, "POST", {}, b"words")
    assert answer.status == 409 and b"was moved, deleted or replaced" in answer.body
    assert not list(workspace.glob("*")) and workspace.exists() == replaced
    if replaced:
        workspace.rmdir()
    moved.rename(workspace)


def test_another_site_brings_nothing_in(opened: Served) -> None:
    answer = ask(opened.address, IMPORT_PATH, "POST", {"Origin": "https://elsewhere.example"}, b"x")
    assert answer.status == 403


def test_a_project_that_is_not_there_is_said(opened: Served) -> None:
    answer = ask(opened.address, "/project/nothing/archive")
    assert (answer.status, answer.body.startswith(b"There is no project")) == (404, True)


@pytest.mark.browser
def test_export_and_import_on_the_screen(watched: Watched, served: Served, tmp_path: Path) -> None:
    with Store(tmp_path / "elsewhere") as elsewhere:
        page = watched.open(served.url("results"))
        with page.expect_download() as downloading:
            page.get_by_role("button", name="Export project").click()
        path = tmp_path / downloading.value.suggested_filename
        downloading.value.save_as(path)
        assert path.name == "watercolour-cat.zip"
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
        fill(elsewhere, Random(4), "Teddy")
        sent = Studio(elsewhere).export_project(elsewhere.projects.all()[0].id, tmp_path / "teddy.zip")
        page.get_by_role("button", name="1 Reference").click()
        with page.expect_file_chooser() as choosing:
            page.get_by_role("button", name="Import", exact=True).click()
        choosing.value.set_files(sent)
        page.wait_for_selector("html[data-step=rounds]")
        page.get_by_text("Teddy").first.wait_for()
    shutil.copy(sent, tmp_path / "cut.zip")
    (tmp_path / "cut.zip").write_bytes(sent.read_bytes()[:-30])
    page.get_by_role("button", name="1 Reference").click()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Import", exact=True).click()
    choosing.value.set_files(tmp_path / "cut.zip")
    page.get_by_text("The archive is not a valid zip file").wait_for()
    watched.complaints[:] = [line for line in watched.complaints if "409" not in line]


def test_an_archive_is_never_joined_from_pieces_of_two(opened: Served) -> None:
    """It is made anew for each request: a part of it would belong to another one."""
    path = f"/project/{opened.place.project}/archive"
    whole = ask(opened.address, path)
    for headers in ({"Range": "bytes=100-"}, {"Range": "bytes=0-9", "If-Range": whole.headers["etag"]}):
        answer = ask(opened.address, path, headers=headers)
        assert (answer.status, answer.headers["accept-ranges"]) == (200, "none")
        assert zipfile.ZipFile(io.BytesIO(answer.body)).testzip() is None


def test_what_can_be_downloaded_answers_head(opened: Served) -> None:
    studio, round_ = opened.place.studio, opened.place.round
    project = f"/project/{opened.place.project}"
    for path, ending in (
        (f"{project}/archive", ".zip"),
        (f"{project}/references", ".zip"),
        (f"{project}/choices.csv", ".csv"),
        (f"{project}/choices.jsonl", ".jsonl"),
        (f"/adapter/{round_}", ".safetensors"),
    ):
        answer = ask(opened.address, path, "HEAD")
        assert (answer.status, answer.body) == (200, b""), path
        assert ending in answer.headers["content-disposition"]
    assert answer.headers["content-length"] == str(studio.adapter_path(round_).stat().st_size)
    assert ask(opened.address, "/project/none/archive", "HEAD").status == 404
    for path in ("/demo/style", "/favicon.ico"):
        assert ask(opened.address, path, "HEAD").status == 200, path
    assert not list(studio.store.workspace.glob(".*.part")), "nothing is made for it"


def test_a_lora_is_resumed_only_if_it_is_the_same(opened: Served) -> None:
    path = f"/adapter/{opened.place.round}"
    whole = ask(opened.address, path)
    assert ask(opened.address, path, headers={"Range": "bytes=10-"}).status == 200
    same = {"Range": "bytes=10-", "If-Range": whole.headers["etag"]}
    assert (ask(opened.address, path, headers=same).status, ask(opened.address, path, headers=same).body) == (
        206,
        whole.body[10:],
    )
    assert ask(opened.address, path, headers={**same, "If-Range": '"another"'}).status == 200
