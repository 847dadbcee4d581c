"""What first rounds would suggest by other rules, as raters see it, and how surely the same prompts lead.

    python -m benchmarks.quality.suggestions sheets RUN ... --out FOLDER
    python -m benchmarks.quality.suggestions labels --out FOLDER
    python -m benchmarks.quality.suggestions report docs/lab/2026-11/labels/first-rounds.csv

RUN/workspace is a workspace with one project. `sheets` writes pages of all candidates of its first round, in
random order, numbered; a rater writes `count-NAME.json` beside RULES.md, as of
`benchmarks.quality.runs_by_eye`. `labels` joins what raters said with p(x), a(x) and c(x) (Eq. G14, G16,
G17) to FOLDER/labels.csv. `report` reads such a table alone: it needs no workspace. For each rule of TRIED it
prints what the three suggestions are; what the same number of images is by each way of EQUAL; then how often
the three prompts of largest H return when everything is drawn again with other seeds. That is simulated: the
logit of p(x) gets normal noise, as large as between seeds of one prompt and schedule.
"""

import argparse
import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean, median

import numpy as np
from numpy.typing import NDArray

from benchmarks.output import read, write
from benchmarks.quality.refinement_gain import interval
from gal_studio.core.copy_chance import moved
from gal_studio.core.gal.ladder import LADDER, noise_of, rung_of
from gal_studio.core.gal.uncertainty import left_open
from gal_studio.core.seeds import generator
from gal_studio.core.utility import utility
from gal_studio.research.rating.labels import read_count
from gal_studio.research.rating.questions import QUESTIONS, RULES, success
from gal_studio.research.rating.sheets import page_of
from gal_studio.state import Store

ON_A_PAGE = 40
ASK = 3
REPLAYS = 400
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Picture:
    """A candidate: the chances of Eq. G16, G14 and G17, and the share of raters who saw a copy, what was
    asked for, the style or object, and all three right.
    """

    prompt: str
    index: int
    copy: float
    asked: float
    kept: float
    seen: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    @property
    def useful(self) -> float:
        """Eq. G18."""
        return utility(self.copy, self.asked, self.kept)

    def shifted(self, by: float) -> "Picture":
        """The same with the logit of p(x) moved."""
        return Picture(self.prompt, self.index, moved(self.copy, by), self.asked, self.kept, self.seen)


@dataclass(frozen=True)
class Rule:
    """Eq. G5 and G6 with changes: the most p(x) and the least c(x) of a suggestion, whether prompts are
    ordered by u in place of H, whether only the best schedule's pictures count, and whether p(x) is moved so
    that one half lies midway between full strength and the weakest schedule.
    """

    most_copy: float = 0.5
    least_kept: float = 0.5
    by_utility: bool = False
    best_only: bool = False
    midway: bool = False

    def suggest(self, pictures: Sequence[Picture], number: int = ASK) -> list[Picture]:
        """The suggestions of a round, at most so many."""
        if self.midway:
            levels = [
                median(logit(one.copy) for one in pictures if rung_of(one.index) == end) for end in ENDS
            ]
            pictures = [one.shifted(-fmean(levels)) for one in pictures]
        groups = by_prompt(pictures)
        enough = median(max(one.useful for one in group) for group in groups.values())
        best = best_rung(pictures)
        found = []
        for group, open_ in zip(groups.values(), entropies(groups), strict=True):
            good = [
                one
                for one in group
                if one.copy < self.most_copy
                and one.asked >= 0.5
                and one.kept >= self.least_kept
                and one.useful >= enough
                and (not self.best_only or one.index % len(LADDER) == best)
            ]
            if good and any(one.copy >= 0.5 for one in group):
                chosen = max(good, key=lambda one: one.useful)
                found.append((chosen.useful if self.by_utility else open_, chosen))
        return [one for _, one in sorted(found, key=lambda each: -each[0])[:number]]


ENDS = (LADDER[0], LADDER[-1])
SHIPPED = "as shipped"
TRIED: Mapping[str, Rule] = {
    SHIPPED: Rule(),
    "p < .1": Rule(most_copy=0.1),
    "p moved midway": Rule(midway=True),
    "c >= .8": Rule(least_kept=0.8),
    "the best schedule alone": Rule(best_only=True),
    "largest u first": Rule(by_utility=True),
    "p moved midway, largest u first": Rule(midway=True, by_utility=True),
}


