"""Run the attack and print a table of what went wrong; the exit code is 1 if anything did."""

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from workshop.benchmarks.attack import (
    archives,
    commands,
    headers,
    loras,
    programs,
    python,
    requests,
    workspaces,
)
from workshop.benchmarks.attack.target import Tally, Target
from workshop.benchmarks.attack.views import refresh

BLOCK = 500  # inputs between two looks at the projects
KINDS: tuple[tuple[float, Callable[..., None]], ...] = (
    (0.21, requests.call),
    (0.23, requests.write),
    (0.12, requests.setting),
    (0.14, requests.route),
    (0.01, requests.strip),
    (0.06, requests.body),
    (0.01, requests.large_body),
    (0.05, archives.archive),
    (0.04, commands.command),
    (0.02, loras.lora),
    (0.02, headers.header),
    (0.04, python.verb),
    (0.04, programs.endpoint),
    (0.01, workspaces.workspace),
)
"""The share of each kind of input."""


def attack(
    seed: int,
    inputs: int,
    folder: Path,
    tell: Callable[[str], None] = lambda _: None,
    minutes: float = math.inf,
) -> Tally:
    """Try so many inputs, or as many as the time allows; returns what was counted."""
    random, tally, ends = Random(seed), Tally(tell), time.monotonic() + 60 * minutes
    weights, acts = [share for share, _ in KINDS], [act for _, act in KINDS]
    with Target(folder, tally) as target:
        seen, looked = 0, -BLOCK
        while tally.tried < inputs and time.monotonic() < ends:
            if tally.tried >= looked + BLOCK:
                looked = tally.tried
                refresh(target)
                target.ids = target.known()
                seen = _count_tracebacks(target, seen)
                tell(f"{looked} of {inputs}, {tally.wrong} wrong")
            random.choices(acts, weights)[0](target, random)
        refresh(target)
        _count_tracebacks(target, seen)
    return tally


def _count_tracebacks(target: Target, seen: int) -> int:
    count, last = target.tracebacks()
    if count > seen:
        target.tally.add("server", "tracebacks", count - seen, last)
    return max(count, seen)


def _tell(line: str) -> None:
    print(ascii(line), file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Attack a studio of its own with generated inputs.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=math.inf)
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        folder_of_its_own = Path(folder)
        tally = attack(given.seed, given.inputs, folder_of_its_own, _tell, given.minutes)
    print(f"seed {given.seed}, {time.monotonic() - started:.0f} s\n\n{tally.table()}\n")
    return int(tally.wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
