"""The whole GPU training command in miniature: made-up icons, one drawing process, two steps, on the CPU."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

from workshop.pocket.data import art, icons
from workshop.pocket.data.concepts import CONCEPTS, HELD_OUT_DESIGNS
from workshop.pocket.gpu import convert, parts, source, stretch

pytestmark = pytest.mark.thorough

SQUARE = {"body": '<path fill="#c33" d="M2 2h10v12h-10z"/>'}


def archive(path: Path, **members: object) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(f"package/{name}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A source file whose sets have one square for each of three concepts."""
    folder = tmp_path / "art"
    folder.mkdir()
    codes = {c.codepoints[0]: c.name for c in CONCEPTS[:3]}
    codes |= {code: f"held-{code}" for _, code, _ in HELD_OUT_DESIGNS}
    for name in art.SETS:
        archive(
            folder / art.archive_name(name),
            icons={"icons": dict.fromkeys(codes.values(), SQUARE)},
            chars=codes,
        )
    archive(folder / icons.archive_name(icons.SOLID_PACK))
    target = tmp_path / "source.tar"
    assert source.pack(folder, target) < source.LIMIT
    return target


def _run(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    sizes = ("--minutes", 5, "--batch", 4, "--workers", 1, "--shard", 4, "--room", 16)
    monkeypatch.setattr(sys, "argv", ["stretch", *map(str, (*words, *sizes))])
    stretch.main()


@pytest.mark.slow
def test_both_parts_train_in_stretches(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resvg_py")
    small = ("--widths", 8, 8, 8, 8)
    ae, state, vae = tmp_path / "ae", tmp_path / "state", tmp_path / "vae"
    _run(monkeypatch, "autoencoder", "--source", packed, "--out", ae, "--steps", 5, *small)
    convert.write_folder(ae, vae, 1.0)
    _run(monkeypatch, "denoiser", "--source", packed, "--vae", vae, "--out", state, "--steps", 1)
    again = ("denoiser", "--source", packed, "--vae", vae, "--state", state, "--out", state)
    _run(monkeypatch, *again, "--steps", 2)
    files = sorted(state.glob("*.part"))
    _, facts = parts.load_parts(files)
    assert (facts["step"], facts["samples"], facts["number"]) == (2, 8, 2)
    assert len(files) <= parts.PARTS and max(file.stat().st_size for file in files) <= parts.PART
