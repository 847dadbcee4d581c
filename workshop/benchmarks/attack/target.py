"""A running studio, and what is counted of its answers."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Self

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.calls import CALL_PATH
from gal_studio.ui.api.errors import UNEXPECTED
from tests.ui.seeded import finished
from tests.workspace.filled import fill
from workshop.benchmarks.attack.known import known_ids, upload_some

ROOT = Path(__file__).resolve().parents[3]
CANARY = "canary-0b5e7e4d-leave-me-alone"
SLOW = 20.0  # seconds on the clock; an answer that takes longer, or does not come at all, counts as a hang
PATIENCE = 900.0  # seconds to wait for the start: a busy machine is slow, not wrong
INTERNAL = (UNEXPECTED[:30], "bug in GAL Studio", "Internal Server Error", "inside the studio")


class Tally:
    """How often what went wrong, for each kind of input, with a few examples."""

    COLUMNS = (
        "tried",
        "taken",
        "5xx",
        "tracebacks",
        "hangs",
        "internal-error words",
        "unopenable",
        "leaked bytes",
        "believed",
        "applied in part",
    )

    def __init__(self, tell: Callable[[str], None] = lambda _: None) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.examples: list[str] = []
        self._tell = tell

    def add(self, kind: str, what: str, count: int = 1, example: str = "") -> None:
        """Count something."""
        self.counts.setdefault(kind, Counter())[what] += count
        if what not in ("tried", "taken") and count and len(self.examples) < 60:
            self.examples.append(f"{kind}: {what}: {example[:400]} … {example[400:][-600:]}")
            self._tell(self.examples[-1])

    @property
    def wrong(self) -> int:
        """How often anything went wrong."""
        return sum(counted[column] for counted in self.counts.values() for column in self.COLUMNS[2:])

    @property
    def tried(self) -> int:
        """The number of inputs."""
        return sum(counted["tried"] for counted in self.counts.values())

    def table(self) -> str:
        """The table, with a line for each kind of input and one for all."""
        total: Counter[str] = sum(self.counts.values(), Counter())
        lines = [("input", *self.COLUMNS)]
        for kind, counted in [*self.counts.items(), ("all", total)]:
            lines.append((kind, *(str(counted[column]) for column in self.COLUMNS)))
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class AnyConnection(http.client.HTTPConnection):
    """A connection that sends whatever it is given."""

    def _validate_method(self, method: str) -> None:
        pass

    def _validate_path(self, url: str) -> None:
        pass


class Target:
    """The server of a workspace that has two projects; one of them is spared."""

    def __init__(self, folder: Path, tally: Tally) -> None:
        self.folder, self.workspace, self.tally = folder, folder / "workspace", tally
        studio, self.project, self.round = finished(self.workspace, candidates=2)
        self.other = fill(studio.store, Random(1)).id
        self.archive = studio.export_project(self.other, folder / "good.zip")
        self.spare = studio.export_project(self.project, folder / "spare.zip")
        upload_some(studio, Random(1))
        studio.store.close()
        (folder / "secret.txt").write_text(CANARY)
        shutil.copy(folder / "secret.txt", self.workspace / "secret.txt")
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: AnyConnection | None = None
        self.ids: dict[str, list[Any]] = {}
        self.endpoints: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        with (self.folder / "output.log").open("ab") as output:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "workshop.benchmarks.attack.server",
                    str(self.workspace),
                    str(self.port),
                ],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                env={**os.environ, "GAL_STUDIO_RESERVE_MB": "1"},
            )
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                named = json.loads(self.get("/config")[1])["dependencies"]
                self.endpoints = {one["api_name"]: one["id"] for one in named}
                return
            time.sleep(0.2)
        raise RuntimeError("the server did not start")

    def stop(self, number: int) -> None:
        """End the server by a signal."""
        self.hang_up()
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)

    @property
    def has_ended(self) -> bool:
        """Whether the server has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int:
        """The process of the server."""
        assert self._process is not None
        return self._process.pid

    def ask(
        self, kind: str, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Send a request and count its answer; (0, b"") if none came within `SLOW` seconds, or at all."""
        self.tally.add(kind, "tried")
        label = f"{method} {path[:120]} {(body or b'')[:300]!r}"
        started = time.monotonic()
        try:
            status, answer = self._answer(method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            self.tally.add(
                kind, "hangs", example=f"{error!r} after {time.monotonic() - started:.0f} s: {label}"
            )
            if self.has_ended:
                self.start()
            return 0, b""
        if time.monotonic() - started > SLOW:
            self.tally.add(kind, "hangs", example=label)
        if status >= 500:
            self.tally.add(kind, "5xx", example=f"{status} {label} {answer[:200]!r}")
        text = answer.decode("utf-8", "replace")
        if 200 <= status < 300 and '"error"' not in text[:40]:
            self.tally.add(kind, "taken")
        if any(words in text for words in INTERNAL):
            self.tally.add(kind, "internal-error words", example=f"{label} {text[:200]}")
        if CANARY in text:
            self.tally.add(kind, "leaked bytes", len(answer), label)
        return status, answer

    def _answer(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """The answer on the open connection, or on a new one if the server has closed that between two."""
        if self._connection is not None:
            try:
                return self._send(method, path, body, headers)
            except (http.client.RemoteDisconnected, ConnectionError):
                self.hang_up()
        return self._send(method, path, body, headers)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = AnyConnection("127.0.0.1", self.port, timeout=SLOW)
        connection = self._connection
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        with connection.getresponse() as answer:
            data = answer.read()
        if answer.will_close:
            self.hang_up()
        return answer.status, data

    def neighbour_waits(self) -> float:
        """The longest of three answers to another client, in seconds."""
        waits = []
        for _ in range(3):
            started = time.monotonic()
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SLOW)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/theme.css")
                connection.getresponse().read()
            connection.close()
            waits.append(time.monotonic() - started)
        return max(waits)

    def hang_up(self) -> None:
        """Take a new connection for the next request."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def call(self, name: str, request: Any) -> Any:
        """A right call, outside of the count."""
        body = json.dumps({"fn_name": name, "data": request}).encode()
        return json.loads(self._plain("POST", CALL_PATH, body)[1], parse_constant=_refuse)

    def write(self, name: str, request: Any) -> Any:
        """A right write, outside of the count."""
        body = json.dumps([{"id": os.urandom(12).hex(), "name": name, "request": request}]).encode()
        return json.loads(self._plain("POST", "/writes", body)[1], parse_constant=_refuse)[0]

    def _plain(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        return self._answer(method, path, body, {"Content-Type": "application/json"})

    def get(self, path: str) -> tuple[int, bytes]:
        """A right request for a file, outside of the count."""
        return self._plain("GET", path, None)

    def send_archive(self, path: Path) -> str:
        """Import a right archive; returns the ID of the project."""
        status, answer = self._plain("POST", "/import-project", path.read_bytes())
        if status != 200:
            raise RuntimeError(f"a right archive was refused: {status} {answer[:500]!r}")
        return str(json.loads(answer)["project"])

    def known(self) -> dict[str, list[Any]]:
        """The IDs of everything that requests may name."""
        with Store(self.workspace) as store:
            return known_ids(Studio(store))

    def tracebacks(self) -> tuple[int, str]:
        """How many tracebacks the server has printed or logged, and the last one."""
        paths = [self.folder / "output.log", *(self.workspace / "logs").glob("page.log*")]
        text = "".join(path.read_text(errors="replace") for path in paths if path.exists())
        count = text.count("Traceback (most recent call last)")
        return count, text[text.rfind("Traceback") :][-1500:] if count else ""


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not strict JSON")
