"""JSON files of others are read whole, or refused: nothing waits, and nothing is a bug."""

import contextlib
import math
import os
import socket
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.description import read_description
from gal_studio.json_files import DEEPEST, JsonFileError, check_plain_folder, read_json
from gal_studio.studio.create.prompt_notes import about_length

DAMAGED = {
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "half": b'{"a": ',
    "bytes": b"\xff\xfe\x00",
    "surrogate": b'{"a": "\\ud800"}',
    "empty": b"",
}


@pytest.fixture(params=DAMAGED, ids=str)
def damaged(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "tokenizer").mkdir()
    for name in ("model_index.json", "tokenizer/tokenizer_config.json"):
        (tmp_path / name).write_bytes(DAMAGED[request.param])
    return tmp_path


def test_damaged_json_is_refused_in_a_sentence(damaged: Path) -> None:
    with pytest.raises(JsonFileError, match=r"is not JSON, or nested too deeply|is empty"):
        read_json(damaged / "model_index.json")
    with pytest.raises(StudioError, match=r"is not an image model|is empty"):
        read_description("model", damaged)
    assert about_length("A cat", str(damaged)) == ""


def test_the_limits_of_a_schedule_may_be_infinite(tmp_path: Path) -> None:
    """Diffusers writes `"lambda_min_clipped": -Infinity`."""
    (tmp_path / "scheduler_config.json").write_text('{"lambda_min_clipped": -Infinity}')
    assert read_json(tmp_path / "scheduler_config.json") == {"lambda_min_clipped": -math.inf}


def test_a_file_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model_index.json")
    (tmp_path / "tokenizer").mkdir()
    os.mkfifo(tmp_path / "tokenizer" / "tokenizer_config.json")
    with pytest.raises(JsonFileError, match="not a plain file"):
        read_json(tmp_path / "model_index.json")
    with pytest.raises(JsonFileError, match="not a plain file"):
        read_json(Path("/dev/zero"))
    assert about_length("A cat", str(tmp_path)) == ""
    with pytest.raises(JsonFileError, match="larger than"):
        (tmp_path / "large.json").write_bytes(bytes((1 << 20) + 1))
        read_json(tmp_path / "large.json", 1 << 20)


def test_a_file_with_a_mark_of_its_encoding_is_read(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(tmp_path / "list.json") == {"a": 1}


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_a_folder_with_what_is_no_file_is_no_model(kind: str, tmp_path: Path) -> None:
    """Libraries would wait for the pipe, and read the device for ever."""
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    check_plain_folder(tmp_path)
    path = tmp_path / "tokenizer" / "merges.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        with socket.socket(socket.AF_UNIX) as door, contextlib.chdir(path.parent):
            door.bind(path.name)
    with pytest.raises(JsonFileError, match=r"merges\.txt is not a plain file: remove it"):
        read_description("model", tmp_path)


def test_a_folder_that_leads_to_itself_is_looked_at_once(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)
    check_plain_folder(tmp_path)
    assert DEEPEST < 10
