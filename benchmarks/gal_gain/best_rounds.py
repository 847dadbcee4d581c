"""Which round is the best, by the studio and by eye, on benchmark images of every round at full strength.

    gal-studio run PROJECT.toml --out RUN                  # for each reference
    python -m benchmarks.gal_gain.best_rounds sheets RUN ... --out FOLDER [--by-best-schedule]
    python -m benchmarks.gal_gain.best_rounds labels --out FOLDER
    python -m benchmarks.gal_gain.best_rounds report docs/lab/2026-11/labels/best-rounds.csv

`sheets` measures the rounds that are not, and writes a page for each, RUN-A.png and so on in random order,
of its held-out prompts. RULES.md is for somebody who has seen nothing else; each rater writes
`count-NAME.json` beside it. `labels` joins these with p(x) and u(x) (Eq. G16, G18) to FOLDER/labels.csv.
`--by-best-schedule` takes what the benchmark drew by each round's best schedule instead, where full strength
is not the best. `report` reads such a table alone: what each round draws right; of each line of rounds, from
the first to one that nothing follows, whether the largest mean u is the raters' best; how well copies are
flagged, also where a person has corrected the flags of the most uncertain images.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from statistics import fmean

import numpy as np
import torch

from benchmarks.gal_gain.runs_by_eye import kappa
from benchmarks.output import read, write
from benchmarks.quality.refinement_gain import interval
from benchmarks.quality.suggestions import labels_parser, parsed
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.copy_chance import moved, shift_by_marks
from gal_studio.core.seeds import generator
from gal_studio.core.types import COPY_FROM
from gal_studio.features.benchmark.verbs import measure
from gal_studio.research.rating.questions import ASKED, QUESTIONS, success
from gal_studio.research.rating.sheets import Cell, page_of
from gal_studio.state import Store
from gal_studio.studio import Studio

ENOUGH = 0.75
"""A flag that reaches this share of the raters' own kappa agrees with them."""
LOOKED_AT = (0, 4, 8, 12, 20)
FAULTS = ("copies", "not_asked", "not_like")
RULES = f"""# Which round would you keep?

Each sheet has the references above (one thing in a style, or one object), and below them numbered pictures
that one version of a small image model drew; below each stands what was asked for. Sheets of one name
(`fox-A`, `fox-B`, ...) are versions of the same model that were asked for the same.

For every picture of a sheet decide three things:

{ASKED}
Then put the sheets of one name in order: first the version that you would keep to draw new things in this
style or with this object, last the one that you would throw away first.

Write `count-YOURNAME.json`:
{{"fox-A": {{"copies": [numbers], "not_asked": [numbers], "not_like": [numbers]}}, ...,
"order": {{"fox": ["C", "A", ...], ...}}}}. Read nothing else.
"""


@dataclass
class Round:
    """A round of a reference: the round it follows, its place in each rater's order (0 is the best), p(x) and
    u(x) of its images if they are known, and what each rater said of each: (raters, images, 3).
    """

    parent: str
    places: tuple[int, ...]
    copy: list[float] = field(default_factory=list)
    useful: list[float] = field(default_factory=list)
    said: list[list[list[bool]]] = field(default_factory=list)

    @property
    def answers(self) -> np.ndarray:
        """(raters, images, 3)"""
        return np.array(self.said).transpose(1, 0, 2)

    @property
    def right(self) -> float:
        """The share of images that are no copy, as asked and alike, mean of the raters."""
        return fmean(float(success(each).mean()) for each in self.answers)


Rounds = dict[str, Round]


def lines(rounds: Rounds) -> Iterator[list[str]]:
    """From the first round to each that none follows."""
    for name in rounds:
        if all(each.parent != name for each in rounds.values()):
            line = [name]
            while rounds[line[0]].parent:
                line.insert(0, rounds[line[0]].parent)
            yield line


