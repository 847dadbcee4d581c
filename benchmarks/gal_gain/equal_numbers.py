"""Which images teach best: second rounds that learn as many images, chosen in several ways.

    python -m benchmarks.gal_gain.equal_numbers train REFERENCES/* --out FOLDER
    python -m benchmarks.gal_gain.equal_numbers tables --out FOLDER
    gal-studio rate FOLDER/NAME/table.csv --references REFERENCES/NAME --out RATING
    python -m benchmarks.gal_gain.equal_numbers report docs/lab/2026-11/labels/equal-numbers.csv

For each folder with a project.toml, `train` trains and draws a first round, and from there a second one for
each arm, as a branch of the same project, with its settings and the same training seed. An arm accepts NUMBER
images; the number falls to 3 where one of them has not so many. `by eye` needs somebody who looks at
FOLDER/NAME/candidates-*.png, which show the first round's images in random order, and writes their numbers,
the best first, to FOLDER/NAME/by-eye.json, as a list; `vetoed by eye` needs veto.json, the numbers of those
that are no suggestions. Until then they are left out, as is an arm of a larger number than there are images.
`nothing` learns the references alone once more, with the second round's training seed. `late full strength`
learns the suggestions, each drawn again from its seed with full strength after 70 % of denoising (Eq. G13)
if that is no copy. Every arm draws the same held-out prompts and seeds at full strength, by the first round's
best schedule (Eq. G18), and by its own, for which it draws test prompts, with at most `--ladder` images each
(0: not by its own). What FOLDER has is not made again. `--seed` adds to the seed of each project, which then
is a reference's second trial.

`tables` lists the images of every arm and way for a rating; `report` reads tables of its labels.
"""

import argparse
import csv
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.output import read, write
from benchmarks.quality.later_rounds import BEST, FULL
from benchmarks.quality.suggestions import (
    EQUAL,
    GAIN,
    STRONGEST,
    TODAY,
    WEAKEST,
    Picture,
    labels_parser,
    parsed,
    suggested,
)
from benchmarks.quality.teachers import FIRST, Bench, opened_detector
from gal_studio.commands.run import read_project_file
from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import generator
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.features.benchmark.verbs import measure_when
from gal_studio.features.trials.verbs import try_prompt, use_trial
from gal_studio.research.rating.labels import read_rows
from gal_studio.research.rating.questions import QUESTIONS, RIGHT
from gal_studio.research.rating.sheets import page_of
from gal_studio.rounds import planned
from gal_studio.rounds.lineage import round_weight
from gal_studio.state import Store
from gal_studio.studio import Studio

NUMBERS = (6, 3)
"""How many images every arm accepts: the first number that all arms have."""
PROMPTS = 12
ON_A_PAGE = 56
RULES = (TODAY, STRONGEST, WEAKEST, GAIN)
BY_EYE, VETO, NOTHING = "by eye", "vetoed by eye", "nothing"
SAID = {BY_EYE: "by-eye.json", VETO: "veto.json"}
LATE_FROM = 0.7


@dataclass(frozen=True)
class Arm:
    """Which images a second round learns: none without a rule; so many if not NUMBERS; with the lambda of
    Eq. G8, if not the preset's; and whether they are drawn again with full strength in the late steps.
    """

    rule: str = ""
    number: int | None = None
    balance: float | None = None
    late: bool = False


ARMS: Mapping[str, Arm] = {
    **{name: Arm(name) for name in (*RULES, BY_EYE, VETO)},
    NOTHING: Arm(),
    "late full strength": Arm(TODAY, late=True),
    **{f"{name}, {number}": Arm(name, number) for name in (TODAY, STRONGEST) for number in (3, 9)},
    f"{TODAY}, lambda 5": Arm(TODAY, balance=5.0),
}
OWN = "own best"
WAYS = (FULL, BEST, OWN)
EITHER = "better of both"
DRAWS = 2000
Shares: TypeAlias = NDArray[np.float64]
Said: TypeAlias = dict[tuple[str, str], list[list[float]]]
"""Of a trial and prompt what each reader says: no copy, as asked, alike, right."""


def images_of(here: RoundSnapshot) -> dict[str, Picture]:
    """The candidates of a round as the rules see them, by their IDs."""
    prompts = {anchor.id: anchor.prompt for anchor in here.project.anchors}
    return {
        one.id: Picture(
            prompts[one.anchor_id],
            one.index,
            one.chance,
            1.0 if one.asked is None else one.asked,
            1.0 if one.kept is None else one.kept,
        )
        for one in here.candidates
        if not one.is_blank
    }


