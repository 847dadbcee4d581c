"""Which images teach best: second rounds that learn as many images, chosen in several ways.

    python -m benchmarks.gal_gain.equal_numbers train REFERENCES/* --out FOLDER
    python -m benchmarks.gal_gain.equal_numbers tables --out FOLDER
    gal-studio rate FOLDER/NAME/table.csv --references REFERENCES/NAME --out RATING
    python -m benchmarks.gal_gain.equal_numbers report docs/lab/2026-11/labels/equal-numbers.csv

For each folder with a project.toml, `train` trains and draws a first round, and from there a second one for
each arm, as a branch of the same project, with its settings and the same training seed. An arm accepts NUMBER
images; the number falls to 3 where one of them has not so many. `by eye` needs somebody who looks at
FOLDER/NAME/candidates-*.png, which show the first round's images in random order, and writes their numbers,
the best first, to FOLDER/NAME/by-eye.json, as a list; until then it is left out. `nothing` learns the
references alone once more, with the second round's training seed. Every arm draws the same held-out prompts
and seeds at full strength and by the first round's best schedule (Eq. G18). What FOLDER has is not made
again.
`--seed` adds to the seed of each project, which then is a reference's second trial.

`tables` lists the first image of each prompt, arm and way for a rating; `report` reads tables of its labels.
"""

import csv
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.output import read, write
from benchmarks.quality.later_rounds import BEST, FULL
from benchmarks.quality.suggestions import EQUAL, GAIN, STRONGEST, TODAY, Picture, labels_parser, parsed
from benchmarks.quality.teachers import FIRST, Bench, opened_detector
from gal_studio.commands.run import read_project_file
from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.seeds import generator
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Candidate
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.research.rating.labels import read_rows
from gal_studio.research.rating.questions import QUESTIONS, RIGHT
from gal_studio.research.rating.sheets import page_of
from gal_studio.rounds import planned
from gal_studio.state import Store
from gal_studio.studio import Studio

NUMBERS = (6, 3)
"""How many images every arm accepts: the first number that all arms have."""
PROMPTS, SEEDS = 12, 2
ON_A_PAGE = 56
RULES = (TODAY, STRONGEST, GAIN)
BY_EYE, NOTHING = "by eye", "nothing"
ARMS = (*RULES, BY_EYE, NOTHING)


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


def chosen_by(here: RoundSnapshot, home: Path, arm: str, most: int) -> list[str] | None:
    """What an arm accepts, as many as every other; None of `by eye` while nobody has chosen."""
    if arm == NOTHING:
        return []
    images = images_of(here)
    pool = list(images.values())
    fewest = min(len(EQUAL[name](pool, most)) for name in RULES)
    number = next((each for each in NUMBERS if each <= fewest), fewest)
    if arm in RULES:
        ids = {(one.prompt, one.index): name for name, one in images.items()}
        return [ids[one.prompt, one.index] for one in EQUAL[arm](pool, number)]
    by_eye = home / "by-eye.json"
    if not by_eye.exists():
        return None
    pages = shown(here)
    chosen = [pages[place - 1].id for place in json.loads(by_eye.read_text(encoding="utf-8"))][:number]
    return chosen if len(chosen) == number else None


def first_round(folder: Path, home: Path, seed: int) -> None:
    """The project of a folder with its first round, and pages of it to choose from."""
    with Store(home / "workspace") as store:
        studio = Studio(store)
        if not store.projects.all():
            draft = read_project_file(folder / "project.toml").draft
            studio.measure_when(studio.create_project(replace(draft, seed=draft.seed + seed)), "never")
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


def carry_on(home: Path, arms: Sequence[str], most: int) -> None:
    """A second round for each arm that has none: FOLDER/NAME/rounds.json says which round it is."""
    kept = home / "rounds.json"
    with Store(home / "workspace") as store:
        studio = Studio(store)
        first = store.rounds.of_project(store.projects.all()[0].id)[0].id
        rounds = read(kept) if kept.exists() else {FIRST: {"round": first, "accepted": []}}
        with local_worker(studio, ProgressLine(studio)) as worker:
            for arm in (each for each in ARMS if each in arms):
                if arm not in rounds:
                    chosen = chosen_by(store.snapshots.round(first), home, arm, most)
                    if chosen is None:
                        print(f"{home.name}: nobody has chosen by eye yet", flush=True)
                        continue
                    accept(studio, first, chosen)
                    rounds[arm] = {"round": studio.branch(first).id, "accepted": chosen}
                    write(kept, rounds)
                here = rounds[arm]["round"]
                if store.rounds.get(here).adapter is not None:
                    continue
                accept(studio, first, rounds[arm]["accepted"])  # those of the arm that an interruption left
                began, used = time.monotonic(), time.process_time()
                worker.finish_what_was_left(here)
                if store.rounds.get(here).adapter is None:
                    worker.finish(studio.fine_tune(here))
                spent = time.monotonic() - began, time.process_time() - used
                number = len(rounds[arm]["accepted"])
                print(
                    f"{home.name}, {arm}, {number} images: {spent[0]:.0f} s, {spent[1]:.0f} CPU s", flush=True
                )


