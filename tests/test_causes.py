"""What a refusal names: one symptom with two causes is two sentences, and each says what to do."""

import errno
import io
import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from gal_studio import causes, json_files
from gal_studio.assets import _parsed
from gal_studio.core.errors import StudioError
from gal_studio.engine.families.description import read_description
from gal_studio.engine.loras import foreign_factors
from gal_studio.engine.models.adapter_files import encoder_configuration
from gal_studio.engine.models.one_file import read_one_file
from gal_studio.engine.patches.backbones import _hidden_maps
from gal_studio.engine.patches.loading import _read_card
from gal_studio.engine.saving import read_table
from gal_studio.state.files.content_store import Images
from gal_studio.state.files.model_hashes import ModelFolder
from gal_studio.state.images.decode import _refusals
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.caption_lists import _entries_of
from gal_studio.studio.create.captions import read_caption
from gal_studio.studio.create.lora_file import read_lora_facts

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'ab' * 32}\nsize 22\n".encode()
PAGE = b"\n<!doctype html><html><head><title>Log in &amp; agree</title></head>" + b"<p>.</p>" * 9000
INSTEAD = {
    POINTER: "is a pointer of Git LFS, not the file itself: run `git lfs pull`",
    b"# xet version 0\nfilesize = 3\nhash = '00'\n": "is a pointer of Xet",
    b"/annex/objects/SHA256E-s30--00.safetensors\n": "is a pointer of git-annex",
    PAGE: "is a web page (“Log in & agree”), not the file itself: open its address in a browser",
    b"<HTML><body>502 Bad Gateway</body></HTML>": "is a web page, not the file itself",
    b'{"error": {"message": "Token expired"}}': "is a server’s answer (“Token expired”)",
    b"<?xml version='1.0'?><Error><Message>Expired</Message></Error>": "a server’s answer (“Expired”)",
    b"Invalid username or password.": "is a text (“Invalid username or password.”)",
    b"": "is empty: it was not copied or downloaded completely",
    bytes(70_000): "contains only zeros: its download is unfinished",
    b"<!DOCTYPE html><html><head><title>Just a moment...</title>": "is a web page (“Just a moment...”)",
    b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>': "a server’s answer (“AccessDenied”)",
    b"\x1f\x8b\x08\x00" + bytes(range(60)): "is a gzip archive: unpack it",
    b"PK\x03\x04" + bytes(range(60)): "is a zip archive: unpack it",
    b"Rar!\x1a\x07\x01\x00": "is a RAR archive: unpack it",
    b"\0\5\x16\7\0\2\0\0Mac OS X": "is a file that macOS keeps beside another",
}
"""What downloads and copies leave in place of a file, and what is said of it."""


