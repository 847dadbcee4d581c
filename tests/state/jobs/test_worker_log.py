import logging
import logging.handlers
import os
from pathlib import Path

import pytest

from gal_studio.state.jobs.worker_log import last_lines


def write(workspace: Path, name: str, lines: list[str]) -> Path:
    (workspace / "logs").mkdir(exist_ok=True)
    path = workspace / "logs" / name
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    assert last_lines(tmp_path, 10) == ()
    write(tmp_path, "worker.log", [f"line {number}" for number in range(50)])
    assert last_lines(tmp_path, 3) == ("line 47", "line 48", "line 49")
    assert len(last_lines(tmp_path, 100)) == 50
    assert last_lines(tmp_path, 0) == ()


def test_what_was_rotated_away_comes_before(tmp_path: Path) -> None:
    handler = logging.handlers.RotatingFileHandler(
        write(tmp_path, "worker.log", []), maxBytes=60, backupCount=3, encoding="utf-8"
    )
    for number in range(20):
        handler.emit(logging.makeLogRecord({"msg": f"line {number}"}))
    handler.close()
    assert last_lines(tmp_path, 9)[-9:] == tuple(f"line {number}" for number in range(11, 20))


def test_of_a_long_log_only_the_end_is_read(tmp_path: Path) -> None:
    write(tmp_path, "worker.log", [f"{number} " + "x" * 1000 for number in range(2000)])
    lines = last_lines(tmp_path, 5000)
    assert lines[-1].startswith("1999 ")
    assert 100 < len(lines) < 300
    assert all(len(line) > 1000 for line in lines), "a line was cut"


def test_odd_bytes_are_shown_somehow(tmp_path: Path) -> None:
    write(tmp_path, "worker.log", []).write_bytes(b"caf\xe9\nend\n")
    assert last_lines(tmp_path, 2) == ("caf�", "end")


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret\n")
    write(tmp_path, "worker.log.1", ["before"])
    (tmp_path / "logs" / "worker.log").symlink_to(tmp_path / "secret")
    assert last_lines(tmp_path, 5) == ("before",)