def shown(here: RoundSnapshot) -> list[Candidate]:
    """The candidates in the order of the pages from which somebody chooses by eye."""
    drawn = [one for one in here.candidates if not one.is_blank]
    order = generator(0, here.project.project.name).permutation(len(drawn))
    return [drawn[place] for place in order]


def chosen_by(here: RoundSnapshot, home: Path, arm: Arm, most: int) -> list[str] | None:
    """What an arm accepts, as many as every other without a number of its own.

    None where there are not so many, or while nobody has looked.
    """
    if not arm.rule:
        return []
    images = images_of(here)
    fewest = min(len(EQUAL[name](list(images.values()), most)) for name in RULES)
    number = arm.number or next((each for each in NUMBERS if each <= fewest), fewest)
    said = home / SAID.get(arm.rule, "")
    if not said.exists():
        return None
    pages = shown(here) if arm.rule in SAID else []
    seen = [pages[place - 1].id for place in json.loads(said.read_text(encoding="utf-8"))] if pages else []
    if arm.rule != BY_EYE:
        ids = {(one.prompt, one.index): name for name, one in images.items()}
        left = [one for name, one in images.items() if name not in seen]
        seen = [ids[one.prompt, one.index] for one in EQUAL.get(arm.rule, suggested)(left, number)]
    return seen[:number] if len(seen) >= number else None


def first_round(folder: Path, home: Path, seed: int) -> None:
    """The project of a folder with its first round, and pages of it to choose from."""
    with Store(home / "workspace") as store:
        studio = Studio(store)
        if not store.projects.all():
            draft = read_project_file(folder / "project.toml").draft
            measure_when(studio, studio.create_project(replace(draft, seed=draft.seed + seed)), "never")
        project = store.projects.all()[0].id
        first = store.rounds.of_project(project)[0].id
        with local_worker(studio, ProgressLine(studio)) as worker:
            worker.finish_what_was_left(first)
            if store.rounds.get(first).adapter is None:
                worker.finish(studio.fine_tune(first))
            if planned.missing(store.snapshots.round(first)) or not store.candidates.count(first):
                worker.finish(studio.generate(first))
        if (home / "candidates-1.png").exists():
            return
        here = store.snapshots.round(first)
        references = [store.images.picture(each.image) for each in store.projects.references(project)]
        prompts = {anchor.id: anchor.prompt for anchor in here.project.anchors}
        cells = [("", prompts[one.anchor_id], store.images.picture(one.image)) for one in shown(here)]
        for page, begin in enumerate(range(0, len(cells), ON_A_PAGE), start=1):
            part = cells[begin : begin + ON_A_PAGE]
            page_of(references, part, begin).save(home / f"candidates-{page}.png")


def carry_on(home: Path, arms: Sequence[str], most: int, ladder: int | None) -> None:
    """A second round for each arm that has none: FOLDER/NAME/rounds.json says which round it is."""
    kept = home / "rounds.json"
    with Store(home / "workspace") as store:
        studio = Studio(store)
        project = store.projects.all()[0].id
        first = store.rounds.of_project(project)[0].id
        if ladder:
            studio.change_settings(project, {"generation": {"candidates": ladder}})
        rounds = read(kept) if kept.exists() else {FIRST: {"round": first, "accepted": []}}
        with local_worker(studio, ProgressLine(studio)) as worker:
            for name in (each for each in ARMS if each in arms):
                if name not in rounds:
                    chosen = chosen_by(store.snapshots.round(first), home, ARMS[name], most)
                    if chosen is None:
                        print(f"{home.name}, {name}: too few images, or nobody has looked yet", flush=True)
                        continue
                    if ARMS[name].late:
                        chosen = drawn_late(studio, worker, first, chosen)
                    accept(studio, first, chosen)
                    rounds[name] = {"round": studio.branch(first).id, "accepted": chosen}
                    write(kept, rounds)
                here = rounds[name]["round"]
                trained = store.rounds.get(here).adapter is not None
                if trained and (ladder == 0 or planned.has_ended(store.snapshots.round(here))):
                    continue
                # those of the arm that an interruption left, too
                accept(studio, first, rounds[name]["accepted"], ARMS[name].balance)
                began, used = time.monotonic(), time.process_time()
                worker.finish_what_was_left(here)
                if store.rounds.get(here).adapter is None:
                    worker.finish(studio.fine_tune(here))
                if ladder != 0 and not planned.has_ended(store.snapshots.round(here)):
                    worker.finish(studio.generate(here))
                spent = time.monotonic() - began, time.process_time() - used
                number = len(rounds[name]["accepted"])
                print(
                    f"{home.name}, {name}, {number} images: {spent[0]:.0f} s, {spent[1]:.0f} CPU s",
                    flush=True,
                )


