"""Which round and setting to take, by rules that look at no image, against what raters called right.

    python -m benchmarks.gal_gain.pairs docs/lab/2026-11/labels/best-rounds.csv \
        docs/lab/2026-11/labels/best-schedules.csv

The first table has every round at full strength, with p(x) and u(x); the second one first and third rounds by
their best schedules, without. So the largest mean u can only be asked among rounds at full strength: of the
pairs this prints what trivial rules reach. Of each reference and line of rounds (suggestions, by eye) the
settings are compared by the share of images that are right, mean of a table's raters.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from benchmarks.gal_gain.best_rounds import Rounds, lines, read_table
from benchmarks.quality.refinement_gain import interval

SCHEDULE = ", best schedule"


@dataclass(frozen=True)
class Line:
    """A line of rounds of one reference: its settings with the share of right images, (round, by schedule).

    `useful` are the mean u of its rounds at full strength.
    """

    reference: str
    right: Mapping[tuple[str, bool], float]
    useful: Mapping[str, float]

    @property
    def rounds(self) -> list[str]:
        """From the first to the last."""
        return list(self.useful)

    def by_schedule(self, name: str) -> tuple[str, bool]:
        """A round by its best schedule, or at full strength where that is the best or nobody drew another."""
        return (name, True) if (name, True) in self.right else (name, False)


RULES: Mapping[str, Callable[[Line], tuple[str, bool]]] = {
    "always last, full strength": lambda line: (line.rounds[-1], False),
    "always last, its best schedule": lambda line: line.by_schedule(line.rounds[-1]),
    "always first, full strength": lambda line: (line.rounds[0], False),
    "always first, its best schedule": lambda line: line.by_schedule(line.rounds[0]),
    "largest mean u at full strength": lambda line: (
        max(line.rounds, key=lambda name: line.useful[name]),
        False,
    ),
}


def joined(rounds: Mapping[str, Rounds], schedules: Mapping[str, Rounds]) -> Iterator[Line]:
    """The lines of both tables."""
    for reference, known in rounds.items():
        for names in lines(known):
            right = {(name, False): known[name].right for name in names}
            for name in names:
                drawn = schedules.get(reference, {}).get(f"{name}{SCHEDULE}")
                if drawn is not None:
                    right[name, True] = drawn.right
            yield Line(reference, right, {name: fmean(known[name].useful) for name in names})


def report(found: list[Line]) -> Iterator[str]:
    """Of each rule how often it names the best setting, and what taking it costs."""
    yield "rule | names the best setting | right images | lost against the best (95% over references)"
    for rule, choose in RULES.items():
        taken = [(line, line.right[choose(line)], max(line.right.values())) for line in found]
        hits = sum(mine == best for _, mine, best in taken)
        lost: dict[str, list[float]] = {}
        for line, mine, best in taken:
            lost.setdefault(line.reference, []).append(best - mine)
        low, high = interval([fmean(each) for each in lost.values()])[1:]
        mean = fmean(fmean(each) for each in lost.values())
        right = fmean(mine for _, mine, _ in taken)
        yield f"{rule} | {hits} of {len(found)} | {right:.2f} | {mean:.2f} [{low:.2f}, {high:.2f}]"
    best = fmean(max(line.right.values()) for line in found)
    by = sum(max(line.right, key=lambda one: line.right[one])[1] for line in found)
    yield f"the best setting | {len(found)} of {len(found)} | {best:.2f} | by a schedule in {by}"


def main() -> None:
    """Print the table."""
    rounds, schedules = (read_table(Path(name)) for name in sys.argv[1:3])
    print("\n".join(report(list(joined(rounds, schedules)))))


if __name__ == "__main__":
    main()