def suggested(pictures: Sequence[Picture], number: int) -> list[Picture]:
    """What is suggested; then of the next prompts by uncertainty the best right image, then their second."""
    groups, chosen = by_prompt(pictures), Rule().suggest(pictures, number)
    order = sorted(zip(entropies(groups), groups, strict=True), key=lambda each: -each[0])
    good = {prompt: best_first(filter(is_right, group)) for prompt, group in groups.items()}
    for first in (True, *[False] * number):
        for _, prompt in order:
            left = [one for one in good[prompt] if one not in chosen]
            if left and not (first and any(one.prompt == prompt for one in chosen)):
                chosen.append(left[0])
    return chosen[:number]


def strongest_clean(pictures: Sequence[Picture], number: int) -> list[Picture]:
    """Of each prompt the right image of largest c (Eq. G17), of these the ones of largest c."""
    best = [max(each, key=lambda one: one.kept) for each in by_prompt(filter(is_right, pictures)).values()]
    return sorted(best, key=lambda one: (-one.kept, one.prompt))[:number]


def expected_gain(pictures: Sequence[Picture], number: int) -> list[Picture]:
    """Of each prompt the image of largest u, of these the ones furthest above their prompt's mean."""
    best = []
    for group in by_prompt(pictures).values():
        top = max(group, key=lambda one: (one.useful, -one.index))
        if top.useful >= WORTH_IT:
            best.append((fmean(one.useful for one in group) - top.useful, top.prompt, top))
    return [top for *_, top in sorted(best, key=lambda each: each[:2])][:number]


def weakest_rungs(pictures: Sequence[Picture], number: int) -> list[Picture]:
    """Of each prompt the right image of largest u at the three weakest rungs, of these the most useful."""
    weak = [one for one in pictures if one.index % len(LADDER) >= len(LADDER) - 3]
    return most_useful(weak, number)


def most_useful(pictures: Sequence[Picture], number: int) -> list[Picture]:
    """Of each prompt the right image of largest u, of these the ones of largest u."""
    return best_first(best_first(each)[0] for each in by_prompt(filter(is_right, pictures)).values())[:number]


def is_right(one: Picture) -> bool:
    """Whether an image is no copy, as asked and alike by the studio's figures (Eq. G14, G16, G17)."""
    return one.copy < 0.5 and one.asked >= 0.5 and one.kept >= 0.5


def best_first(pictures: Iterable[Picture]) -> list[Picture]:
    return sorted(pictures, key=lambda one: (-one.useful, one.prompt, one.index))


WORTH_IT = 0.4
"""The least u of an image that is chosen for its expected gain."""
TODAY, STRONGEST, GAIN = "suggestions", "strongest clean", "expected gain"
WEAKEST = "three weakest rungs"
EQUAL: Mapping[str, Callable[[Sequence[Picture], int], list[Picture]]] = {
    TODAY: suggested,
    STRONGEST: strongest_clean,
    GAIN: expected_gain,
    "largest u": most_useful,
    WEAKEST: weakest_rungs,
}
"""Ways to choose the same number of images of a first round."""


def logit(chance: float) -> float:
    inside = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(inside) - math.log1p(-inside)


def by_prompt(pictures: Iterable[Picture]) -> dict[str, list[Picture]]:
    groups: dict[str, list[Picture]] = {}
    for one in pictures:
        groups.setdefault(one.prompt, []).append(one)
    return groups


def best_rung(pictures: Sequence[Picture]) -> int:
    """The rung of largest mean u, of those with half as many pictures as the most drawn (Eq. G18)."""
    rungs: dict[int, list[float]] = {}
    for one in pictures:
        rungs.setdefault(one.index % len(LADDER), []).append(one.useful)
    most = max(map(len, rungs.values()))
    return max((rung for rung in rungs if 2 * len(rungs[rung]) >= most), key=lambda rung: fmean(rungs[rung]))


