"""Compare the chance of a copy (Eq. G16) and what pictures carry (Eq. G17) with what raters saw; fit Eq. G16.

    python -m benchmarks.quality.eyes FOLDER ...

A FOLDER has `labels.csv`, `pictures/`, and a project file with its pictures in `references/NAME/project.toml`
for each reference. A row of `labels.csv` is a picture: `reference` (NAME), `picture` (a file in `pictures/`),
`prompt`, and `copy_1`, `copy_2`, ..., `learned_1`, `learned_2`, ...: what each rater saw, Y or N. `flagged`
(0 or 1) is an older flag to compare with; it may be left out.

The bundled model draws the base pictures, one for each test prompt. Every reference is judged by the
coefficients that the others give; those of all references are printed at the end.
"""

import argparse
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from benchmarks.quality.copy_detectors import BUNDLED, agreement
from gal_studio.assets import load_anchors, load_presets, resolve_model
from gal_studio.commands.run import read_project_file
from gal_studio.core.copy_chance import OWN, expected
from gal_studio.core.patchdpo.carried import Look, Scale, object_distance, style_distance
from gal_studio.core.patchdpo.masks import Flags, foreground_patches
from gal_studio.core.patchdpo.shown import ReferencePatches, match
from gal_studio.core.references import Prompts, describe
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import Kind
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.features.embedder import Embedder
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.patches.colours import lab_colours
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask, is_ragged
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.patches.tower import VisionTower
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw

Floats = NDArray[np.float64]
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


@dataclass(frozen=True)
class Counted:
    """The pictures of one reference: clues of Eq. G16 (n, 2), Eq. G17 (n,), and what each rater saw."""

    name: str
    clues: Floats
    carried: Floats
    copies: tuple[NDArray[np.bool_], ...]
    learned: tuple[NDArray[np.bool_], ...]
    flagged: NDArray[np.bool_] | None


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
    return Counted(
        name,
        np.stack([margins, likeness], axis=1),
        np.array([scale.carried(references.distance(look)) for look in looks]),
        _raters(rows, "copy"),
        _raters(rows, "learned"),
        np.array([row["flagged"] == "1" for row in rows]) if "flagged" in rows[0] else None,
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


def _raters(rows: Sequence[Mapping[str, str]], what: str) -> tuple[NDArray[np.bool_], ...]:
    columns = [name for name in rows[0] if name.startswith(f"{what}_")]
    return tuple(np.array([row[name] == "Y" for row in rows]) for name in columns)


def fit(cases: Sequence[Counted]) -> tuple[Floats, float]:
    """The coefficients of Eq. G16 and its constant, by the first rater's labels; references count alike."""
    clues = np.concatenate([case.clues for case in cases])
    copies = np.concatenate([case.copies[0] for case in cases])
    mean, spread = clues.mean(axis=0), clues.std(axis=0)
    shares = np.concatenate([np.full(len(case.clues), 1 / len(case.clues)) for case in cases])
    weights = LogisticRegression().fit((clues - mean) / spread, copies, shares * len(copies) / len(cases))
    scaled = weights.coef_[0] / spread
    return scaled, float(weights.intercept_[0] - scaled @ mean)


def chances(case: Counted, fitted: tuple[Floats, float]) -> Floats:
    """Eq. G16 of the pictures of a reference, (n,)."""
    found: Floats = 1 / (1 + np.exp(-(case.clues @ fitted[0] + fitted[1])))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    models = Models(load_vision(*map(resolve_model, BUNDLED)), load_embedder(resolve_model(BUNDLED[1])))
    cases = []
    for folder in parser.parse_args().folders:
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for name in dict.fromkeys(row["reference"] for row in rows):
            cases.append(count(models, folder, name, [row for row in rows if row["reference"] == name]))
    if len(cases) < 2:
        raise SystemExit("One reference cannot be judged by the others: give at least two.")
    told = [chances(case, fit([other for other in cases if other is not case])) for case in cases]
    print("reference | copies | kappa | before | area | recall | precision | Brier | area of carries")
    for case, chance in zip(cases, told, strict=True):
        print(_row(case, chance))
    _print_reliability(cases, told)
    weights, constant = fit(cases)
    print(f"of all: constant {constant:.2f}, margin {weights[0]:.2f}, likeness {weights[1]:.2f}")


def _row(case: Counted, chance: Floats) -> str:
    flags, first = chance >= 0.5, case.copies[0]
    found = agreement(flags, first)
    before = case.flagged
    cells = [
        case.name,
        ", ".join(str(each.sum()) for each in case.copies),
        ", ".join(_kappa(flags, each) for each in case.copies),
        "-" if before is None else ", ".join(_kappa(before, each) for each in case.copies),
        _area(first, chance),
        f"{found.recall:.2f}",
        f"{found.precision:.2f}",
        f"{((chance - first) ** 2).mean():.3f}",
        ", ".join(_area(each, case.carried) for each in case.learned),
    ]
    return " | ".join(cells)


def _kappa(flags: NDArray[np.bool_], labels: NDArray[np.bool_]) -> str:
    return f"{cohen_kappa_score(flags, labels):.2f}" if labels.any() else "-"


def _area(labels: NDArray[np.bool_], values: Floats) -> str:
    return f"{roc_auc_score(labels, values):.2f}" if 0 < labels.sum() < len(labels) else "-"


def _print_reliability(cases: Sequence[Counted], told: Sequence[Floats]) -> None:
    chance, copies = np.concatenate(told), np.concatenate([case.copies[0] for case in cases])
    flags = chance >= 0.5
    print(
        f"all: kappa {_kappa(flags, copies)}, Brier {((chance - copies) ** 2).mean():.3f}, "
        f"recall {flags[copies].mean():.2f}, precision {copies[flags].mean():.2f}"
    )
    if all(case.flagged is not None for case in cases):
        before = np.concatenate([case.flagged for case in cases if case.flagged is not None])
        print(
            f"before: kappa {_kappa(before, copies)}, Brier {(before != copies).mean():.3f}, "
            f"recall {before[copies].mean():.2f}, precision {copies[before].mean():.2f}"
        )
    for low, high in pairwise(BINS):
        inside = (chance >= low) & (chance < high if high < 1 else chance <= high)
        if inside.any():
            print(f"p from {low} to {high}: {inside.sum()} pictures, {copies[inside].mean():.2f} copies")


if __name__ == "__main__":
    main()
