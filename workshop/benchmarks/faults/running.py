"""A real studio: the server in a process of its own, the worker that it starts, and HTTP calls."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[3]
CALL, WRITES = "/gradio_api/component_server", "/writes"
PATIENCE = 900.0  # seconds to wait for something: a busy machine is slow, not wrong


class AwayError(Exception):
    """The server does not answer."""


def environment() -> dict[str, str]:
    """The environment with one thread for the models, so that a core is free for the server."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def studio_command(*words: object) -> list[str]:
    """The command line of the studio as this Python runs it."""
    return [sys.executable, "-m", "gal_studio.cli", *map(str, words)]


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE, pause: float = 0.02) -> float:
    """Wait until a condition holds; returns the seconds, or raises TimeoutError."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"nothing happened within {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - started


class RunningStudio:
    """The server of a workspace, which can be killed and started again."""

    def __init__(self, workspace: Path, port: int) -> None:
        self.workspace, self.port = workspace, port
        self.address = f"http://127.0.0.1:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._panels: dict[str, int] = {}

    def start(self) -> float:
        """Start the server; returns the seconds until it answers."""
        words = ("--no-browser", "--workspace", self.workspace, "--port", self.port)
        self.workspace.mkdir(parents=True, exist_ok=True)
        with (self.workspace.parent / f"{self.workspace.name}-page.log").open("ab") as log:
            self._process = subprocess.Popen(
                studio_command(*words), cwd=ROOT, env=environment(), stdout=log, stderr=log
            )
        return wait_until(self.answers, pause=0.05)

    @property
    def pid(self) -> int:
        """The process ID of the server."""
        if self._process is None:
            raise AwayError
        return self._process.pid

    def runs(self) -> bool:
        """Whether the server runs."""
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        """Whether the server answers."""
        if not self.runs():
            raise AwayError
        try:
            self._find_panels()
        except AwayError:
            return False
        return True

    def kill(self) -> None:
        """Kill the server with SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """Terminate the server and the worker."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        for worker in self.workers():
            with suppress(psutil.NoSuchProcess):
                worker.terminate()
                if psutil.wait_procs([worker], timeout=120)[1]:
                    worker.kill()

    def workers(self) -> list[psutil.Process]:
        """The worker processes of this workspace, including starting ones."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if "gal_studio.worker" in words and str(self.workspace) in words:
                found.append(process)
        return found

    def kill_worker(self) -> bool:
        """Kill the workers with SIGKILL; returns whether there was one."""
        killed = []
        for worker in self.workers():
            with suppress(psutil.NoSuchProcess):  # it has just ended
                worker.send_signal(signal.SIGKILL)
                killed.append(worker)
        psutil.wait_procs(killed, timeout=10)
        return bool(killed)

    def call(self, handler: str, request: dict[str, Any]) -> dict[str, Any]:
        """Call a handler as the page does; raises AwayError if the server does not answer."""
        if handler not in self._panels:
            self._find_panels()
        message = {
            "data": request,
            "fn_name": handler,
            "session_hash": "faults",
            "component_id": self._panels[handler],
        }
        answer = json.loads(self._ask("POST", CALL, json.dumps(message).encode()))
        if not isinstance(answer, dict):
            raise RuntimeError(f"{handler} answered {answer!r}")
        return answer

    def write(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        """Send a write as the page does; raises AwayError if the server does not answer."""
        write = {"id": uuid.uuid4().hex, "name": name, "request": request}
        (answer,) = json.loads(self._ask("POST", WRITES, json.dumps([write]).encode()))
        if not isinstance(answer, dict):
            raise RuntimeError(f"{name} answered {answer!r}")
        return answer

    def fetch(self, path: str) -> None:
        """Get a file as the page does."""
        self._ask("GET", path)

    def _find_panels(self) -> None:
        found = re.search(r"window\.gradio_config = (\{.*?\});</script>", self._ask("GET", "/"), re.DOTALL)
        if found is None:
            raise AwayError
        components = json.loads(found[1])["components"]
        self._panels = {
            name: part["id"] for part in components for name in part["props"].get("server_fns") or ()
        }

    def _ask(self, method: str, path: str, body: bytes | None = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
            return connection.getresponse().read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise AwayError from error
        finally:
            connection.close()