def report(references: dict[str, Rounds]) -> Iterator[str]:
    """The tables."""
    names = list(dict.fromkeys(name for rounds in references.values() for name in rounds))
    yield "round | right, no copy, as asked, alike"
    for name in names:
        known = [rounds[name] for rounds in references.values() if name in rounds]
        copy, asked, like = np.mean([each.answers.mean(axis=(0, 1)) for each in known], axis=0)
        right = fmean(each.right for each in known)
        yield f"{name} | {right:.2f}, {1 - copy:.2f}, {asked:.2f}, {like:.2f}"
    for one, other in combinations(names, 2):
        apart = [r[other].right - r[one].right for r in references.values() if one in r and other in r]
        yield "{} - {}: {:+.2f} [{:+.2f}, {:+.2f}]".format(other, one, *interval(apart))
    for reference, rounds in references.items():
        yield f"{reference} | " + ", ".join(f"{name} {each.right:.2f}" for name, each in rounds.items())
    if all(each.copy for rounds in references.values() for each in rounds.values()):
        yield from _best_rounds(references)
        yield from _flags(references)
    for rater in range(len(next(iter(next(iter(references.values())).values())).answers)):
        own = [
            fmean(float(success(rounds[name].answers[rater]).mean()) for rounds in references.values()
                  if name in rounds)
            for name in names
        ]  # fmt: skip
        yield f"right by rater {rater + 1}: " + ", ".join(f"{share:.2f}" for share in own)
    answers = [each.answers for rounds in references.values() for each in rounds.values()]
    right = [np.concatenate([success(said[rater]) for said in answers]) for rater in range(len(answers[0]))]
    yield f"raters' kappa, right: {fmean(kappa(*pair) for pair in combinations(right, 2)):.2f}"
    for place, question in enumerate(QUESTIONS):
        said = [each.answers[:, :, place] for rounds in references.values() for each in rounds.values()]
        pairs = combinations(np.concatenate(said, axis=1), 2)
        yield f"raters' kappa, {question}: {fmean(kappa(one, other) for one, other in pairs):.2f}"


def _best_rounds(references: dict[str, Rounds]) -> Iterator[str]:
    """Whether the largest mean u is what raters would keep."""
    theirs, agreed, lost = [], [], []
    for reference, rounds in references.items():
        for line in lines(rounds):
            best = max(line, key=lambda name: fmean(rounds[name].useful))
            raters = range(len(rounds[best].places))
            kept = [min(line, key=lambda name: rounds[name].places[rater]) for rater in raters]
            theirs.append(fmean(name == best for name in kept))
            agreed.append(len(set(kept)) == 1)
            lost.append(max(rounds[name].right for name in line) - rounds[best].right)
            yield f"{reference}, {line[-1]}: the studio's {best}, the raters' {', '.join(kept)}"
    yield f"best round theirs: {sum(theirs):.1f} of {len(theirs)}, the raters' own {sum(agreed)}"
    last = [
        fmean(
            each == min(rounds[name].places[rater] for name in line)
            for rater, each in enumerate(rounds[line[-1]].places)
        )
        for rounds in references.values()
        for line in lines(rounds)
    ]
    yield f"naming the last round of each line: {sum(last):.1f} of {len(last)}"
    yield f"right images lost by taking the studio's: {fmean(lost):.3f}"
    ordered: dict[str, list[bool]] = defaultdict(list)
    for rounds in references.values():
        for one, other in combinations(rounds.values(), 2):
            before = [first < second for first, second in zip(one.places, other.places, strict=True)]
            ordered["studio"] += [(fmean(one.useful) > fmean(other.useful)) == each for each in before]
            ordered["raters"].append(len(set(before)) == 1)
    yield ", ".join(f"pairs in order, {who}: {fmean(each):.2f}" for who, each in ordered.items())


def _flags(references: dict[str, Rounds]) -> Iterator[str]:
    """How well p(x) says what raters call copies, where a person has not looked."""
    for seen in LOOKED_AT:
        by_reference, enough = {}, 0
        unmoved, alone, everywhere = list[float](), list[float](), list[float]()
        for reference, rounds in references.items():
            chances = np.array([chance for each in rounds.values() for chance in each.copy])
            copies = np.concatenate([each.answers[:, :, 0] for each in rounds.values()], axis=1)
            uncertain = np.argsort(np.abs(chances - 0.5), kind="stable")
            rest, reached = uncertain[seen:], []
            for rater, person in enumerate(copies):
                wrong = [
                    place for place in uncertain[:seen] if (chances[place] >= COPY_FROM) != person[place]
                ]
                shift = shift_by_marks([(chances[place], bool(person[place])) for place in wrong])
                flags = np.array([moved(chance, shift) >= COPY_FROM for chance in chances])
                reached += [kappa(flags[rest], each[rest]) for each in copies]
                unmoved += [kappa(chances[rest] >= COPY_FROM, each[rest]) for each in copies]
                for kept, found in ((chances >= COPY_FROM, alone), (flags.copy(), everywhere)):
                    kept[uncertain[:seen]] = person[uncertain[:seen]]
                    found += [kappa(kept, each) for place, each in enumerate(copies) if place != rater]
            own = fmean(kappa(one, other) for one, other in combinations(copies, 2))
            by_reference[reference] = fmean(reached)
            enough += by_reference[reference] >= ENOUGH * own
        each = ", ".join(f"{name} {value:.2f}" for name, value in by_reference.items())
        yield (
            f"copies, {seen} corrected: kappa {fmean(by_reference.values()):.2f} ({each}); "
            f"{enough} of {len(references)} reach {ENOUGH} of the raters' own; without the "
            f"shift {fmean(unmoved):.3f}; all images, the other rater: {fmean(everywhere):.3f}, without the "
            f"shift {fmean(alone):.3f}"
        )


