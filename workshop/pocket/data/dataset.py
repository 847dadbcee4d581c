"""Render the training pictures: designs on plain grounds and in places, in every style.

One command per split, which skips finished shards::

    python -m workshop.pocket.data.dataset --split train --pictures 64000

Splits differ in their seeds and contents: `train` (everything except held-out designs, styles and
concept x style pairs), `judge` (like `train`, with other seeds), `pairs` (only the held-out concept x style
pairs), `unseen` (like `train`, with other seeds, to measure reconstruction), `clear` (mostly one of fewer
things, in one of four designs, in any colour where that leaves it what it is, some with a pattern, for the
last stage of the denoiser).
"""

import argparse
import hashlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from workshop.pocket.data.captions import CLEAN_WORDS, caption
from workshop.pocket.data.compose import SIZE, lively_ground, pale_ground, paste, spots, turned
from workshop.pocket.data.concepts import (
    CLEAR_PACKS,
    CLEAR_RATES,
    CLEAREST,
    CONCEPTS,
    HELD_OUT_DESIGNS,
    OTHERS,
    OWN_CLEAR_PACKS,
    RECOLOURED,
)
from workshop.pocket.data.icons import Design, fetch, load_designs
from workshop.pocket.data.patterns import PATTERNS, can_have_one, patterned, said
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES

SHARD = 4000
WORK = Path(__file__).parents[1] / "work"
SPLIT_SEEDS = {"train": 1, "judge": 2, "pairs": 3, "unseen": 4, "clear": 5}
TRAINED_STYLES = tuple(i for i, style in enumerate(STYLES) if not style.held_out)
OWN_PACKS = {"3d": "fluent-3d", "clay": "fluent-3d", "flat": "fluent-flat", "papercut": "fluent-flat"}
FIRST_STYLES = ("flat", "watercolor", "cartoon", "3d")  # thrice as often: those of the prior pictures
OFTEN_PLACES = (  # those of the object demo's test set; the last four were known to no former stage
    *("kitchen", "mountain", "space", "city_night", "stairs", "beach", "snow", "sofa"),
    *("forest", "wooden_floor", "lake", "rain"),
)
SCENES = ("beach scene", "mountain", "house", "tree")  # rarely in another place
PLACED = ("cat", "shoe", "teapot", "backpack")  # oftener: objects that users teach
NONE = -1
PALE, LIVELY = 0, 1
LABEL = np.dtype(
    [
        *(("first", "i2"), ("second", "i2"), ("style", "i2"), ("place", "i2"), ("design", "i4")),
        *(("ground", "i2"), ("pattern", "i2")),
    ]
)


@dataclass(frozen=True)
class Plan:
    """The contents of a picture as indices into the tables, or NONE."""

    designs: tuple[int, ...]
    style: int
    place: int
    ground: int = PALE
    hue: float = 0.0  # rotation of the hues of the subjects, in degrees
    pattern: int = NONE
    mirrored: bool = True  # half of the subjects are


def left_out_style(concept: int) -> int:
    """The trained style in which this concept is held out."""
    digest = hashlib.sha256(CONCEPTS[concept].name.encode()).digest()
    return TRAINED_STYLES[digest[0] % len(TRAINED_STYLES)]


@cache
def designs_of(icons: Path) -> list[Design]:
    return load_designs(icons)


@cache
def concept_index() -> dict[str, int]:
    return {concept.name: i for i, concept in enumerate(CONCEPTS)}


@cache
def designs_by_concept(icons: Path, held_out: bool) -> dict[int, list[int]]:
    """Indices of the designs of each concept; those of `HELD_OUT_DESIGNS`, or all others."""
    found: dict[int, list[int]] = {i: [] for i in range(len(CONCEPTS))}
    for number, d in enumerate(designs_of(icons)):
        if ((d.concept, d.codepoint, d.pack) in HELD_OUT_DESIGNS) == held_out:
            found[concept_index()[d.concept]].append(number)
    return found