def drawn_late(studio: Studio, worker: LocalWorker, first: str, chosen: Sequence[str]) -> list[str]:
    """Each image with its seed and full strength in the late steps, or as it was where that is a copy."""
    wanted, here = {}, studio.store.snapshots.round(first)
    for one in (each for each in here.candidates if each.id in chosen and each.recipe.late < 1.0):
        recipe = Recipe(one.recipe.early, 1.0, max(LATE_FROM, one.recipe.switch))
        wanted[one.id] = try_prompt(
            studio, first, here.project.prompts[one.anchor_id], one.seed, recipe=recipe
        )
    if wanted:
        worker.finish(studio._queue(here.round, "try"))
    made = {name: use_trial(studio, trial.id) for name, trial in wanted.items()}
    copies = {tile.id for tile in studio.store.snapshots.round(first).tiles if tile.chance >= 0.5}
    kept = {name: late for name, late in made.items() if late not in copies}
    print(
        f"{len(kept)} of {len(chosen)} images are drawn again, {len(made) - len(kept)} were copies",
        flush=True,
    )
    return [kept.get(name, name) for name in chosen]


def accept(studio: Studio, round_id: str, wanted: Sequence[str], balance: float | None = None) -> None:
    """Have exactly these images of a round accepted, with the weights of another lambda if one is given."""
    here = studio.store.snapshots.round(round_id)
    before = here.decided.accepted
    for names, verdict in (
        ([name for name in before if name not in wanted], "undecided"),
        ([name for name in wanted if name not in before], "accepted"),
    ):
        if names:
            studio.decide(names, verdict, "policy")
    usual = round_weight(here) / here.gal.balance_lambda
    for name in wanted:
        studio.set_weight(name, None if balance is None else usual * balance, "policy")


def draw_arms(home: Path, prompts: int) -> None:
    """Draw the held-out prompts of every arm that is trained, if they are not there.

    What two ways draw alike is drawn once, for both.
    """
    (home / "pictures").mkdir(exist_ok=True)
    rounds = read(home / "rounds.json")
    with Store(home / "workspace") as store:
        bench, detector = Bench(store, home, 1.0, prompts), None
        best = store.snapshots.round(rounds[FIRST]["round"]).best_recipe
        for arm, known in rounds.items():
            kept, here = home / f"{arm}.json", store.snapshots.round(known["round"])
            if kept.exists() or here.round.adapter is None:
                continue
            path = home / f"{arm}.safetensors"
            if not path.exists():
                Studio(store).export_adapter(here.id, path)
            detector = detector or opened_detector(bench.task)
            rows, ways = [], dict[Recipe, list[str]]()
            own = [here.best_recipe] if planned.has_ended(here) else []
            for how, recipe in zip(WAYS, (AS_TRAINED, best, *own), strict=False):
                ways.setdefault(recipe, []).append(how)
            for recipe, names in ways.items():
                with drawing(bench.model, path, recipe=recipe) as ready:
                    drawn = bench.drawn(ready, f"{arm}-{names[0]}", ", ".join(names), detector)
                rows += [{**row, "schedule": recipe.words} for row in drawn]
            write(kept, rows)


def run(folder: Path, args: argparse.Namespace) -> None:
    """Everything that is missing of a reference."""
    home = args.out / (f"{folder.name}, seed {args.seed}" if args.seed else folder.name)
    home.mkdir(parents=True, exist_ok=True)
    first_round(folder, home, args.seed)
    carry_on(home, args.arms, args.number, args.ladder)
    draw_arms(home, args.prompts)