def accept(studio: Studio, round_id: str, wanted: Sequence[str]) -> None:
    """Have exactly these images of a round accepted."""
    before = studio.store.snapshots.round(round_id).decided.accepted
    for names, verdict in (
        ([name for name in before if name not in wanted], "undecided"),
        ([name for name in wanted if name not in before], "accepted"),
    ):
        if names:
            studio.decide(names, verdict, "policy")


def draw_arms(home: Path) -> None:
    """Draw the held-out prompts of every arm that is trained, if they are not there."""
    (home / "pictures").mkdir(exist_ok=True)
    rounds = read(home / "rounds.json")
    with Store(home / "workspace") as store:
        bench, detector = Bench(store, home, 1.0, PROMPTS, SEEDS), None
        best = store.snapshots.round(rounds[FIRST]["round"]).best_recipe
        for arm, known in rounds.items():
            kept, here = home / f"{arm}.json", store.snapshots.round(known["round"])
            if kept.exists() or here.round.adapter is None:
                continue
            path = home / f"{arm}.safetensors"
            if not path.exists():
                Studio(store).export_adapter(here.id, path)
            detector = detector or opened_detector(bench.task)
            rows = []
            for how, recipe in ((FULL, AS_TRAINED), (BEST, best)):
                if how == FULL or recipe != AS_TRAINED:  # else the best is full strength
                    with drawing(bench.model, path, recipe=recipe) as ready:
                        drawn = bench.drawn(ready, f"{arm}-{how}", how, detector)
                    rows += [{**row, "schedule": recipe.words} for row in drawn]
            write(kept, rows)


def run(folder: Path, out: Path, arms: Sequence[str], most: int, seed: int) -> None:
    """Everything that is missing of a reference."""
    home = out / (folder.name if not seed else f"{folder.name}, seed {seed}")
    home.mkdir(parents=True, exist_ok=True)
    first_round(folder, home, seed)
    carry_on(home, arms, most)
    draw_arms(home)


def write_table(home: Path) -> None:
    """The first image of each prompt of every arm that is drawn, for `gal-studio rate`."""
    table = [["reference", "arm", "schedule", "prompt", "seed", "image"]]
    for arm in (FIRST, *ARMS):
        told = read(home / f"{arm}.json") if (home / f"{arm}.json").exists() else []
        for how in (FULL, BEST):
            drawn = [row for row in told if row["strength"] == how]
            for row in drawn[: len(drawn) // SEEDS]:
                image = f"pictures/{row['image']}"
                table.append([home.name, arm, how, row["prompt"], str(row["seed"]), image])
    with (home / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)


def report(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """The share of images that are no copy, match the prompt, are alike, and are right, by arm and way."""
    found: dict[tuple[str, str], list[list[int]]] = {}
    for row in rows:
        said = [int(row[f"{word}_1"]) for word in (*QUESTIONS, RIGHT)]
        found.setdefault((row["arm"], row["schedule"]), []).append([1 - said[0], *said[1:]])
    yield "arm | way | images | no copy, as asked, alike, right"
    for (arm, how), each in sorted(found.items()):
        yield f"{arm} | {how} | {len(each)} | {', '.join(f'{share:.2f}' for share in np.mean(each, axis=0))}"


def main() -> None:
    """Train what is missing, write pages or labels, or print what a table says."""
    parser = labels_parser(__doc__, ("train", "tables", "report"))
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=ARMS)
    parser.add_argument(
        "--number", type=int, default=NUMBERS[0], help="images that each arm accepts, at most"
    )
    parser.add_argument("--seed", type=int, default=0, help="added to the seed of each project")
    args = parsed(parser)
    torch.set_num_threads(1)
    if args.what == "train":
        for folder in args.given:
            run(folder, args.out, args.arms, args.number, args.seed)
    elif args.what == "tables":
        for kept in sorted(args.out.glob("*/rounds.json")):
            write_table(kept.parent)
    else:
        print("\n".join(report([row for path in args.given for row in read_rows(path)])))


if __name__ == "__main__":
    main()