def shared(groups: Mapping[str, Sequence[Picture]]) -> tuple[int, ...]:
    """The rungs at which all prompts were drawn."""
    return tuple(sorted(set.intersection(*({one.index % len(LADDER) for one in g} for g in groups.values()))))


def entropies(groups: Mapping[str, Sequence[Picture]]) -> list[float]:
    """Eq. G4 of each prompt, by the rungs that all of them have; by all, where they share none."""
    rungs = shared(groups) or range(len(LADDER))
    chances = [[one.copy for one in g if one.index % len(LADDER) in rungs] for g in groups.values()]
    return [left_open(each) for each in chances]


def spread_of_seeds(rounds: Iterable[Sequence[Picture]]) -> tuple[float, int]:
    """The deviation of the logit of p(x) between seeds of a prompt and schedule, and of how many pairs."""
    apart = [
        logit(one.copy) - logit(other.copy)
        for pictures in rounds
        for one, other in combinations(pictures, 2)
        if one.prompt == other.prompt and rung_of(one.index) == rung_of(other.index)
    ]
    return math.sqrt(fmean([each**2 for each in apart]) / 2), len(apart)


def returned(known: Floats, spread: float, *, seeds: int = 1, raced: int = 0, more: int = 0) -> float:
    """The share of the three prompts of largest H that two replays have in common.

    `known` are logits of p(x), (prompts, schedules). A replay draws `seeds` of each; then `more` of the
    `raced` prompts of largest H, of which the three are chosen.
    """
    chance = np.random.default_rng(0)

    def replay() -> set[int]:
        drawn = _chances(known, spread, seeds, chance)
        order = np.argsort([-left_open(row.tolist()) for row in drawn], kind="stable")
        if raced:
            best = order[:raced]
            again = np.concatenate([drawn[best], _chances(known[best], spread, more, chance)], axis=1)
            order = best[np.argsort([-left_open(row.tolist()) for row in again], kind="stable")]
        return set(order[:ASK].tolist())

    return fmean([len(replay() & replay()) / ASK for _ in range(REPLAYS)])


def _chances(known: Floats, spread: float, seeds: int, chance: np.random.Generator) -> Floats:
    logits = known[..., None] + spread * chance.standard_normal((*known.shape, seeds))
    drawn: Floats = 1 / (1 + np.exp(-logits.reshape(len(known), -1)))
    return drawn


def report(rounds: Mapping[str, Sequence[Picture]]) -> Iterator[str]:
    """The tables, by reference."""
    yield "rule | suggestions | no copy, as asked, alike, all three"
    for name, rule in TRIED.items():
        chosen = [one for pictures in rounds.values() for one in rule.suggest(pictures)]
        copy, *rest = np.mean([one.seen for one in chosen], axis=0)
        yield f"{name} | {len(chosen)} | {', '.join(f'{each:.2f}' for each in (1 - copy, *rest))}"
    for number in (3, 6, 9):
        yield from equal_numbers(rounds, number)
    spread, pairs = spread_of_seeds(rounds.values())
    yield f"between seeds, logit of p: deviation {spread:.2f} ({pairs} pairs)"
    for name, pictures in rounds.items():
        groups = by_prompt(pictures)
        rungs = shared(groups)
        first = {(one.prompt, one.index): logit(one.copy) for one in pictures if noise_of(one.index) == 0}
        known = np.array([[first[prompt, rung] for rung in rungs] for prompt in groups])
        even = [f"{seeds}: {returned(known, spread, seeds=seeds):.2f}" for seeds in (1, 2, 3, 4, 6)]
        race = [f"{more}: {returned(known, spread, raced=6, more=more):.2f}" for more in (1, 2, 3, 5)]
        yield f"{name}: return with seeds of all {', '.join(even)}; more of the first six {', '.join(race)}"