def refusal(read: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(StudioError) as refused:
        read(path)
    return str(refused.value)


def cut(path: Path, size: int = 400) -> Path:
    """A file of weights that ends before they do."""
    table = {"a.lora_A.weight": {"dtype": "F32", "shape": [4, 64], "data_offsets": [0, 1 << 20]}}
    header = json.dumps(table).encode()
    path.write_bytes((struct.pack("<Q", len(header)) + header).ljust(size, b"x"))
    return path


@pytest.mark.parametrize("content", INSTEAD)
def test_what_lies_in_place_of_a_file_is_named(content: bytes, tmp_path: Path) -> None:
    for name, read in (
        ("a.safetensors", read_lora_facts),
        ("b.safetensors", read_one_file),
        ("c.safetensors", lambda path: read_table(path, "image adapter")),
    ):
        (tmp_path / name).write_bytes(content)
        said = refusal(read, tmp_path / name)
        assert INSTEAD[content] in said and "damaged" not in said
        assert said.count(". ") <= INSTEAD[content].count(". ") and said.endswith(".")


@pytest.mark.parametrize("content", [POINTER, PAGE, b"Entry not found or so", bytes(900)])
def test_so_it_is_in_place_of_an_image(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(content)
    said = refusal(read_picture, tmp_path / "cat.png")
    assert "not an image that can be read" not in said and "'cat.png'" in said


def test_what_is_damaged_or_cut_off_has_other_sentences(tmp_path: Path) -> None:
    whole = tmp_path / "noise.safetensors"
    whole.write_bytes(bytes(range(1, 256)) * 9)
    assert "is damaged" in refusal(read_one_file, whole)
    assert "is cut off: 0.0 of its 1.0 MB are here" in refusal(
        read_one_file, cut(tmp_path / "half.safetensors")
    )
    assert "is cut off" in refusal(read_lora_facts, tmp_path / "half.safetensors")


@pytest.mark.parametrize(
    ("kept", "name", "words"),
    [
        (
            "cat.safetensors.crdownload",
            "cat.safetensors",
            "is still being downloaded (cat.safetensors.crdownload)",
        ),
        (".cat.safetensors.icloud", "cat.safetensors", "is only in iCloud"),
        ("cat.safetensors/x", "cat.safetensors", "is a folder: give a file in it"),
        ("other.safetensors", "cat.safetensors", "There is no file"),
    ],
)
def test_why_a_file_is_not_found(kept: str, name: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / kept
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert words in refusal(read_one_file, tmp_path / name)


def test_a_link_to_nothing_and_a_drive_that_is_gone_are_named(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").symlink_to(tmp_path / "elsewhere")
    assert "is a link to" in refusal(read_one_file, tmp_path / "model.safetensors")
    said = causes.missing(Path("/mnt/not-connected-here/loras/cat.safetensors"))
    if Path("/mnt").is_dir():
        assert "The drive /mnt/not-connected-here of" in said and "connect it" in said


@pytest.mark.parametrize(
    ("number", "platform", "step"),
    [
        (13, "linux", "change its permissions"),
        (1, "darwin", "System Settings"),
        (13, "darwin", "change its permissions"),
    ],
)
def test_a_file_or_folder_that_may_not_be_opened(
    number: int, platform: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may open anything: the system's answer is made up."""
    path = tmp_path / "closed" / "cat.safetensors"
    monkeypatch.setattr(sys, "platform", platform)
    closed = PermissionError(number, os.strerror(number), str(path))
    assert (said := causes.unread(path, closed)).startswith("You may not read the file") and step in said

    def refuse(*_: object, **__: object) -> None:
        raise closed

    monkeypatch.setattr(Path, "stat", refuse)
    monkeypatch.setattr(os, "access", lambda folder, _: Path(folder).name != "closed")
    assert f"You may not open the folder {path.parent}" in (said := causes.missing(path)) and step in said


@pytest.mark.parametrize(
    "read", [lambda folder: read_description("m", folder), encoder_configuration, _read_card]
)
def test_a_folder_of_a_model_that_cannot_be_read_is_not_one_of_another_kind(
    read: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = refusal(read, tmp_path)
    causes_of = {
        PermissionError(13, "Permission denied"): f"You may not read the folder {tmp_path}",
        OSError(errno.EIO, "I/O error"): f"The drive of the folder {tmp_path.parent} reported an error",
        OSError("unable to mmap: Cannot allocate memory"): "There is not enough memory",
    }
    for error, words in causes_of.items():

        def refuse(*_: object, error: OSError = error) -> None:
            raise error

        monkeypatch.setattr(json_files, "read_plain", refuse)
        assert refusal(read, tmp_path).startswith(words) and words not in plain


@pytest.mark.parametrize(
    ("read", "called"),
    [
        (read_caption, "caption"),
        (_entries_of, "list of captions"),
        (lambda path: list(ModelFolder(path).read()), "file"),
        (_parsed, "bundled file"),
    ],
)
def test_a_file_that_may_not_be_read_has_a_sentence_of_its_own(
    read: Callable[[Path], object], called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Captions, a model's files, and what comes with the studio alike."""

    def refuse(path: object, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "cat.txt").write_text("A cat")
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(io, "open", refuse)
    said = refusal(read, tmp_path / "cat.txt")
    assert said.startswith(f"You may not read the {called} ") and "change its permissions" in said


def test_a_lack_of_memory_blames_no_file_and_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes")

    monkeypatch.setattr(foreign_factors, "_lora", full)
    with pytest.raises(RuntimeError, match="allocate memory"):
        foreign_factors.factors_of({}, (4, 4), None)
    with pytest.raises(RuntimeError, match="allocate memory"):
        _hidden_maps(SimpleNamespace(name="m", patch=4, tokens=full), torch.zeros(1, 3, 8, 8))  # type: ignore[arg-type]
    with pytest.raises(MemoryError), Images._damages("00"):
        raise MemoryError
    with pytest.raises(StudioError, match="needs too much memory"), _refusals("'cat.png'", b""):
        full()


def test_a_file_that_another_program_holds_is_not_damaged(tmp_path: Path) -> None:
    held = PermissionError(13, "in use")
    held.winerror = 32  # type: ignore[attr-defined]
    assert "is in use by another program" in causes.unread(tmp_path / "cat.safetensors", held)
    full = OSError("unable to mmap 64 bytes: Cannot allocate memory (12)")
    assert "not enough memory to read the file" in causes.unread(cut(tmp_path / "cat.safetensors"), full)


def test_a_folder_of_a_model_tells_which_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    (tmp_path / "model_index.json").write_text('{"message": "of a model"}')
    (tmp_path / "unet" / "weights.bin").write_bytes(b"PK\x03\x04" + bytes(90))
    assert not causes.in_folder(tmp_path)
    (tmp_path / "unet" / "weights.safetensors").write_bytes(POINTER)
    assert "weights.safetensors is a pointer of Git LFS" in causes.in_folder(tmp_path)
    cut(tmp_path / "unet" / "weights.safetensors")
    assert "weights.safetensors is cut off" in causes.in_folder(tmp_path)
    assert not causes.in_folder(tmp_path / "nowhere")


def test_nothing_waits_at_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    assert not causes.in_folder(tmp_path)
    assert "is damaged (x)" in causes.unread(tmp_path / "pipe.safetensors", ValueError("x"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b'{"error": "no model is loaded"}', "no model is loaded"),
        (b'{"error": {"message": "wrong key"}}', "wrong key"),
        (b'{"detail": {"reason": "busy"}}', "busy"),
        (b"<html><title>Sign in to\n Wi-Fi</title>", "Sign in to Wi-Fi"),
        (b"upstream connect error", "upstream connect error"),
        (b'{"nothing": 1}', ""),
        (b"\xff\xfe\x00", ""),
        (b"\xff", ""),
        (b"", ""),
        (b"[" * 9000, "[" * 99 + "…"),
    ],
)
def test_what_a_server_says_is_one_line(answer: bytes, said: str) -> None:
    assert causes.said_by(answer) == said
