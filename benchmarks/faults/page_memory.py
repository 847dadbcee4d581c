"""Leave a running page no more memory than it has, and a few megabytes: what it answers, and what it keeps.

    python -m benchmarks.faults page_memory --room 0 1 4 16 64 --times 3

A real page serves a finished round, without a worker. Its address space is limited from outside (`prlimit`),
everything is asked for, and the limit is lifted again. Goals: each answer is what was asked for or one
sentence, none of a bug; the page lives on and answers all of it once there is memory again; what it confirmed
is there.
"""

import argparse
import http.client
import json
import resource
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.running import CALL, WRITES, RunningStudio
from benchmarks.faults.witness import Witness
from tests.ui.conftest import free_port
from tests.ui.seeded import finished, picture

ROOMS = (0, 1, 2, 4, 8, 16, 64)  # megabytes
PATIENCE = 60.0  # seconds for an answer
NONE = "no answer"
_PICTURE = picture((200, 30, 40), 2000)
BAD = ("bug", "traceback", "internal server error")


@dataclass
class Outcome:
    """How many answers of each kind there were, by what was asked for, and what was wrong."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def table(self) -> str:
        """The results as text."""
        lines = [f"{count:5d}  {what}" for what, count in sorted(self.answers.items())]
        return "\n".join([*lines, "wrong:", *(f"  {one}" for one in self.wrong or ["nothing"])])


def try_rooms(folder: Path, rooms: tuple[int, ...], times: int = 1) -> Outcome:
    """Ask for everything with each of these rooms, so many times; in megabytes."""
    outcome, workspace = Outcome(), folder / "workspace"
    studio, project, round_id = finished(workspace)
    candidates = [one.id for one in studio.store.candidates.of_round(round_id)]
    studio.store.close()
    running, witness = RunningStudio(workspace, free_port()), Witness(workspace)
    running.start()
    asking = _Asking(running, project, round_id, candidates, witness)
    try:
        asking.everything()  # what is loaded on the first use is loaded
        for room in rooms * times:
            witness.look()
            with_room = _held(running.pid) + (room << 20)
            resource.prlimit(running.pid, resource.RLIMIT_AS, (with_room, resource.RLIM_INFINITY))
            for what, (status, said) in asking.everything().items():
                outcome.answers[f"{what}, {room} MB: {status or NONE}"] += 1
                outcome.wrong += _wrong(f"{what}, {room} MB", status, said)
            if not running.runs():
                outcome.wrong.append(f"with {room} MB the page ended")
                running.start()
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(running.pid, resource.RLIMIT_AS, unlimited)
            for what, (status, said) in asking.everything().items():
                if status != 200:
                    outcome.wrong.append(f"{what}, after {room} MB: {status} {said[:200]}")
            print(f"{room} MB: {len(outcome.wrong)} wrong so far", flush=True)
    finally:
        running.end()
    witness.finish()
    if witness.losses.any:
        outcome.wrong.append(f"lost: {witness.losses}")
    log = (workspace.parent / f"{workspace.name}-page.log").read_text(errors="replace")
    outcome.answers["tracebacks in the log"] = log.count("Traceback")
    return outcome


def _held(process: int) -> int:
    """The bytes of address space that a process has."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[0]) * resource.getpagesize()


def _wrong(what: str, status: int, said: str) -> list[str]:
    """A sentence is right, and so is none: where there is no memory for an answer, the page asks again."""
    if status >= 300 and any(word in said.lower() for word in BAD):
        return [f"{what}: {status} {said[:300]}"]
    if status == 500 and said.count("\n") > 1:
        return [f"{what}: {status} {said[:300]}"]
    return []


class _Asking:
    """Asks a page for everything that takes memory."""

    def __init__(
        self, running: RunningStudio, project: str, round_id: str, candidates: list[str], witness: Witness
    ) -> None:
        self._running, self._project, self._round = running, project, round_id
        self._candidates, self._witness, self._turn = candidates, witness, 0

    def everything(self) -> dict[str, tuple[int, str]]:
        """The status and the text of each answer; 0 where none came."""
        first, self._turn = self._candidates[self._turn % len(self._candidates)], self._turn + 1
        asked: dict[str, Callable[[], tuple[int, str]]] = {
            "the page": lambda: self._get("/"),
            "a poll": self._poll,
            "a decision": lambda: self._decide(first),
            "an image": lambda: self._get(f"/picture/{first}?side=1024"),
            "a thumbnail": lambda: self._get(f"/thumb/{first}?v={self._turn}"),
            "an upload": self._upload,
            "a figure": lambda: self._get(f"/figure/map/{self._round}"),
            "an archive": lambda: self._get(f"/project/{self._project}/archive"),
            "choices": lambda: self._get(f"/project/{self._project}/choices.csv"),
        }
        return {what: ask() for what, ask in asked.items()}

    def _decide(self, candidate: str) -> tuple[int, str]:
        request = {"candidates": [candidate], "verdict": "accepted"}
        write = {"id": uuid.uuid4().hex, "name": "decide", "request": request}
        status, said = self._post(WRITES, json.dumps([write]).encode())
        if status == 200 and '"error"' not in said:
            self._witness.confirm(candidate, "accepted")
        return status, said

    def _poll(self) -> tuple[int, str]:
        message = {
            "data": {"project": self._project, "round": None, "known": {}},
            "fn_name": "poll",
            "session_hash": "faults",
            "component_id": self._running._panels["poll"],
        }
        return self._post(CALL, json.dumps(message).encode())

    def _upload(self) -> tuple[int, str]:
        edge = "-" * 20
        head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        body = head.encode() + _PICTURE + f"\r\n--{edge}--\r\n".encode()
        return self._ask("POST", "/gradio_api/upload", body, f"multipart/form-data; boundary={edge}")

    def _get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path)

    def _post(self, path: str, body: bytes) -> tuple[int, str]:
        return self._ask("POST", path, body, "application/json")

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._running.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if kind else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--room", type=int, nargs="*", default=ROOMS, help="megabytes that are left")
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        outcome = try_rooms(Path(temporary), tuple(options.room), options.times)
    print(outcome.table())
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
