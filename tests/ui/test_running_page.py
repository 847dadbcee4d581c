"""A second start on a workspace opens the first page; a used port is refused in one sentence."""

import errno
import os
import socket
from pathlib import Path

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.state.jobs.lock import PageLock
from gal_studio.ui import running_page
from gal_studio.ui.access.listening import Listening
from gal_studio.ui.running_page import note_address, with_usable_port
from gal_studio.ui.serve import AUTH_VARIABLE


@pytest.fixture
def listening():
    """A port that is in use."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def start(workspace: Path, port: int) -> int:
    return main(["--no-browser", "--workspace", str(workspace), "--port", str(port)])


def test_a_second_start_says_where_the_first_is(
    tmp_path: Path, listening: int, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"http://127.0.0.1:{listening}"
    with PageLock(tmp_path) as first:
        assert first.acquire()
        note_address(tmp_path, address)
        assert start(tmp_path, listening + 1) == 0
    assert address in capsys.readouterr().out
    assert not (tmp_path / "studio.db").exists(), "it opens nothing itself"


def test_a_password_does_not_stay_in_the_environment(
    tmp_path: Path, listening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise workers would inherit it."""
    monkeypatch.setenv(AUTH_VARIABLE, "ada:a-long-password")
    with PageLock(tmp_path) as first:
        assert first.acquire()
        note_address(tmp_path, f"http://127.0.0.1:{listening}")
        assert main(["--no-browser", "--workspace", str(tmp_path), "--auth", "bob:another-password"]) == 0
    assert AUTH_VARIABLE not in os.environ


@pytest.mark.parametrize("note", [None, b"", b"http://127.0.0.1", b"\xff\xfe"])
def test_a_first_start_that_hangs_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], note: bytes | None
) -> None:
    monkeypatch.setattr(running_page, "TIMEOUT", 0.3)
    if note is not None:
        (tmp_path / running_page.NOTE).write_bytes(note)
    with PageLock(tmp_path) as first:
        assert first.acquire()
        assert start(tmp_path, 1) == 2
    said = capsys.readouterr().err.strip()
    assert "does not answer" in said and len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "PORT"), "port PORT is used"),
        (("--host", "192.0.2.1", "--auth", "a:long-password"), "cannot use 192.0.2.1"),
    ],
)
def test_a_place_that_cannot_be_had_is_one_sentence(
    tmp_path: Path, listening: int, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    given = [word.replace("PORT", str(listening)) for word in words]
    assert main(["--no-browser", "--workspace", str(tmp_path / "new"), *given]) == 2
    printed = capsys.readouterr().err.strip()
    assert said.replace("PORT", str(listening)) in printed and len(printed.splitlines()) == 1
    assert not (tmp_path / "new" / "studio.db").exists()


def test_the_usual_port_makes_way_for_another_program(
    listening: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = running_page.with_usable_port(Listening(port=listening, or_next=True))
    assert listening < found.port <= listening + running_page.MORE
    said = capsys.readouterr().out
    assert f"port {listening} is used by another program: the page is at {found.port}" in said
    monkeypatch.setattr(running_page, "_is_free", lambda _host, _port: False)
    with pytest.raises(StudioError, match=r"ports 7860 to 7880 are used .* --port"):
        running_page.with_usable_port(Listening(or_next=True))


@pytest.mark.parametrize(
    ("port", "words"),
    [(7860, "The system keeps port 7860 for itself, .*: choose another port"), (80, "a port from 1024")],
)
def test_a_port_that_may_not_be_taken_names_why(
    port: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows keeps ranges of ports, also above 1024; there, no other program is to blame."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(StudioError, match=words):
        with_usable_port(Listening("127.0.0.1", port))
