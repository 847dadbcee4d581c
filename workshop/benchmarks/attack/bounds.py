"""What clients can use up: `python -m workshop.benchmarks.attack.bounds`.

Memory after 2,000 and 20,000 calls with a session of their own each, and after calls of a named endpoint; the
time that another client waits while 2,000 connections have sent half a request; the size of the logs; files
left behind.
"""

import json
import os
import secrets
import signal
import socket
import statistics
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from gal_studio.ui.api.calls import CALL_PATH
from gal_studio.ui.programs.queue import JOIN
from workshop.benchmarks.attack.target import Tally, Target

MEGABYTE = 2**20
HALF = b"POST /writes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n"


def calls(target: Target, count: int) -> float:
    """Call with a new session each time; returns the memory of the server in MB."""
    for number in range(count):
        session = f"{number} {os.urandom(200).hex()}"
        request = {"project": target.project}
        body = {"fn_name": "poll", "data": request, "component_id": number, "session_hash": session}
        target.ask("calls", "POST", CALL_PATH, json.dumps(body).encode(), Content_Type="application/json")
    return psutil.Process(target.pid).memory_info().rss / MEGABYTE


def programs(target: Target, count: int, read: bool) -> float:
    """Call a named endpoint, each time as another session that reads its answer, or as one that reads none;
    returns the memory of the server in MB.
    """
    for _ in range(count):
        session = secrets.token_hex(5) if read else "silent"
        call = {"data": [target.project], "fn_index": target.endpoints["status"], "session_hash": session}
        target.ask("calls", "POST", JOIN, json.dumps(call).encode(), Content_Type="application/json")
        if read:
            target.ask("calls", "GET", f"/gradio_api/queue/data?session_hash={session}")
    return psutil.Process(target.pid).memory_info().rss / MEGABYTE


def half_sent(target: Target, count: int) -> tuple[float, float, float]:
    """The seconds that another client waits: before, at worst while so many connections are opened that send
    half a request, and at worst while all of them are open.
    """
    quiet = statistics.median(wait(target) for _ in range(20))
    lines, during = [], []
    for number in range(count):
        line = socket.create_connection(("127.0.0.1", target.port), timeout=30)
        with suppress(OSError):
            line.sendall(HALF + (b"\r\n{" if number % 2 else b""))
        lines.append(line)
        if number % 100 == 99:
            during.append(wait(target))
    after = [wait(target) for _ in range(20)]
    for line in lines:
        line.close()
    return quiet, max(during), max(after)


def wait(target: Target) -> float:
    """The seconds until another client, who connects now, has an answer."""
    target.hang_up()
    started = time.monotonic()
    assert target.ask("others", "GET", "/favicon.ico")[0] == 200
    return time.monotonic() - started


def logs(target: Target) -> int:
    """The bytes of all logs and of what the server printed."""
    paths = [*(target.workspace / "logs").glob("*"), target.folder / "output.log"]
    return sum(path.stat().st_size for path in paths if path.exists())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Target(Path(folder), Tally()) as target:
        first = calls(target, 2000)
        second = calls(target, 18_000)
        print(f"memory after 2,000 calls {first:.0f} MB, after 20,000 {second:.0f} MB")
        for how, read in (("read", True), ("not read", False)):
            first, second = programs(target, 1000, read), programs(target, 4000, read)
            print(f"answers of endpoints {how}: after 1,000 {first:.0f} MB, after 5,000 {second:.0f} MB")
        quiet, during, after = half_sent(target, 2000)
        print(
            f"another client waited {1000 * quiet:.0f} ms (median), at worst {1000 * during:.0f} ms while "
            f"2,000 half-sent requests arrived, and {1000 * after:.0f} ms while they were open"
        )
        print(f"logs: {logs(target)} bytes")
        for name in ("SIGTERM", "SIGHUP", "SIGKILL"):
            (target.workspace / "temporary" / "cat.png").write_bytes(b"private")
            target.stop(getattr(signal, name))
            target.start()
            left = [path for path in (target.workspace / "temporary").rglob("*") if path.is_file()]
            print(f"left after {name} and a start: {len(left)}")


if __name__ == "__main__":
    main()