@cache
def clear_designs(icons: Path) -> dict[int, list[int]]:
    """Indices of at most four designs of each clear thing: one drawing in few packs."""
    found: dict[int, list[int]] = {}
    for concept, numbers in designs_by_concept(icons, held_out=False).items():
        known = CONCEPTS[concept]
        code = CLEAREST.get(known.name, known.codepoints[0])
        packs, designs = OWN_CLEAR_PACKS.get(known.name, CLEAR_PACKS), designs_of(icons)
        kept = [n for n in numbers if designs[n].codepoint == code and designs[n].pack in packs]
        if known.in_denoiser and kept:
            found[concept] = kept
    return found


def clear_plan(icons: Path, rng: np.random.Generator) -> Plan:
    """Draw the contents of a clear picture: about half on a plain ground, half in a place."""
    pool, designs = clear_designs(icons), designs_of(icons)
    rates = np.array([CLEAR_RATES.get(CONCEPTS[concept].name, 0.0) for concept in pool])
    other = rates == 0
    rates = (1 - OTHERS) * rates / rates.sum() + OTHERS * other / other.sum()
    concept = int(rng.choice(list(pool), p=rates))
    name, place, style = CONCEPTS[concept].name, NONE, NONE
    if rng.random() < (0.12 if name in SCENES else 0.6 if name in PLACED else 0.52):
        place = int(rng.choice(len(PLACES), p=_place_rates()))
    if rng.random() < (0.2 if place != NONE else 0.78):
        style = int(rng.choice(TRAINED_STYLES, p=_style_rates()))
    own = [n for n in pool[concept] if designs[n].pack == OWN_PACKS.get(STYLES[style].name)]
    number = own[0] if style != NONE and own and rng.random() < 0.85 else int(rng.choice(pool[concept]))
    recoloured = name in RECOLOURED
    hue = rng.uniform(-180, 180) if recoloured and rng.random() < 0.6 else rng.normal(0, 9)
    pattern = int(rng.integers(len(PATTERNS))) if rng.random() < (0.1 if recoloured else 0.02) else NONE
    if not can_have_one(designs[number].rgba):
        pattern = NONE
    ground = LIVELY if rng.random() < 0.5 else PALE
    return Plan((number,), style, place, ground, hue, pattern, mirrored=False)


@cache
def _place_rates() -> np.ndarray:
    rates = np.array([2.5 if place.name in OFTEN_PLACES else 1.0 for place in PLACES])
    return rates / rates.sum()


@cache
def _style_rates() -> np.ndarray:
    rates = np.array([3.0 if STYLES[style].name in FIRST_STYLES else 1.0 for style in TRAINED_STYLES])
    return rates / rates.sum()


def make_plan(icons: Path, split: str, rng: np.random.Generator) -> Plan:
    """Draw the contents of a picture: 55 % plain ground, 33 % in a place, 12 % two subjects."""
    if split == "clear":
        return clear_plan(icons, rng)
    pool = designs_by_concept(icons, held_out=False)
    usable = [i for i, found in pool.items() if found]
    first = int(rng.choice(usable))
    if split == "pairs":
        return Plan((int(rng.choice(pool[first])),), left_out_style(first), NONE)
    kind = rng.random()
    chosen = [first]
    if kind > 0.88:
        chosen.append(int(rng.choice([i for i in usable if i != first])))
    place = int(rng.integers(len(PLACES))) if 0.55 < kind <= 0.88 or kind > 0.94 else NONE
    styles = [s for s in TRAINED_STYLES if all(s != left_out_style(c) for c in chosen)]
    style = NONE if rng.random() < (0.5 if place != NONE else 0.12) else int(rng.choice(styles))
    ground = LIVELY if rng.random() < (0.25 if style == NONE else 0.5) else PALE
    hue = rng.normal(0, 8) if rng.random() < 0.9 else rng.uniform(-180, 180)
    return Plan(tuple(int(rng.choice(pool[c])) for c in chosen), style, place, ground, hue)


