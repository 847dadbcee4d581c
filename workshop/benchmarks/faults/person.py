"""A simulated user without a browser: does the next step, decides, and resumes halted jobs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.state import Store
from gal_studio.studio import Studio, demo_draft
from workshop.benchmarks.faults.running import AwayError, RunningStudio

HALTED = ("interrupted", "paused", "stopped", "error")
DECISIONS = ("accepted", "rejected", "accepted")  # on the first picture of each of the first anchors


def begin(workspace: Path, draft: dict[str, Any], seed: int = 1) -> str:
    """Create a project of the bundled style in a new workspace; returns its ID."""
    with Store(workspace) as store:
        return Studio(store).create_project(replace(demo_draft("style"), seed=seed, **draft))


class Person:
    """Works on a project through the page's API until a number of rounds is done."""

    def __init__(
        self,
        studio: RunningStudio,
        project: str,
        rounds: int = 2,
        confirmed: Callable[[str, str], None] = lambda candidate, verdict: None,
    ) -> None:
        self._studio, self._project, self._rounds, self._confirmed = studio, project, rounds, confirmed
        self.sees: dict[str, Any] = {}

    def look(self) -> dict[str, Any]:
        """The answer to the first poll of a new page."""
        self.sees = self._studio.call("poll", {"project": self._project, "round": None, "known": {}})
        return self.sees

    def job_halted(self) -> bool:
        """Whether the page shows the job as halted."""
        try:
            return (self.look()["parts"]["job"] or {}).get("state") in HALTED
        except AwayError:  # it was too slow
            return False

    def act(self) -> bool:
        """Do the next step if there is one; returns whether all is done. A slow server is asked again."""
        try:
            return self._act()
        except AwayError:
            if self._studio.runs():
                return False
            raise

    def _act(self) -> bool:
        seen = self.look()
        job, round_ = seen["parts"]["job"], seen["parts"]["round"]
        if job and job["state"] in HALTED:
            self._press("resume", {"job": job["id"]})
        elif round_["step"] in ("fine_tune", "generate"):
            self._press(round_["step"], {"round": seen["round"]})
        elif round_["step"] != "wait":
            return self._decide_and_go_on(seen)
        return False

    def _decide_and_go_on(self, seen: dict[str, Any]) -> bool:
        verdicts, order = (
            seen["parts"]["verdicts"],
            [anchor["id"] for anchor in seen["parts"]["round"]["pool"]],
        )
        items = sorted(seen["candidates"]["items"], key=lambda item: item["index"], reverse=True)
        first = {item["anchor_id"]: item["id"] for item in items}
        for place, verdict in enumerate(DECISIONS):
            if (candidate := first[order[place]]) not in verdicts:
                self._press("decide", {"candidates": [candidate], "verdict": verdict})
                self._confirmed(candidate, verdict)
                return False
        if seen["parts"]["round"]["number"] >= self._rounds:
            return True
        self._press("next_round", {"round": seen["round"]})
        return False

    def _press(self, button: str, request: dict[str, Any]) -> None:
        answer = self._studio.write(button, request)
        if "error" in answer:
            raise AwayError(f"{button}: {answer['error']}")