def equal_numbers(rounds: Mapping[str, Sequence[Picture]], number: int) -> Iterator[str]:
    """What so many images are by each way, means over the references that have so many by every way."""
    chosen = {
        reference: {name: choose(pictures, number) for name, choose in EQUAL.items()}
        for reference, pictures in rounds.items()
    }
    whole = [each for each in chosen.values() if all(len(images) == number for images in each.values())]
    yield f"{number} images, {len(whole)} references | no copy, as asked, alike, right | right, minus {TODAY}"
    for name in EQUAL if len(whole) > 1 else ():
        seen = [np.mean([one.seen for one in each[name]], axis=0) for each in whole]
        copy, *rest = np.mean(seen, axis=0)
        usual = [np.mean([one.seen[-1] for one in each[TODAY]]) for each in whole]
        apart = "{:+.2f} ({:+.2f} to {:+.2f})".format(
            *interval([float(one[-1] - other) for one, other in zip(seen, usual, strict=True)])
        )
        yield f"  {name} | {', '.join(f'{each:.2f}' for each in (1 - copy, *rest))} | {apart}"


def read_table(path: Path) -> dict[str, list[Picture]]:
    """The rounds of a table of labels."""
    rounds: dict[str, list[Picture]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            raters = sum(name.startswith("copy_") for name in row)
            said = np.array([[int(row[f"{word}_{n}"]) for word in QUESTIONS] for n in range(1, raters + 1)])
            copy, asked, like = said.mean(axis=0).tolist()
            seen = (copy, asked, like, float(success(said.astype(bool)).mean()))
            p, a, c = (float(row[name]) for name in ("p", "a", "c"))
            one = Picture(row["prompt"], int(row["index"]), p, a, c, seen)
            rounds.setdefault(row["reference"], []).append(one)
    return rounds


def write_sheets(runs: Sequence[Path], out: Path) -> None:
    """Write the pages of runs, and what the studio says of their pictures."""
    (out / "pages").mkdir(parents=True, exist_ok=True)
    for run in runs:
        with Store(run / "workspace") as store:
            project = store.projects.all()[0].id
            here = store.snapshots.round(store.rounds.of_project(project)[0].id)
            prompts = {anchor.id: anchor.prompt for anchor in here.project.anchors}
            drawn = [one for one in here.candidates if not one.is_blank and one.kept is not None]
            mixed = [drawn[place] for place in generator(0, run.name).permutation(len(drawn))]
            references = [store.images.picture(each.image) for each in store.projects.references(project)]
            for number, begin in enumerate(range(0, len(mixed), ON_A_PAGE), start=1):
                part = mixed[begin : begin + ON_A_PAGE]
                page = [("", prompts[one.anchor_id], store.images.picture(one.image)) for one in part]
                page_of(references, page).save(out / "pages" / f"{run.name}-{number}.png")
        rows = [[prompts[one.anchor_id], one.index, one.chance, one.asked, one.kept] for one in mixed]
        write(out / f"{run.name}.json", rows)
    (out / "pages" / "RULES.md").write_text(RULES, encoding="utf-8")


def write_labels(out: Path) -> None:
    """Join what raters said with what the studio says; a page counts once every rater has rated it."""
    counts = [read_count(path) for path in sorted((out / "pages").glob("count-*.json"))]
    names = [f"{word}_{rater}" for rater in range(1, len(counts) + 1) for word in QUESTIONS]
    table = [["reference", "prompt", "index", "p", "a", "c", *names]]
    for path in sorted(out.glob("*.json")):
        for place, (prompt, index, *chances) in enumerate(read(path)):
            page, number = f"{path.stem}-{place // ON_A_PAGE + 1}", str(place % ON_A_PAGE + 1)
            if counts and all(page in count for count in counts):
                said = [str(int(each)) for count in counts for each in count[page][number]]
                table.append([path.stem, prompt, str(index), *(f"{chance:.6f}" for chance in chances), *said])
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def main() -> None:
    """Write pages or labels, or print what a table says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("sheets", "labels", "report"))
    parser.add_argument("given", type=Path, nargs="*")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.what != "report" and args.out is None:  # a report needs no folder to write to
        parser.error("give --out")
    if args.what == "sheets":
        write_sheets(args.given, args.out)
    elif args.what == "labels":
        write_labels(args.out)
    else:
        rounds = {name: round_ for path in args.given for name, round_ in read_table(path).items()}
        print("\n".join(report(rounds)))


if __name__ == "__main__":
    main()