def render(plan: Plan, designs: list[Design], rng: np.random.Generator) -> np.ndarray:
    """Render a plan; uint8 (128, 128, 3)."""
    if plan.place == NONE:
        picture = (lively_ground if plan.ground == LIVELY else pale_ground)(rng)
    else:
        picture = np.asarray(PLACES[plan.place].draw(rng).convert("RGB"), np.float32) / 255
    mask = np.zeros((SIZE, SIZE), np.float32)
    where = spots(len(plan.designs), plan.place != NONE, rng)
    for number, spot in zip(plan.designs, where, strict=True):
        design = turned(designs[number].rgba, plan.hue)
        if plan.pattern != NONE:
            design = patterned(design, plan.pattern, rng)
        layer = paste(design, spot, rng, upright=plan.place != NONE, mirrored=plan.mirrored)
        picture = layer[..., :3] + picture * (1 - layer[..., 3:])
        mask = np.maximum(mask, layer[..., 3])
    if plan.style != NONE:
        picture = STYLES[plan.style].apply(picture, mask, plan.place != NONE, rng)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def label_of(plan: Plan, designs: list[Design]) -> tuple[int, ...]:
    concepts = [concept_index()[designs[d].concept] for d in plan.designs]
    second = concepts[1] if len(concepts) > 1 else NONE
    return concepts[0], second, plan.style, plan.place, plan.designs[0], plan.ground, plan.pattern


def write_shard(icons: Path, folder: Path, split: str, shard: int, count: int) -> Path:
    """Render a shard from its own seed, unless it is finished."""
    target = folder / f"{split}-{shard:03d}.npz"
    if target.exists():
        return target
    designs = designs_of(icons)
    rng = np.random.default_rng([SPLIT_SEEDS[split], shard])
    plans = [make_plan(icons, split, rng) for _ in range(count)]
    pictures = np.stack([render(plan, designs, rng) for plan in plans])
    labels = np.array([label_of(plan, designs) for plan in plans], LABEL)
    part = target.with_suffix(".part.npz")
    np.savez(part, pictures=pictures, labels=labels)
    part.rename(target)
    return target


def load_split(folder: Path, split: str, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 (n, 128, 128, 3) and labels of all finished shards of a split."""
    shards = sorted(p for p in folder.glob(f"{split}-*.npz") if ".part" not in p.name)
    if limit is not None:
        shards = shards[: -(-limit // SHARD)]
    if not shards:
        raise SystemExit(
            f"no {split} pictures in {folder}: run python -m workshop.pocket.data.dataset --split {split}"
        )
    loaded = [np.load(path) for path in shards]
    return np.concatenate([a["pictures"] for a in loaded]), np.concatenate([a["labels"] for a in loaded])


def caption_of(label: np.void, rng: np.random.Generator, trigger_rate: float = 0.1) -> str:
    """A random caption of a picture."""
    concepts = [CONCEPTS[i] for i in (label["first"], label["second"]) if i != NONE]
    if label["pattern"] != NONE:
        concepts[0] = said(concepts[0], label["pattern"])
    style = STYLES[label["style"]] if label["style"] != NONE else None
    place, place_words = None, ()
    if label["place"] != NONE:
        place, place_words = PLACES[label["place"]].name, PLACES[label["place"]].words
    elif style is None and label["ground"] == PALE and rng.random() < 0.45:
        place, place_words = "clean", CLEAN_WORDS
    trigger = bool(rng.random() < trigger_rate)
    words = style.words if style else ()
    return caption(rng, concepts, style.name if style else None, words, place, place_words, trigger)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=SPLIT_SEEDS, default="train")
    parser.add_argument("--pictures", type=int, default=64000)
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    fetch(args.icons)
    args.work.mkdir(parents=True, exist_ok=True)
    designs_of(args.icons)
    shards = -(-args.pictures // SHARD)
    with ProcessPoolExecutor(args.processes, initializer=threadpool_limits, initargs=(1,)) as pool:
        sizes = [min(SHARD, args.pictures - s * SHARD) for s in range(shards)]
        jobs = [
            pool.submit(write_shard, args.icons, args.work, args.split, s, n) for s, n in enumerate(sizes)
        ]
        for job in jobs:
            print(job.result(), flush=True)


if __name__ == "__main__":
    main()
