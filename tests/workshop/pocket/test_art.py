"""Vector art, how it is placed on pictures, and random drawings."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from workshop.pocket.data import art
from workshop.pocket.data.concepts import HELD_OUT_DESIGNS

pytestmark = pytest.mark.thorough

DISC = np.zeros((128, 128, 4), np.uint8)
DISC[np.hypot(*(np.mgrid[0:128, 0:128] - 63.5)) < 56] = (200, 60, 30, 255)


def _write_archive(path: Path, **members: object) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(f"package/{name}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def test_held_out_and_measured_art_is_never_trained_on(tmp_path: Path) -> None:
    square = {"body": '<path d="M4 4h8v8h-8z"/>'}
    for name in ("noto", "twemoji"):
        codes = {code: f"icon-{code}" for _, code, pack in HELD_OUT_DESIGNS if pack == name}
        drawn = {"icons": dict.fromkeys((*codes.values(), "free"), square)}
        _write_archive(tmp_path / art.archive_name(name), icons=drawn, chars=codes)
    found = [(name, icon) for name, icon, _ in art.general_icons(tmp_path, ["noto", "twemoji"])]
    assert found == [("noto", "free"), ("twemoji", "free")]
    assert not set(art.MEASURED) & set(art.SETS)
    with pytest.raises(ValueError, match="measuring only"):
        list(art.general_icons(tmp_path, ["openmoji"]))
