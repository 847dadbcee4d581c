"""Zips are written under any clock, and everything that writes one writes it in the same way."""

import io
import os
import time
import zipfile
from pathlib import Path

import pytest

from gal_studio.studio.create.captions import captions_zip
from gal_studio.zip_files import add_file, zipped

PACKAGE = Path(__file__).parent.parent / "gal_studio"


def test_a_clock_of_1970_is_none_of_its_concern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.localtime
    monkeypatch.setattr(time, "localtime", lambda *_: now(0))
    file = tmp_path / "cat.safetensors"
    file.write_bytes(b"weights")
    os.utime(file, (0, 0))
    target = tmp_path / "made.zip"
    with zipfile.ZipFile(target, "w") as archive:
        add_file(archive, file, "deep/cat.safetensors")
    with zipfile.ZipFile(target) as archive:
        assert archive.read("deep/cat.safetensors") == b"weights" and archive.testzip() is None
    with zipfile.ZipFile(io.BytesIO(captions_zip([("cat.png", "A cat")]))) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == b"A cat\n" and entry.external_attr >> 16 == 0o644
    assert zipped({"a": b"1"}) == zipped({"a": b"1"})


def test_no_other_way_writes_entries() -> None:
    found = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8") for word in (".writestr(", "ZipInfo(", "make_archive")
        )
    ]
    assert found == ["zip_files.py"]
