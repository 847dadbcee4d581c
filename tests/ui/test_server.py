"""Clients that send slowly, and what a page leaves behind, against the server itself."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import uvicorn

from gal_studio.state.files.temporary import temporary_folder
from gal_studio.ui import server
from gal_studio.ui.server import END_WITHIN
from tests.forked import ROOT, Forked
from tests.ui.conftest import free_port, until
from tests.ui.seeded import finished

HALF = b"POST /writes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"


class Running:
    """A server process on a workspace."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.start()

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        words = ("-m", "workshop.benchmarks.attack.server", str(self.workspace), str(self.port))
        self.process = Forked(words, {**os.environ, "PYTHONPATH": str(ROOT)}, ROOT)
        ends = time.monotonic() + 120
        while time.monotonic() < ends:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.1)
        os.kill(self.process.pid, signal.SIGKILL)
        raise AssertionError("the server did not start")

    def get(self, path: str, timeout: float = 30.0) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def upload(self) -> int:
        body = (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="cat.png"\r\n\r\n'
            + b"\x89PNG\r\n\x1a\n" + bytes(100) + b"\r\n--x--\r\n"
        )  # fmt: skip
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Content-Type": "multipart/form-data; boundary=x"}
            connection.request("POST", "/gradio_api/upload", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def end(self, number: int) -> None:
        self.process.end(number)

    @property
    def left(self) -> list[Path]:
        return [path for path in (self.workspace / "temporary").rglob("*") if path.is_file()]

    @property
    def uploads(self) -> list[Path]:
        return [path for path in (self.workspace / "uploads").rglob("*") if path.is_file()]


def started_in(folder: Path) -> Iterator[Running]:
    finished(folder / "workspace", candidates=2)[0].store.close()
    started = Running(folder / "workspace")
    yield started
    started.end(signal.SIGKILL)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    yield from started_in(tmp_path)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for what leaves it as it was."""
    yield from started_in(tmp_path_factory.mktemp("lasting"))


def seconds_of(running: Running) -> float:
    """How long a request takes."""
    started = time.monotonic()
    assert running.get("/favicon.ico", timeout=60) == 200
    return time.monotonic() - started


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_a_claimed_address_is_believed_only_behind_a_proxy(
    behind_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise anybody could guess passwords from a thousand addresses, or lock another one out."""
    seen: list[uvicorn.Server] = []
    handled: dict[int, object] = {}
    monkeypatch.setattr(uvicorn.Server, "run", lambda server: seen.append(server))
    monkeypatch.setattr(signal, "signal", handled.__setitem__)
    server.run(None, "127.0.0.1", 1, behind_proxy)
    assert seen[0].config.proxy_headers is behind_proxy
    if sys.platform != "win32":
        assert handled.get(signal.SIGHUP) == seen[0].handle_exit, "a closed terminal ends it as Ctrl+C does"


def test_a_client_that_sends_half_of_its_headers_is_closed(
    lasting: Running,
) -> None:
    with socket.create_connection(("127.0.0.1", lasting.port), timeout=60) as line:
        line.sendall(HALF)
        assert line.recv(1) == b""
    assert lasting.get("/favicon.ico") == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "signals",
    [
        pytest.param((signal.SIGTERM, signal.SIGKILL), id="ended, killed"),
        pytest.param((getattr(signal, "SIGHUP", 1),), id="terminal closed", marks=pytest.mark.thorough),
    ],
)
def test_temporary_files_are_swept_however_the_page_ends(running: Running, signals: tuple[int, ...]) -> None:
    """Uploads lie in the workspace, where an unfinished form finds them again for a week."""
    assert running.upload() == 200
    assert len(running.uploads) == 1
    for number in signals:
        (temporary_folder(running.workspace) / "private.png").write_bytes(b"private")
        running.end(number)
        assert bool(running.left) == (number == signal.SIGKILL)
        running.start()
        assert running.left == []


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


BUSY = """
import sys, time
from starlette.applications import Starlette
from starlette.routing import Route
from gal_studio.ui import server
server.END_WITHIN = 0.5
def wait(request):
    print("begun", flush=True)
    time.sleep(60)
server.run(Starlette(routes=[Route("/", wait)]), "127.0.0.1", int(sys.argv[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="there, ended is killed")
def test_a_request_that_does_not_end_does_not_hold_up_the_end() -> None:
    """Such as many strips on a busy machine, or a disk that does not answer."""
    assert END_WITHIN <= 5, "Docker kills after 10 s"
    port, pipe = free_port(), subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", BUSY, str(port)], stdout=pipe, text=True) as process:
        until(lambda: listens(port))
        with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert process.stdout is not None and process.stdout.readline() == "begun\n"
            process.terminate()
            assert process.wait(30) == 128 + signal.SIGTERM


def test_bad_chunks_are_refused_without_a_word_of_an_error(lasting: Running) -> None:
    """Nobody needs a session for them."""
    sizes = (b"ZZ", b"-1", b"f" * 40, b"", b"1 ;x", b"0x10", b"5\x00", b"3\r\nabcd")
    for path in (b"/import-project", b"/gradio_api/upload", b"/writes", b"/sign-in", b"/nothing", b"/"):
        for size in sizes:
            with socket.create_connection(("127.0.0.1", lasting.port), timeout=30) as line:
                line.sendall(
                    b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                time.sleep(0.01)
                line.sendall(size + b"\r\nabc\r\n")
                with suppress(ConnectionResetError):  # it was answered before the chunk came
                    assert line.recv(100)[:12] in (b"", *(b"HTTP/1.1 %d" % n for n in range(400, 500)))
    assert lasting.get("/favicon.ico") == 200
    log = lasting.workspace / "logs" / "page.log"
    assert not log.exists() or "Traceback" not in log.read_text()


def test_the_page_says_that_its_database_is_gone(running: Running) -> None:
    for path in running.workspace.glob("studio.db*"):
        path.unlink()
    for address in ("/picture/0123456789abcdef", "/adapter/0123456789abcdef", "/reference/0123456789abcdef"):
        assert 400 <= running.get(address) < 500
    assert not (running.workspace / "studio.db").exists(), "no empty one is made in its place"
