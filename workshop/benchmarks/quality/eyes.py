"""Fit the constants of p(x), a(x) and c(x) (Eq. G16, G14, G17) to what raters saw, and say how they hold.

    python -m workshop.benchmarks.quality.eyes docs/lab/2026-11/labels/NAME.csv ... \
        --projects REFERENCES --out FOLDER
    python -m workshop.benchmarks.quality.eyes FOLDER ...

A table of labels has a row for each picture: `reference`, `prompt`, `arm`, and of each rater `copy_*`,
`asked_*` and `like_*`, 0 or 1. REFERENCES/NAME/project.toml are the projects of its references
(`workshop.benchmarks.quality.references`); without one a reference is left out. Pictures that FOLDER lacks
are drawn again, as the benchmark drew them that was rated: three rounds of `gal-studio run`
(`workshop.benchmarks.quality.runs_by_eye`); for a table with `strength` the arms of a trial, with `--steps`
of their training; for one with `index` a first round, whose chances are compared with those of the table.
Another machine draws others in detail.

A FOLDER has all that already: `labels.csv`, in which `picture` is a file in `pictures/`, and
`references/NAME/project.toml`. The bundled model draws the base pictures, one for each test prompt. Every
reference is judged by the constants that the others give, then by the shipped ones; those of all references
are printed at the end. Of what is alike, the share of what full strength carries counts (`arm`; else 1).
"""

import argparse
import csv
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from gal_studio.assets import load_anchors, load_presets, resolve_model
from gal_studio.commands.run import read_project_file
from gal_studio.commands.running import unattended
from gal_studio.core.copy_chance import MEASURED, OWN, expected
from gal_studio.core.gal.ladder import rung_of
from gal_studio.core.gal.scores.asked import CONSTANT, GAP, gaps
from gal_studio.core.patchdpo.carried import Look, Scale, object_distance, style_distance
from gal_studio.core.patchdpo.masks import Flags, foreground_patches
from gal_studio.core.patchdpo.shown import ReferencePatches, match
from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.references import Prompts, describe
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import Kind
from gal_studio.core.utility import KEPT_FROM, SLOPE
from gal_studio.engine.features.clip import Embedder, load_embedder
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.patches.colours import lab_colours
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask, is_ragged
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.patches.tower import VisionTower
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.state import Store
from workshop.benchmarks.output import read
from workshop.benchmarks.quality import later_rounds, refinement_noise, runs_by_eye, teachers
from workshop.benchmarks.quality.copy_detectors import BUNDLED

Floats = NDArray[np.float64]
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Counted:
    """The pictures of one reference: the clues (n, k) of each rule, and what each rater said (n,)."""

    name: str
    clues: Mapping[str, Floats]
    seen: Mapping[str, tuple[NDArray[np.bool_], ...]]

    def __len__(self) -> int:
        return len(self.clues["copy"])


@dataclass(frozen=True)
class Models:
    """The bundled vision model and CLIP."""

    tower: VisionTower
    clip: Embedder

    def looks(self, pictures: Sequence[Image.Image]) -> list[Look]:
        """What pictures look like."""
        return [
            Look(features, lab_colours(picture))
            for features, picture in zip(self.tower.patches(pictures), pictures, strict=True)
        ]


def draw_base(kind: Kind, prompts: Sequence[str], seed: int) -> list[Image.Image]:
    """What the bundled model draws for these prompts, with the preset's settings."""
    preset = load_presets()[0]
    model = load_image_model(resolve_model(preset.base_model))
    drawing = preset.settings[kind].generation
    requests = [DrawRequest(prompt, candidate_seed(seed, prompt, 0)) for prompt in prompts]
    found: list[Image.Image] = []
    for event in draw(model, requests, drawing):
        if isinstance(event, DrawnBatch):
            found.extend(event.images)
    return found


def subject(kind: Kind, picture: Image.Image, shape: tuple[int, int]) -> Flags | None:
    """The patches of a reference's subject, as the detector finds them."""
    try:
        mask = foreground_mask(picture)
    except NoForegroundError:
        return None
    if kind == "style" and is_ragged(mask):
        return None
    return foreground_patches(np.asarray(mask, dtype=np.float64) / 255, *shape)


