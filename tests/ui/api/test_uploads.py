"""Uploads: pictures only, of limited size and number, under safe names."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import HTTPException
from PIL import Image
from starlette.datastructures import UploadFile

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.images.read import LARGEST_FILE
from gal_studio.ui.access.gate import LARGEST_BODY
from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api.uploads import (
    MOST_FILES,
    UPLOAD_PATH,
    Uploads,
    safe_name,
    uploads,
)
from tests.state.images.profiles import encoded
from tests.ui.access.doors import Answer, ask, multipart
from tests.ui.conftest import Place, Served, serving
from tests.ui.seeded import picture

PICTURE = picture((7, 80, 200))


@pytest.fixture(scope="module")
def opened(shared_place: Place) -> Iterator[Served]:
    with serving(shared_place, Rules()) as running:
        yield running


def send(opened: Served, *files: tuple[str, bytes]) -> Answer:
    headers, body = multipart(*files)
    return ask(opened.address, UPLOAD_PATH, "POST", headers, body)


def waiting() -> int:
    return len(list(uploads().folder.iterdir()))


def given(data: bytes, name: str = "cat.png") -> UploadFile:
    return UploadFile(io.BytesIO(data), size=len(data), filename=name)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pictures_are_taken_under_an_id(opened: Served, kind: str) -> None:
    data = encoded(Image.new("RGB", (20, 20)), kind)
    (identity,) = json.loads(send(opened, ("my cat-masklabel.png", data)).body)
    kept = uploads().path(identity)
    assert kept.read_bytes() == data
    assert kept.name == "my cat-masklabel.png"
    assert os.name != "posix" or uploads().folder.stat().st_mode & 0o077 == 0, "others may read it"


OTHER_KINDS = {
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a program": b"\x7fELF" + bytes(60),
    "weights": (64).to_bytes(8, "little") + b'{"a": {}}',
    "nothing": b"",
}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_other_kinds_are_refused(opened: Served, kind: str) -> None:
    before = waiting()
    answer = send(opened, ("cat.png", OTHER_KINDS[kind]))
    assert (answer.status, waiting()) == (415, before)
    assert answer.body.decode().count(".") == 1, "one sentence"


@pytest.mark.parametrize(
    "name",
    ["../../../evil.png", "/etc/cron.d/evil.png", "..\\..\\evil.png", "C:\\evil.png", "..", ".", "", ".ssh",
     "~", "a/../../evil.png", "evil.png%00.txt", "x" * 4000 + ".png", "\U0001f408" * 300, "$(reboot).png"],
)  # fmt: skip
def test_a_name_leads_nowhere(opened: Served, name: str) -> None:
    answer = send(opened, (name, PICTURE))
    if answer.status == 400:
        return  # no part that the parser takes
    (identity,) = json.loads(answer.body)
    kept = uploads().path(identity)
    assert kept.parent == uploads().folder / identity and kept.is_file()
    assert not kept.name.startswith((".", "~")) and len(os.fsencode(kept.name)) < 255
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_too_much_is_refused_before_it_is_read(opened: Served) -> None:
    for path, size in (
        (UPLOAD_PATH, LARGEST_FILE + (2 << 20)),
        ("/gradio_api/component_server/", LARGEST_BODY + 1),
    ):
        for length in (str(size), "9" * 12, "9" * 400, "-1", "1e3"):
            assert ask(opened.address, path, "POST", {"Content-Length": length}).status in (400, 413)


def test_too_much_without_a_length_is_cut_off(opened: Served) -> None:
    headers, body = multipart(("cat.png", PICTURE))
    before = waiting()
    endless = (body[:-9] if turn == 0 else bytes(1 << 20) for turn in range((LARGEST_FILE >> 20) + 8))
    assert ask(opened.address, UPLOAD_PATH, "POST", headers, endless).status == 413
    assert (
        ask(opened.address, "/gradio_api/component_server", "POST", {}, iter([bytes(1 << 20)] * 20)).status
        == 413
    )
    assert waiting() == before


def test_a_picture_beyond_the_limit_of_one_file_is_refused() -> None:
    upload = given(PICTURE)
    upload.size = LARGEST_FILE + 1
    with pytest.raises(HTTPException) as refusal:
        uploads().add(upload)
    assert refusal.value.status_code == 413


def test_too_many_at_once_and_other_forms_are_refused(opened: Served) -> None:
    before = waiting()
    assert send(opened, *[("cat.png", PICTURE)] * (MOST_FILES + 1)).status == 400
    assert send(opened).status == 400
    assert ask(opened.address, UPLOAD_PATH, "POST", {"Content-Type": "application/json"}, b"[]").status == 400
    broken = {"Content-Type": "multipart/form-data; boundary=cut"}
    assert ask(opened.address, UPLOAD_PATH, "POST", broken, b"--cut\r\nnonsense").status == 400
    assert waiting() == before


def test_other_files_among_the_uploads_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    (folder / ".DS_Store").write_bytes(b"x" * 10 * len(PICTURE))
    (folder / "notes").mkdir()
    place = Uploads(folder)
    assert place.path(place.add(given(PICTURE)))
    assert (folder / ".DS_Store").is_file() and (folder / "notes").is_dir()


def test_a_folder_of_uploads_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    place = Uploads(tmp_path / "uploads")
    assert place.path(place.add(given(PICTURE)))


@pytest.mark.parametrize("replaced", [False, True])
def test_no_upload_begins_a_workspace_anew_that_was_moved_away(replaced: bool, tmp_path: Path) -> None:
    """Nor does it begin one in an empty folder that took the place of the workspace."""
    workspace = tmp_path / "workspace"
    with Store(workspace):
        pass
    place = Uploads(workspace / "uploads", workspace=workspace)
    assert place.path(place.add(given(PICTURE)))
    workspace.rename(tmp_path / "elsewhere")
    if replaced:
        workspace.mkdir()
    with pytest.raises(HTTPException, match="was moved, deleted or replaced") as refusal:
        place.add(given(PICTURE))
    assert refusal.value.status_code == 409
    assert list(workspace.parent.rglob("workspace/*")) == [] and workspace.exists() == replaced


def test_a_folder_that_cannot_be_written_is_no_lack_of_room(
    opened: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("shutil.copyfileobj", forbidden)
    answered = send(opened, ("cat.png", PICTURE))
    assert answered.status == 409
    assert b"(Permission denied): see that the studio can write to its workspace." in answered.body


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(HTTPException, match="No space") as refusal:
        Uploads(tmp_path).add(given(PICTURE))
    assert refusal.value.status_code == 507
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_before_a_file_has_come_is_told(
    opened: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("starlette.formparsers.SpooledTemporaryFile.write", full)
    answered = send(opened, ("cat.png", PICTURE))
    assert answered.status == 507
    assert b"could not be stored (No space left on device): free some disk space." in answered.body


@pytest.mark.parametrize(
    "identity", ["", ".", "..", "../x", "/etc", "0" * 31, "0" * 32, "A" * 32, "0" * 32 + "/..", "*"]
)
def test_a_forged_id_is_nothing(identity: str) -> None:
    with pytest.raises(StudioError, match="not uploaded"):
        uploads().path(identity)


def test_a_link_among_the_uploads_is_not_followed(tmp_path: Path) -> None:
    place = Uploads(tmp_path / "uploads")
    (tmp_path / "uploads" / ("a" * 32)).mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(PICTURE)
    (tmp_path / "uploads" / ("a" * 32) / "cat.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(StudioError, match="not uploaded"):
        place.path("a" * 32)


def test_names_keep_what_people_recognise() -> None:
    assert safe_name("Mädchen mit Katze (2).jpg") == "Mädchen mit Katze (2).jpg"
    assert safe_name("x" * 300 + "-masklabel.png").endswith("-masklabel.png")
