"""Measure how well the quality map of Eq. P4 finds wrong patches in generated pictures.

There are three references and a fourth render of the same thing in the same style. The denoiser redraws the
fourth, and a spot of another design in that style, with a similar mean colour and soft edges, is blended into
its subject. The result is the area under the ROC curve of 1 - q for the patches of the spot against the other
patches of the subject.

    python -m workshop.pocket.evaluation.patch_defects --vision assets:pocket/vision --pictures 200
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter
from sklearn.metrics import roc_auc_score

from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import foreground_patches, shrink
from gal_studio.core.patchdpo.patch_quality import quality, rescale, resize, smooth
from gal_studio.engine.patches.foreground import foreground_mask
from gal_studio.engine.patches.loading import PatchTower, load_vision
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import (
    NONE,
    TRAINED_STYLES,
    WORK,
    Plan,
    designs_by_concept,
    designs_of,
    render,
)
from workshop.pocket.train import autoencoder, denoiser, redraw
from workshop.pocket.train.clip import label
from workshop.pocket.train.decoder import load_finished
from workshop.pocket.train.latents import read_scale
from workshop.pocket.train.training import load_weights

LARGEST_AREA = 0.1
TRIES = 60
REFERENCES = 3  # of each thing, as an object's project has them
REDRAWN_FROM = 8  # of 12 steps


@dataclass(frozen=True)
class Case:
    """References, a generated picture without and with a wrong spot, and the mask of the spot in [0, 1]."""

    references: tuple[Image.Image, ...]
    spoiled: Image.Image
    spot: np.ndarray
    before: Image.Image


class Redrawer:
    """Redraws a picture: encoded, noised, and denoised with the last steps of the sampler."""

    def __init__(self, work: Path) -> None:
        self.vae = load_finished(work)
        self.unet = load_weights(denoiser.build(), denoiser.finished(work)).eval()
        self.captions = denoiser.Captions(work, np.random.default_rng(3), dropped=0)
        self.scale = read_scale(work)

    def __call__(self, picture: np.ndarray, told: np.void) -> np.ndarray:
        latents = autoencoder.encode_all(self.vae, picture[None]).float() * self.scale
        words = self.captions(np.array([told]))
        drawn = redraw.drawn_anew(self.unet, latents, words, self.captions.encode([""]), REDRAWN_FROM)
        return redraw.decoded(self.vae, drawn / self.scale)[0]


def cases(work: Path, icons: Path, count: int, seed: int) -> Iterator[Case]:
    """Trained concepts from unused seeds; every tenth is a held-out design."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    again = Redrawer(work)
    made = 0
    while made < count:
        case = _case(icons, again, rng, held_out=made % 10 == 9)
        if case is not None:
            made += 1
            yield case


def _case(icons: Path, again: Redrawer, rng: np.random.Generator, held_out: bool) -> Case | None:
    designs = designs_of(icons)
    pool = designs_by_concept(icons, held_out)
    first = int(rng.choice([i for i, found in pool.items() if found and CONCEPTS[i].in_denoiser]))
    style = int(rng.choice([NONE, *TRAINED_STYLES]))
    design = int(rng.choice(pool[first]))
    *references, second = (render(Plan((design,), style, NONE), designs, rng) for _ in range(REFERENCES + 1))
    drawn = again(second, label(first, style))
    others = designs_by_concept(icons, held_out=False)
    strange = [
        int(rng.choice(others[i])) for i in rng.permutation(len(CONCEPTS))[:6] if others[i] and i != first
    ]
    donors = [render(Plan((d,), style, NONE), designs, rng) for d in strange]
    blended = blend_in(drawn, donors, rng)
    if blended is None:
        return None
    spoiled, spot = blended
    shown = tuple(Image.fromarray(picture) for picture in references)
    return Case(shown, Image.fromarray(spoiled), spot, Image.fromarray(drawn))


