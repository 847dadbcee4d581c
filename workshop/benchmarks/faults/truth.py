"""Record the state of the store over time, to compare it with what a page shows."""

import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gal_studio.state import Store
from workshop.benchmarks.faults.person import Person
from workshop.benchmarks.faults.running import AwayError, RunningStudio

BUSY = ("queued", "running", "pausing", "stopping")
SHOWN = """() => {
  const all = (what) => document.querySelectorAll(what).length;
  const bar = document.querySelector("[data-part=job-bar]"), job = document.querySelector("[data-part=job]");
  if (document.documentElement.dataset.studio !== "ready" || !job) return null;
  const chips = [...document.querySelectorAll(".chip-round")].slice(1); // the first is the reference
  return { round: chips.findIndex((chip) => chip.getAttribute("aria-current")), rounds: chips.length,
    state: job.hidden ? null : job.dataset.state, done: bar.value, total: bar.max, pictures: all(".tile"),
    accepted: all(".tile[data-verdict=accepted]"), rejected: all(".tile[data-verdict=rejected]") };
}"""


@dataclass(frozen=True)
class Truth:
    """The state of the store at a time: the job, and each round's counts (pictures, accepted, rejected)."""

    time: float
    state: str | None
    done: int
    total: int
    rounds: tuple[tuple[int, int, int], ...]

    def is_shown(self, seen: dict[str, Any]) -> bool:
        """Whether the page shows this state."""
        counts = (seen["pictures"], seen["accepted"], seen["rejected"])
        job = (self.state is None and seen["state"] is None) or (
            (self.state, self.done, self.total or 1) == (seen["state"], int(seen["done"]), int(seen["total"]))
        )
        return job and seen["rounds"] == len(self.rounds) and self.rounds[seen["round"]] == counts


class Recorder:
    """Records the state ten times a second while a simulated user works."""

    def __init__(self, studio: RunningStudio, project: str) -> None:
        self._studio, self._project = studio, project
        self._person = Person(studio, project, rounds=1_000)
        self._over = threading.Event()
        self.person_works = threading.Event()
        self._truths: deque[Truth] = deque(maxlen=3_000)
        self._threads = [threading.Thread(target=work) for work in (self._record, self._press)]

    def __enter__(self) -> "Recorder":
        self.person_works.set()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def since(self, moment: float) -> list[Truth]:
        return [truth for truth in tuple(self._truths) if truth.time >= moment]

    def _record(self) -> None:
        with Store(self._studio.workspace) as store:
            while not self._over.wait(0.1):
                with store.database.snapshot():
                    self._truths.append(_truth(store, self._project))

    def _press(self) -> None:
        while not self._over.wait(0.5):
            if self.person_works.is_set():
                with suppress(AwayError):
                    self._person.act()


def _truth(store: Store, project: str) -> Truth:
    now, job = time.monotonic(), store.jobs.current(project)
    state = None if job is None else "running" if job.state in BUSY else job.state
    rounds = []
    for round_ in store.rounds.of_project(project):
        verdicts = list(store.decisions.of_round(round_.id).verdicts.values())
        counts = store.candidates.count(round_.id), verdicts.count("accepted"), verdicts.count("rejected")
        rounds.append(counts)
    return Truth(now, state, job.done if job else 0, job.total if job else 0, tuple(rounds))
