"""Draw designs that no training saw with the image adapter, at three strengths, and measure them.

    python -m workshop.pocket.evaluation.adapter FOLDER --sheet adapter.png [--than ANOTHER]

Each row of the sheet is a design: the reference, then pictures of two prompts without the adapter, at half
strength and at full strength. Likeness is that of the judge's ImageNet network to the reference, and to
another design of the same concept beside it (`IndependentTower`); the shipped CLIP names the place of the
prompt among all places, and the concept among all 92.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gal_studio.assets import load_preset, resolve_model
from gal_studio.core.seeds import candidate_seed
from gal_studio.engine.features.clip import load_embedder
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.reference_adapter import attached, encode_references, load_adapter
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from workshop.benchmarks.quality.refinement_gain import interval
from workshop.pocket.data.compose import paste
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import WORK, designs_of
from workshop.pocket.data.icons import Design
from workshop.pocket.data.views import Subject, held_out
from workshop.pocket.evaluation.independent import IndependentTower
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.train.judge import Judge, pretrained_body

STRENGTHS = (0.0, 0.5, 1.0)
ASKED = ("beach", "snow", "kitchen", "forest")  # two of them for each design
VISION = "assets:pocket/vision"


@dataclass(frozen=True)
class Case:
    """A reference with its foreground, another design of the thing, and prompts for places."""

    subject: Subject
    reference: tuple[Image.Image, Image.Image]
    other: tuple[Image.Image, Image.Image] | None
    places: tuple[int, ...]

    @property
    def prompts(self) -> list[str]:
        article, noun = self.subject.concept.phrase.split(" ", 1)
        subject = f"a sks {noun}" if article in ("a", "an") else f"sks {self.subject.concept.phrase}"
        return [f"{subject} {PLACES[place].words[0]}" for place in self.places]


def shown(design: Design, seed: int) -> tuple[Image.Image, Image.Image]:
    """The design on white, and its mask."""
    layer = paste(design.rgba, (92.0, (64.0, 64.0)), np.random.default_rng(seed), upright=True)
    picture = layer[..., :3] + 1 - layer[..., 3:]
    parts = (np.clip(part * 255, 0, 255).astype(np.uint8) for part in (picture, layer[..., 3]))
    first, mask = parts
    return Image.fromarray(first), Image.fromarray(mask)


def cases(icons: Path) -> Iterator[Case]:
    names = [place.name for place in PLACES]
    usable = [names.index(name) for name in ASKED if name in names]
    for number, subject in enumerate(held_out(icons)):
        same = [each for each in designs_of(icons) if each.concept == subject.concept.name]
        others = [each for each in same if each is not subject.design]
        other = shown(others[-1], number) if others else None
        places = usable[number % len(usable)], usable[(number + 1) % len(usable)]
        yield Case(subject, shown(subject.design, number), other, places)


def drawn(model: ImageModel, folder: str, case: Case, strength: float, seeds: int) -> list[Image.Image]:
    settings = load_preset("pocket").settings["object"].generation
    requests = [DrawRequest(p, candidate_seed(0, p, k)) for p in case.prompts for k in range(seeds)]
    pictures: list[Image.Image] = []
    adapter = load_adapter(f"{folder} with {resolve_model(VISION)}", model, open_tower=TowerEncoder)
    with drawing(model) as ready, attached(ready, adapter, strength):
        given = encode_references(ready, adapter, [case.reference[0]])
        for event in draw(ready, requests, replace(settings, batch_size=6), given):
            if isinstance(event, DrawnBatch):
                pictures.extend(event.images)
    return pictures


class Named:
    """The places and concepts that the shipped CLIP names."""

    def __init__(self) -> None:
        self.clip = load_embedder(resolve_model(load_preset("pocket").clip_model))
        self.places = self.clip.texts([f"a picture {place.words[0]}" for place in PLACES])
        self.concepts = self.clip.texts([f"a picture of {concept.phrase}" for concept in CONCEPTS])

    def __call__(self, pictures: Sequence[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
        seen = self.clip.images(pictures)
        return (seen @ self.places.T).argmax(1), (seen @ self.concepts.T).argmax(1)


FIGURES = ("likeness", "likeness to another design", "place", "concept")
Figures = dict[float, list[list[float]]]  # by strength: the means of each design


def measured(
    model: ImageModel, folder: str, found: Sequence[Case], seeds: int, sheet: Path | None
) -> Figures:
    """The figures of each design, and the sheet."""
    judge, named, rows = IndependentTower(Judge(pretrained_body())), Named(), []
    figures: Figures = {strength: [] for strength in STRENGTHS}
    for case in found:
        row = [case.reference[0]]
        for strength in STRENGTHS:
            pictures = drawn(model, folder, case, strength, seeds)
            row += pictures[::seeds]
            likeness = judge.subject_likeness(pictures, [case.reference])
            other = judge.subject_likeness(pictures, [case.other]) if case.other else [np.nan]
            places, concepts = named(pictures)
            right = [CONCEPTS[concept].name == case.subject.concept.name for concept in concepts]
            place = places == np.repeat(case.places, seeds)
            figures[strength].append([float(np.mean(each)) for each in (likeness, other, place, right)])
        rows.append(np.concatenate([np.asarray(each.convert("RGB").resize((128, 128))) for each in row], 1))
        if sheet is not None:
            Image.fromarray(np.concatenate(rows)).save(sheet)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", help="the adapter's")
    parser.add_argument("--than", help="another adapter's, to compare with: differences paired by design")
    parser.add_argument("--sheet", type=Path, default=Path("adapter.png"))
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--designs", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    model = load_image_model(resolve_model(load_preset("pocket").base_model))
    found = list(cases(args.icons))[: args.designs]
    figures = measured(model, args.folder, found, args.seeds, args.sheet)
    before = measured(model, args.than, found, args.seeds, None) if args.than else {}
    for strength in STRENGTHS:
        means = np.nanmean(np.array(figures[strength]), 0)
        told = {name: round(float(mean), 3) for name, mean in zip(FIGURES, means, strict=True)}
        print(strength, json.dumps(told), flush=True)
        if before and strength > 0:
            for number, name in enumerate(FIGURES):
                change = np.array(figures[strength])[:, number] - np.array(before[strength])[:, number]
                mean, low, high = interval([float(each) for each in change if not np.isnan(each)])
                print(f"  {name} {mean:+.4f} [{low:+.4f}, {high:+.4f}] of {len(found)} designs", flush=True)


if __name__ == "__main__":
    main()