def blend_in(
    picture: np.ndarray, donors: list[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Blend the spot of a donor's subject with the nearest mean colour into the subject of the picture."""
    side = picture.shape[0]
    try:
        inside = [np.asarray(foreground_mask(Image.fromarray(p))) > 127 for p in (picture, *donors)]
    except StudioError:
        return None
    radius = side * np.sqrt(rng.uniform(0.03, LARGEST_AREA * 0.8) / np.pi)
    y, x = (int(v) for v in rng.choice(np.argwhere(inside[0])))
    shape = _disc(side, x, y, radius)
    if (shape * inside[0]).sum() < 0.8 * shape.sum():
        return None
    wanted = (picture * shape[..., None]).sum((0, 1)) / shape.sum()
    best: tuple[float, np.ndarray] | None = None
    for donor, mask in zip(donors, inside[1:], strict=True):
        for dy, dx in rng.choice(np.argwhere(mask), TRIES // len(donors)):
            moved = np.roll(donor, (y - int(dy), x - int(dx)), (0, 1))
            there = np.roll(mask, (y - int(dy), x - int(dx)), (0, 1))
            if (shape * there).sum() < 0.8 * shape.sum():
                continue
            colour = (moved * shape[..., None]).sum((0, 1)) / shape.sum()
            distance = float(np.abs(colour - wanted).sum())
            if best is None or distance < best[0]:
                best = (distance, moved)
    if best is None:
        return None
    spoiled = picture * (1 - shape[..., None]) + best[1] * shape[..., None]
    return (spoiled + 0.5).astype(np.uint8), shape


def _disc(side: int, x: int, y: int, radius: float) -> np.ndarray:
    canvas = Image.new("L", (side, side))
    ImageDraw.Draw(canvas).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(canvas.filter(ImageFilter.GaussianBlur(2)), np.float64) / 255


@dataclass(frozen=True)
class Finding:
    """1 - q (h, w), the patches of the subject, the evaluated patches, and the wrong ones among them."""

    case: Case
    fault: np.ndarray
    inside: np.ndarray
    asked: np.ndarray
    wrong: np.ndarray

    @property
    def area_under_roc(self) -> float:
        return float(roc_auc_score(self.wrong[self.asked], self.fault[self.asked]))


def found_by(tower: PatchTower, case: Case) -> Finding | None:
    """Judge the patches of the subject; those that the spot covers partly are not evaluated."""
    *references, spoiled = tower.patches([*case.references, case.spoiled])
    height, width = spoiled.shape[:2]
    try:
        masks = [foreground_mask(p) for p in (*case.references, case.before)]
        *theirs, mine = (foreground_patches(np.asarray(m) / 255, height, width) for m in masks)
    except StudioError:
        return None
    covered = shrink(case.spot, height, width)
    asked = (mine & (covered < 0.1)) | (covered > 0.6)
    wrong = covered > 0.6
    if not wrong.any() or not (asked & ~wrong).any():
        return None
    judged = quality(spoiled, list(zip(references, theirs, strict=True)))
    return Finding(case, 1 - smooth(judged, mine | wrong), mine | wrong, asked, wrong)


def figures(each: list[Finding]) -> dict[str, float]:
    """The area under the ROC curve: the mean over pictures, and over all patches pooled."""
    wrong, fault = (
        np.concatenate([getattr(one, name)[one.asked] for one in each]) for name in ("wrong", "fault")
    )
    return {
        "pictures": len(each),
        "area_under_roc": float(np.mean([one.area_under_roc for one in each])),
        "area_under_roc_pooled": float(roc_auc_score(wrong, fault)),
    }


def save_sheet(tower: PatchTower, each: list[Finding], path: Path) -> None:
    """Draw the first eight and the four worst pictures: reference, before, with the spot, and the map."""
    assert tower.limits is not None
    shown = [*each[:8], *sorted(each, key=lambda one: one.area_under_roc)[:4]]
    page = Image.new("RGB", (len(shown) * 132 + 4, 4 * 132 + 4), "white")
    for column, one in enumerate(shown):
        fault = resize((1 - rescale(1 - one.fault, tower.limits)) * one.inside, 128, 128)[..., None]
        grey = np.asarray(one.case.spoiled.convert("L").convert("RGB"), np.float64)
        heat = Image.fromarray((grey * (1 - fault) + np.array([230, 60, 20]) * fault).astype(np.uint8))
        for row, picture in enumerate((one.case.references[0], one.case.before, one.case.spoiled, heat)):
            page.paste(picture, (4 + column * 132, 4 + row * 132))
    page.save(path, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vision", nargs="+", default=["clip", "assets:pocket/vision"])
    parser.add_argument("--clip", default=load_preset("pocket").clip_model)
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--sheet", type=Path, help="a picture of maps, for a tower with limits")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    found = list(cases(args.work, args.icons, args.pictures, args.seed))
    for name in args.vision:
        tower = load_vision(resolve_model(name), resolve_model(args.clip))
        each = [one for one in (found_by(tower, case) for case in found) if one is not None]
        print(name, json.dumps(figures(each)), flush=True)
        if args.sheet is not None and tower.limits is not None:
            save_sheet(tower, each, args.sheet)


if __name__ == "__main__":
    main()