def write_table(home: Path) -> None:
    """The images of every arm that is drawn, for `gal-studio rate`."""
    table = [["reference", "arm", "schedule", "prompt", "seed", "image"]]
    for arm in (FIRST, *ARMS):
        for row in read(home / f"{arm}.json") if (home / f"{arm}.json").exists() else []:
            image = f"pictures/{row['image']}"
            table.append([home.name, arm, row["strength"], row["prompt"], str(row["seed"]), image])
    with (home / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def report(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Shares of images by arm and way, means over references; of what is right, how far from suggestions.

    An arm is compared over the references that have it. Intervals are 2,000 bootstrap draws of references,
    of the prompts of each, both trials' together, and of readers. `EITHER` is of full strength and the first
    round's best schedule the one that is right more often for the other prompts of the trial.
    """
    said: dict[tuple[str, str], dict[str, Said]] = {}
    for row in sorted(rows, key=lambda row: row["rater_1"]):
        copy, *rest = (int(row[f"{word}_1"]) for word in (*QUESTIONS, RIGHT))
        for how in row["schedule"].split(", "):
            of = said.setdefault((row["arm"], how), {}).setdefault(row["reference"].partition(", ")[0], {})
            of.setdefault((row["reference"], row["prompt"]), []).append([1 - copy, *rest])
    for arm in (FIRST, *ARMS):
        for name, full in said.get((arm, FULL), {}).items():
            if found := _better(full, said.get((arm, BEST), {}).get(name, {})):
                said.setdefault((arm, EITHER), {})[name] = found
    rng = generator(0, "equal numbers")
    yield f"arm, way | references | no copy, as asked, alike, right | right, minus {TODAY} | by reference"
    for (arm, how), groups in sorted(said.items(), key=lambda each: _place(*each[0])):
        usual = said.get((TODAY, how), {})
        seen, apart = [], []
        for name, one in groups.items():
            both = sorted(one.keys() & usual.get(name, {}).keys())
            if both:
                seen.append(np.array([one[key] for key in both], dtype=float))  # (prompts, readers, 4)
                apart.append(seen[-1][..., -1] - np.array([usual[name][key] for key in both])[..., -1])
        if not seen:
            continue
        low, high = np.quantile([_drawn_again(apart, rng) for _ in range(DRAWS)], (0.025, 0.975))
        far = np.mean([each.mean() for each in apart])
        told = ", ".join(
            f"{share:.2f}" for share in np.mean([each.mean(axis=(0, 1)) for each in seen], axis=0)
        )
        each = ", ".join(f"{group[..., -1].mean():.2f}" for group in seen)
        yield f"{arm}, {how} | {len(seen)} | {told} | {far:+.2f} ({low:+.2f} to {high:+.2f}) | {each}"
    yield ", ".join(dict.fromkeys(name for groups in said.values() for name in groups))


def _place(arm: str, how: str) -> tuple[int, int]:
    return [FIRST, *ARMS].index(arm), (*WAYS, EITHER).index(how)


def _better(full: Said, best: Said) -> Said:
    """What is said by the way that is right more often for a trial's other prompts; the mean if equal."""
    found: Said = {}
    for trial in {trial for trial, _ in full}:
        keys = sorted(key for key in full.keys() & best.keys() if key[0] == trial)
        if keys:
            both = np.array([[way[key] for key in keys] for way in (full, best)])  # (2, prompts, readers, 4)
            right = both[..., -1].mean(axis=2)
            others = right.sum(axis=1, keepdims=True) - right
            share = np.isclose(others, others.max(axis=0)) * 1.0
            means = np.einsum("wp,wprq->prq", share / share.sum(axis=0), both)
            found.update(zip(keys, means.tolist(), strict=True))
    return found


def _drawn_again(groups: Sequence[Shares], rng: np.random.Generator) -> float:
    """The mean over references of (prompts, readers), drawn again."""
    readers = min(group.shape[1] for group in groups)
    who = rng.integers(readers, size=readers)
    drawn = [groups[place][:, who].mean(axis=1) for place in rng.integers(len(groups), size=len(groups))]
    return float(np.mean([group[rng.integers(len(group), size=len(group))].mean() for group in drawn]))


def main() -> None:
    """Train what is missing, write pages or labels, or print what a table says."""
    parser = labels_parser(__doc__, ("train", "tables", "report"))
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=[*RULES, BY_EYE, NOTHING])
    parser.add_argument(
        "--number", type=int, default=NUMBERS[0], help="images that each arm accepts, at most"
    )
    parser.add_argument("--seed", type=int, default=0, help="added to the seed of each project")
    parser.add_argument("--ladder", type=int, help="images of a test prompt in later rounds")
    parser.add_argument("--prompts", type=int, default=PROMPTS, help="that are held out")
    args = parsed(parser)
    torch.set_num_threads(1)
    if args.what == "train":
        for folder in args.given:
            run(folder, args)
    elif args.what == "tables":
        for kept in sorted(args.out.glob("*/rounds.json")):
            write_table(kept.parent)
    else:
        print("\n".join(report([row for path in args.given for row in read_rows(path)])))


if __name__ == "__main__":
    main()