@dataclass(frozen=True)
class References:
    """The pictures of a reference as the models see them, with their subjects; None: all of one counts."""

    kind: Kind
    looks: Sequence[Look]
    subjects: Sequence[Flags | None]

    @property
    def everything(self) -> Flags:
        """All patches of a picture."""
        return np.ones(self.looks[0].features.shape[:2], dtype=bool)

    def shown(self, look: Look) -> float:
        """What a picture shows of them (Eq. G16): of an object its surroundings, of a style its subject."""
        everything = self.everything
        return max(
            match(
                ReferencePatches(
                    own.features,
                    everything if flags is None else ~flags if self.kind == "object" else flags,
                    np.zeros(everything.shape),
                ),
                look.features,
            )
            for own, flags in zip(self.looks, self.subjects, strict=True)
        )

    def distance(self, look: Look) -> float:
        """How far a picture is from what is to be learned (Eq. G17)."""
        if self.kind == "style":
            return style_distance(look, self.looks)
        things = [
            (own, self.everything if flags is None else flags)
            for own, flags in zip(self.looks, self.subjects, strict=True)
        ]
        return object_distance(look, things)


def count(models: Models, folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> Counted:
    """Look at all pictures of a reference."""
    file = folder / "references" / name / "project.toml"
    draft = read_project_file(file).draft
    kind, given = draft.kind, draft.given
    word = draft.trigger_word
    prompts = describe(kind, [(each.prompt, each.trigger_word or word) for each in given]).prompts
    own = [_open(Path(str(each.picture))) for each in given]
    seen = models.looks(own)
    subjects = [
        subject(kind, picture, look.features.shape[:2]) for picture, look in zip(own, seen, strict=True)
    ]
    references = References(kind, seen, subjects)
    pictures = [_open(folder / "pictures" / row["picture"]) for row in rows]
    looks = models.looks(pictures)
    asked = prompts.expand(load_anchors(kind))
    drawn = draw_base(kind, asked, draft.seed)
    base, wanted = models.looks(drawn), [row["prompt"] for row in rows]
    usual = dict(zip(asked, _margins(models.clip, prompts, drawn, asked).tolist(), strict=True))
    scale = Scale(*(float(np.mean([*map(references.distance, part)])) for part in (base, seen)))
    alike = dict(zip(asked, map(references.shown, base), strict=True))
    mean, level = (float(np.mean([*each.values()])) for each in (alike, usual))
    above = [
        references.shown(look) - expected(mean, alike.get(name))
        for look, name in zip(looks, wanted, strict=True)
    ]
    likeness = np.array(above) / (1 - mean)
    margins = _margins(models.clip, prompts, pictures, wanted)
    margins = margins - OWN * np.array([usual.get(prompt, level) for prompt in wanted])
    carried = np.array([scale.carried(references.distance(look)) for look in looks])
    at_full = [each for each, row in zip(carried, rows, strict=True) if _is_full(row)]
    others = models.clip.texts([*asked, *prompts.reference_prompts])
    ahead, usually = (
        gaps(models.clip.images(shown), models.clip.texts(words), others)
        for shown, words in ((pictures, wanted), (drawn, asked))
    )
    return Counted(
        name,
        {
            "copy": np.stack([margins, likeness], axis=1),
            "asked": ahead[:, None] / usually.mean(),
            "like": carried[:, None] / (float(np.median(at_full)) if at_full else 1.0),
        },
        {rule.name: _raters(rows, rule.labels) for rule in RULES},
    )


def _is_full(row: Mapping[str, str]) -> bool:
    """Whether the first round drew a picture at full strength."""
    return row.get("arm") == runs_by_eye.FIRST or (
        row.get("arm") == teachers.FIRST and row["strength"] in ("1.0", later_rounds.FULL)
    )


def _open(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _margins(
    clip: Embedder, prompts: Prompts, pictures: Sequence[Image.Image], asked: Sequence[str]
) -> Floats:
    features = clip.images(pictures)
    own = (features * clip.texts(asked)).sum(axis=1)
    margins: Floats = own - (features @ clip.texts(prompts.reference_prompts).T).max(axis=1)
    return margins


def _raters(rows: Sequence[Mapping[str, str]], what: Sequence[str]) -> tuple[NDArray[np.bool_], ...]:
    columns = [name for name in rows[0] if name.startswith(tuple(f"{word}_" for word in what))]
    return tuple(np.array([row[name] in ("Y", "1") for row in rows]) for name in columns)


Fitted = tuple[Floats, float]  # the coefficients of a rule's clues, and its constant


@dataclass(frozen=True)
class Rule:
    """A logistic rule of one or more clues, its shipped constants, and the labels that it is for."""

    name: str
    title: str
    clues: tuple[str, ...]
    shipped: Fitted
    labels: tuple[str, ...]


RULES = (
    Rule(
        "copy",
        "p(x), Eq. G16",
        ("margin", "likeness"),
        (np.array([MEASURED.margin, MEASURED.likeness]), MEASURED.constant),
        ("copy",),
    ),
    Rule("asked", "a(x), Eq. G14", ("gap",), (np.array([GAP]), CONSTANT), ("asked",)),
    Rule("like", "c(x), Eq. G17", ("carried",), (np.array([SLOPE]), -SLOPE * KEPT_FROM), ("like", "learned")),
)


def fit(rule: str, cases: Sequence[Counted]) -> Fitted:
    """The constants of a rule, by the labels of all raters; references count alike."""
    rows = [(case, labels) for case in cases for labels in case.seen[rule]]
    clues = np.concatenate([case.clues[rule] for case, _ in rows])
    labels = np.concatenate([each for _, each in rows])
    mean, spread = clues.mean(axis=0), clues.std(axis=0)
    shares = np.concatenate([np.full(len(each), 1 / len(each) / len(case.seen[rule])) for case, each in rows])
    weights = LogisticRegression().fit((clues - mean) / spread, labels, shares * len(labels) / shares.sum())
    scaled = weights.coef_[0] / spread
    return scaled, float(weights.intercept_[0] - scaled @ mean)


def chances(rule: str, case: Counted, fitted: Fitted) -> Floats:
    """What a rule with these constants says of the pictures of a reference, (n,)."""
    found: Floats = 1 / (1 + np.exp(-(case.clues[rule] @ fitted[0] + fitted[1])))
    return found


def tables(cases: Sequence[Counted]) -> Iterator[str]:
    """A table for each rule: references by the constants that the others give, and by the shipped ones."""
    for rule in RULES:
        known = [case for case in cases if case.seen[rule.name]]
        if not known:
            continue
        yield f"{rule.title}: reference | pictures | yes | kappa | area | Brier | shipped: kappa | Brier"
        both: list[tuple[Floats, Floats, Counted]] = []
        for case in known:
            others = [other for other in known if other is not case]
            apart = chances(rule.name, case, fit(rule.name, others)) if others else np.full(len(case), np.nan)
            both.append((apart, chances(rule.name, case, rule.shipped), case))
            yield _row(rule, *both[-1])
        if len(known) > 1:
            yield from _reliability(rule, both)
        if any(labels.any() and not labels.all() for case in known for labels in case.seen[rule.name]):
            names = zip(("constant", *rule.clues), _flat(fit(rule.name, known)), strict=True)
            was = zip(("constant", *rule.clues), _flat(rule.shipped), strict=True)
            yield f"  fitted to all: {_named(names)} (shipped: {_named(was)})"


def _flat(fitted: Fitted) -> list[float]:
    return [fitted[1], *fitted[0].tolist()]


def _named(values: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values)


def _row(rule: Rule, apart: Floats, shipped: Floats, case: Counted) -> str:
    raters = case.seen[rule.name]
    cells = [
        f"  {case.name}",
        str(len(case)),
        _each(raters, lambda labels: f"{labels.sum()}"),
        _each(raters, lambda labels: _kappa(apart, labels)),
        _each(raters, lambda labels: _area(labels, shipped)),
        _each(raters, lambda labels: _brier(apart, labels)),
        _each(raters, lambda labels: _kappa(shipped, labels)),
        _each(raters, lambda labels: _brier(shipped, labels)),
    ]
    return " | ".join(cells)


def _each(raters: Sequence[NDArray[np.bool_]], figure: Callable[[NDArray[np.bool_]], str]) -> str:
    return ", ".join(map(figure, raters))


def _kappa(chance: Floats, labels: NDArray[np.bool_]) -> str:
    is_told = labels.any() and not labels.all() and not np.isnan(chance).any()
    return f"{cohen_kappa_score(chance >= 0.5, labels):.2f}" if is_told else "-"


def _brier(chance: Floats, labels: NDArray[np.bool_]) -> str:
    return "-" if np.isnan(chance).any() else f"{((chance - labels) ** 2).mean():.3f}"


def _area(labels: NDArray[np.bool_], values: Floats) -> str:
    return f"{roc_auc_score(labels, values):.2f}" if 0 < labels.sum() < len(labels) else "-"


def _reliability(rule: Rule, both: Sequence[tuple[Floats, Floats, Counted]]) -> Iterator[str]:
    labels = np.concatenate([each for *_, case in both for each in case.seen[rule.name]])
    for place, title in enumerate(("by the others' constants", "by the shipped ones")):
        chance = np.concatenate([each[place] for each in both for _ in each[2].seen[rule.name]])
        bins = []
        for low, high in pairwise(BINS):
            inside = (chance >= low) & (chance < high if high < 1 else chance <= high)
            if inside.any():
                bins.append(f"{low} to {high}: {labels[inside].mean():.2f} of {inside.sum()}")
        told = f"kappa {_kappa(chance, labels)}, Brier {_brier(chance, labels)}"
        yield f"  all {title}: {told}; yes at {'; '.join(bins)}"


Row = dict[str, str]
Run = Callable[[Path, Path, float], None]  # a reference's folder, where to draw, share of the training steps
TRIALS: Sequence[tuple[teachers.Trial, Run]] = (
    (teachers.SECOND, teachers.run),
    (refinement_noise.TRIAL, refinement_noise.run),
    (later_rounds.trial(2), partial(later_rounds.run, rounds=2)),
    (later_rounds.trial(3), partial(later_rounds.run, rounds=3)),
)


def drawn_again(table: Path, projects: Path, out: Path, steps: float) -> Path:
    """A folder with the pictures of a table of labels, which are drawn where they are missing."""
    rows, home = _read(table), out / table.stem
    (home / "references").mkdir(parents=True, exist_ok=True)
    (home / "pictures").mkdir(exist_ok=True)
    names = [*dict.fromkeys(row["reference"] for row in rows)]
    for name in names:
        if not (projects / name).exists():
            print(f"{name} is left out: {projects} has no project of that name")
        elif not (home / "references" / name).exists():
            shutil.copytree(projects / name, home / "references" / name)
    names = [name for name in names if (projects / name).exists()]
    rows = [row for row in rows if row["reference"] in names]
    if not rows:
        raise SystemExit(
            f"No reference of {table} is in {projects}: give the folder that has their projects."
        )
    if "index" in rows[0]:
        rows = _first_rounds_again(rows, names, projects, home)
    elif "strength" in rows[0]:
        rows = _trial_again(rows, names, projects, home, steps)
    else:
        rows = _run_again(rows, names, projects, home)
    with (home / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        written = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        written.writeheader()
        written.writerows(rows)
    return home


def _trial_again(
    rows: Sequence[Row], names: Sequence[str], projects: Path, home: Path, steps: float
) -> list[Row]:
    """The arms of the trial that has those of the table."""
    arms = {row["arm"] for row in rows}
    trial, run = next((trial, run) for trial, run in TRIALS if arms <= {*trial.arms})
    keys, known = ("arm", "strength", "prompt"), {}
    for name in names:
        run(projects / name, home / "runs", steps)
        for row in trial.told(home / "runs" / name):
            known[name, *(str(row[key]) for key in keys)] = f"../runs/{name}/pictures/{row['image']}"
    return [{**row, "picture": known[row["reference"], *(row[key] for key in keys)]} for row in rows]


def _first_rounds_again(rows: Sequence[Row], names: Sequence[str], projects: Path, home: Path) -> list[Row]:
    """All candidates of first rounds; says how far their chances are from those of the table."""
    found: list[Row] = []
    for name in names:
        workspace = home / "runs" / name / "workspace"
        teachers.first_round(projects / name, workspace)
        own = [row for row in rows if row["reference"] == name]
        with Store(workspace) as store:
            here = store.snapshots.round(store.rounds.of_project(store.projects.all()[0].id)[0].id)
            prompts = {anchor.id: anchor.prompt for anchor in here.project.anchors}
            drawn = {(prompts[one.anchor_id], one.index): one for one in here.candidates}
            there = [row for row in own if (row["prompt"], int(row["index"])) in drawn]
            apart = []
            for number, row in enumerate(there):
                one = drawn[row["prompt"], int(row["index"])]
                apart.append(
                    max(abs(float(row["p"]) - one.chance), abs(float(row["a"]) - (one.asked or 0.0)))
                )
                picture = f"{name}-{number}.png"
                store.images.picture(one.image).save(home / "pictures" / picture)
                arm = runs_by_eye.FIRST if rung_of(one.index) == AS_TRAINED else ""
                found.append({**row, "arm": arm, "picture": picture})
        same = sum(each < 1e-6 for each in apart)
        largest = f"the largest difference is {max(apart):.6f}" if apart else "none is as it was"
        print(f"{name}: {len(there)} of {len(own)} images drawn again, {same} with equal p and a; {largest}")
    return found


def _run_again(rows: Sequence[Row], names: Sequence[str], projects: Path, home: Path) -> list[Row]:
    """The pages of `runs_by_eye`; a page that shows other cells than those that were rated is left out."""
    for name in names:
        if not (home / "runs" / name / "summary.json").exists():
            file = read_project_file(projects / name / "project.toml")
            policy = unattended.own_policy(file.draft)
            run = home / "runs" / name
            unattended.carry_out(unattended.RunPlan(file.draft, 3, policy, run, run / "workspace"))
    rated = [arm for arm in runs_by_eye.ARMS if any(row["arm"].startswith(arm) for row in rows)]
    runs_by_eye.write_sheets([home / "runs" / name for name in names], home, rated)
    shown: dict[str, list[str]] = read(home / "key.json")
    asked: dict[str, list[str]] = read(home / "prompts.json")
    found = []
    for name in names:
        own = [row for row in rows if row["reference"] == name]
        if [(row["arm"], row["prompt"]) for row in sorted(own, key=lambda row: int(row["picture"]))] == [
            *zip(shown[name], asked[name], strict=True)
        ]:
            found += [{**row, "picture": runs_by_eye.picture_name(name, int(row["picture"]))} for row in own]
        else:
            print(f"{name} is left out: what was suggested differs here, so that its labels name no picture")
    if not found:
        raise SystemExit("No page is as it was rated: give a FOLDER with the pictures that were.")
    return found


def _read(table: Path) -> list[Row]:
    with table.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Draw what is missing, look at it, fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("given", nargs="+", type=Path, metavar="LABELS.csv or FOLDER")
    parser.add_argument("--projects", type=Path, help="folder of projects, by reference")
    parser.add_argument("--out", type=Path, help="folder for what is drawn")
    parser.add_argument("--steps", type=float, default=1.0, help="share of the arms' training steps")
    args = parser.parse_args()
    if any(one.suffix == ".csv" for one in args.given) and not (args.projects and args.out):
        parser.error("give --projects and --out, to draw the pictures of a table again")
    torch.set_num_threads(1)
    models = Models(load_vision(*map(resolve_model, BUNDLED)), load_embedder(resolve_model(BUNDLED[1])))
    cases = []
    for one in args.given:
        is_table = one.suffix == ".csv"
        folder = drawn_again(one, args.projects, args.out, args.steps) if is_table else one
        rows = _read(folder / "labels.csv")
        for name in dict.fromkeys(row["reference"] for row in rows):
            cases.append(count(models, folder, name, [row for row in rows if row["reference"] == name]))
    print("\n".join(tables(cases)))


if __name__ == "__main__":
    main()