def read_table(path: Path) -> dict[str, Rounds]:
    """The rounds of each reference in a table of labels."""
    references: dict[str, Rounds] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            raters = range(1, 1 + sum(name.startswith("copy_") for name in row))
            rounds = references.setdefault(row["reference"], {})
            places = tuple(int(row[f"place_{rater}"]) for rater in raters)
            here = rounds.setdefault(row["round"], Round(row["parent"], places))
            if row["p"]:
                here.copy.append(float(row["p"]))
                here.useful.append(float(row["u"]))
            here.said.append([[row[f"{word}_{rater}"] == "1" for word in QUESTIONS] for rater in raters])
    return references


def write_sheets(runs: Sequence[Path], out: Path, by_best_schedule: bool) -> None:
    """Measure what is not, and write a page for each round of each run."""
    (out / "pages").mkdir(parents=True, exist_ok=True)
    for run in runs:
        with Store(run / "workspace") as store:
            studio = Studio(store)
            (project,) = store.projects.all()
            with local_worker(studio, ProgressLine(studio)) as worker:
                for each in studio.measures(project.id).rounds:
                    lacks = each.drawn < each.wanted or any(one.report is None for one in each.schedules)
                    if each.id is not None and lacks:
                        worker.finish(measure(studio, each.id))
            measures = studio.measures(project.id)
            names = {name: one.arm.name for name, one in measures.reports.items() if name is not None}
            arms = [
                one.arm
                for name, full in measures.reports.items()
                if name is not None
                for one in (measures.by_schedule.get(name, ()) if by_best_schedule else (full,))
            ]
            references = [store.images.picture(each.image) for each in store.projects.references(project.id)]
            sheets = {}
            for letter, place in enumerate(generator(0, run.name).permutation(len(arms)), start=ord("A")):
                arm = arms[place]
                drawn = sorted(arm.part("held_out").items())
                cells: list[Cell] = [
                    ("", key[0], store.images.picture(one.candidate.image)) for key, one in drawn
                ]
                page_of(references, cells).save(out / "pages" / f"{run.name}-{chr(letter)}.png")
                sheets[chr(letter)] = {
                    "round": f"{arm.name}, best schedule" if by_best_schedule else arm.name,
                    "parent": names.get(arm.before or "", ""),
                    "images": [[*key, one.candidate.chance, one.utility] for key, one in drawn],
                }
        write(out / f"{run.name}.json", sheets)
    (out / "pages" / "RULES.md").write_text(RULES, encoding="utf-8")


def write_labels(out: Path) -> None:
    """Join what raters said with what the studio says."""
    counts = [json.loads(path.read_text()) for path in sorted((out / "pages").glob("count-*.json"))]
    numbers = range(1, len(counts) + 1)
    said = [f"{word}_{rater}" for rater in numbers for word in QUESTIONS]
    named = [f"place_{rater}" for rater in numbers]
    table = [["reference", "round", "parent", "prompt", "seed", "p", "u", *named, *said]]
    for path in sorted(out.glob("*.json")):
        for letter, sheet in read(path).items():
            faults = [count[f"{path.stem}-{letter}"] for count in counts]
            places = [str(count["order"][path.stem].index(letter)) for count in counts]
            for number, (prompt, seed, *known) in enumerate(sheet["images"], start=1):
                wrong = [[number in each[fault] for fault in FAULTS] for each in faults]
                answers = [
                    str(int(each))
                    for copied, unasked, unlike in wrong
                    for each in (copied, not unasked, not unlike)
                ]
                first = [path.stem, sheet["round"], sheet["parent"], prompt, str(seed)]
                table.append([*first, *map(str, known or ("", "")), *places, *answers])
    with (out / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def main() -> None:
    """Write pages or labels, or print what a table says."""
    parser = labels_parser(__doc__)
    parser.add_argument("--by-best-schedule", action="store_true")
    args = parsed(parser)
    torch.set_num_threads(1)
    if args.what == "sheets":
        write_sheets(args.given, args.out, args.by_best_schedule)
    elif args.what == "labels":
        write_labels(args.out)
    else:
        print("\n".join(report({name: r for path in args.given for name, r in read_table(path).items()})))


if __name__ == "__main__":
    main()
