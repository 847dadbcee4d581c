"""The size of the long runs, and the report of their results."""

import os
import statistics
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gal_studio.commands.terminal.machine import describe_machine
from workshop.benchmarks.faults.witness import Losses


@dataclass(frozen=True)
class Load:
    """The size of a run; `models` are the folders of a base model and of a CLIP model."""

    steps: int = 40
    candidates: int = 3
    sampling_steps: int = 4
    kills: int = 5  # in each run
    share: float = 0.4  # of the time of an undisturbed run, after which a process is killed at the latest
    models: tuple[str, str] | None = None

    @property
    def draft(self) -> dict[str, Any]:
        """The load as a draft for the page, with more checkpoints than the preset has."""
        changes = {
            "tune": {"steps": self.steps, "checkpoint_every": 10},
            "generation": {"candidates": self.candidates, "steps": self.sampling_steps},
        }
        base_model, clip_model = self.models or (None, None)
        return {"changes": changes, "base_model": base_model, "clip_model": clip_model}

    @property
    def words(self) -> tuple[object, ...]:
        """The load as arguments of the command line."""
        steps, candidates = ("--steps", self.steps), ("--candidates", self.candidates)
        models = ("--base-model", self.models[0], "--clip-model", self.models[1]) if self.models else ()
        return ("--policy", "random", *steps, *candidates, "--sampling-steps", self.sampling_steps, *models)


@dataclass(frozen=True)
class Kill:
    """A kill: the process, its phase, the seconds of work to repeat, and the seconds until it was noticed."""

    victim: str
    phase: str
    repeated: float
    noticed: float | None = None


@dataclass
class Report:
    """The results of all runs with kills."""

    kills: list[Kill] = field(default_factory=list)
    losses: Losses = field(default_factory=Losses)
    runs: int = 0
    not_ended: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    leftovers: int = 0
    seconds: float = 0.0

    def add(self, losses: Losses) -> None:
        for name in ("decisions", "pictures", "other_rows", "files"):
            setattr(self.losses, name, getattr(self.losses, name) + getattr(losses, name))
        self.losses.damaged += losses.damaged

    @property
    def good(self) -> bool:
        late = [kill for kill in self.kills if (kill.noticed or 0.0) > 5.0]
        return not (self.losses.any or self.not_ended or self.different or late)

    def table(self) -> str:
        """The results as text."""
        losses = self.losses
        work = [kill.repeated for kill in self.kills if kill.victim != "page" and ":" in kill.phase]
        noticed = [kill.noticed for kill in self.kills if kill.noticed is not None]
        fell = Counter(f"{kill.victim}, {kill.phase}" for kill in self.kills)
        lines = [
            f"kills {len(self.kills)}, runs {self.runs}, {self.seconds / 60:.0f} minutes",
            f"decisions lost {losses.decisions}, pictures lost {losses.pictures}, "
            f"other rows lost {losses.other_rows}, files lost or altered {losses.files}, "
            f"damage {losses.damaged or 'none'}",
            f"runs that did not end {self.not_ended or 0}",
            f"LoRAs and pictures that differ {self.different or 0}",
            f"unused files left behind {self.leftovers}",
            *([spread("seconds of work to repeat", work)] if work else []),
            *([spread("seconds until a dead worker was noticed", noticed)] if noticed else []),
            *(f"  {count:4d}  {what}" for what, count in sorted(fell.items())),
        ]
        return "\n".join(lines)


def compare(name: str, undisturbed: dict[str, Any], found: dict[str, Any], report: Report) -> None:
    """Report the results of a run that differ from those of the undisturbed run."""
    for key in sorted(undisturbed.keys() | found.keys()):
        if undisturbed.get(key) != found.get(key):
            report.different.append(f"{name}: {key}")


def spread(title: str, values: list[float]) -> str:
    """The median and the maximum of some values, in one line."""
    return f"{title}: median {statistics.median(values):.2f}, worst {max(values):.2f} (of {len(values)})"


def machine() -> dict[str, Any]:
    """The machine of the measurements, and its load."""
    return {**describe_machine(), "load": os.getloadavg()[1]}
