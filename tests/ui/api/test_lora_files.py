"""LoRAs that the page sends: the studio keeps a copy of each for a week, and answers with its path."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api import lora_files
from gal_studio.ui.api import uploads as uploads_module
from gal_studio.ui.api.lora_files import LORA_PATH
from gal_studio.ui.api.uploads import LONGEST_KEPT, Uploads, as_path, keep_uploads_in, uploads
from tests.ui.access.doors import Answer, ask
from tests.ui.conftest import Place, Served, serving

HEADER = b"{}"
LORA = len(HEADER).to_bytes(8, "little") + HEADER


@pytest.fixture(scope="module")
def opened(shared_place: Place) -> Iterator[Served]:
    with serving(shared_place, Rules()) as running:
        yield running


def send(opened: Served, name: str, data: bytes) -> Answer:
    return ask(opened.address, f"{LORA_PATH}?name={quote(name)}", "POST", {}, data)


@pytest.mark.parametrize(
    ("name", "kept"), [("ink.safetensors", "ink.safetensors"), ("../../a/é b.safetensors", "é b.safetensors")]
)
def test_a_lora_is_kept_under_its_name(opened: Served, name: str, kept: str) -> None:
    given = json.loads(send(opened, name, LORA).body)["path"]
    assert given.startswith("upload:") and str(opened.place.studio.store.workspace) not in given
    path = Path(as_path(given))
    assert path.name == kept and path.read_bytes() == LORA
    assert path.parent.parent == uploads().folder
    assert not list(opened.place.studio.store.workspace.rglob(".gal-studio-*")), "nothing else is left"


@pytest.mark.parametrize("data", [b"", b"words, which are no header", (1 << 40).to_bytes(8, "little") + b"{"])
def test_what_is_no_safetensors_file_is_refused_with_a_sentence(opened: Served, data: bytes) -> None:
    before = sorted(uploads().folder.glob("*")) if uploads().folder.exists() else []
    answer = send(opened, "notes.txt", data)
    assert answer.status == 409
    assert answer.body == b"it is not a .safetensors file: choose the file of a LoRA."
    assert sorted(uploads().folder.glob("*")) == before


def test_a_lora_that_is_too_large_has_its_path_written(
    opened: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lora_files, "LARGEST_LORA", 4)
    answer = send(opened, "ink.safetensors", LORA)
    assert answer.status == 409 and answer.body.endswith(b"write the path of the file.")


def test_loras_go_after_a_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads_module, "_workspace", [])
    (tmp_path / "studio.db").touch()
    kept = Uploads(tmp_path / "uploads", workspace=tmp_path)
    received = tmp_path / "received"
    received.write_bytes(LORA)
    identity, name = kept.take(received, "ink.safetensors").removeprefix("upload:").split("/")
    path = kept.path(identity)
    assert path.name == name == "ink.safetensors"
    keep_uploads_in(tmp_path)
    assert path.exists()
    before = time.time() - LONGEST_KEPT - 1
    os.utime(path.parent, (before, before))
    keep_uploads_in(tmp_path)
    assert not path.parent.exists()
    uploads_module._opened.cache_clear()


@pytest.mark.parametrize(
    "given", ["/a/ink.safetensors", "upload:../x", f"upload:{'0' * 32}/gone.safetensors", ""]
)
def test_what_is_no_upload_is_a_path_as_it_is(given: str) -> None:
    assert as_path(given) == given
