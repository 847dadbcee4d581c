"""Pictures of clear things in styles by the hundred (`workshop.pocket.scenes.recipes`), shard by shard.

    python -m workshop.pocket.data.recipe_pictures --shards 8
    python -m workshop.pocket.data.recipe_pictures --sheet recipes.png [--kinds held-out]

A third stand in places, an eighth of the others are two things. Shards `recipes-007.npz` have recipes that
are learned from; `recipes-held.npz` those of held-out kinds, and `recipes-new.npz` further recipes of the
kinds that are learned. Both are measured on alone. Finished shards are skipped.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from workshop.pocket.data.captions import CLEAN_WORDS, caption, unknown_style
from workshop.pocket.data.compose import lively_ground, pale_ground, paste, spots, turned
from workshop.pocket.data.concepts import CLEAR_RATES, CONCEPTS, OTHERS, RECOLOURED
from workshop.pocket.data.dataset import NONE, OFTEN_PLACES, SCENES, SHARD, WORK, clear_designs, designs_of
from workshop.pocket.data.icons import fetch
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.recipes import HELD_OUT, HELD_OUT_FROM, TRAINED, Recipe

RECIPES = 6000
SPLIT = "recipes"
MEASURED = 600  # pictures of each kind that is measured on
HELD, NEW = "held", "new"
PLACED, TWO = 0.35, 0.12
NAMED, MADE_UP = 0.5, 0.25  # shares of captions with the style's words, and with words that do not exist
LABEL = np.dtype([("first", "i2"), ("second", "i2"), ("place", "i2"), ("recipe", "i4"), ("plain", "?")])


def write_shard(icons: Path, folder: Path, shard: int | str, count: int = SHARD) -> Path:
    """Draw the pictures of a shard from its own seed, unless it is finished."""
    target = folder / f"{SPLIT}-{shard if isinstance(shard, str) else f'{shard:03d}'}.npz"
    if target.exists():
        return target
    if isinstance(shard, str):
        rng, first = (
            np.random.default_rng([7, [HELD, NEW].index(shard)]),
            {HELD: HELD_OUT_FROM, NEW: RECIPES}[shard],
        )
        numbers = [first + i % (count // 5) for i in range(count)]
    else:
        rng = np.random.default_rng([6, shard])
        numbers = [int(n) for n in rng.integers(RECIPES, size=count)]
    drawn = [draw(icons, Recipe(number), rng) for number in numbers]
    part = target.with_suffix(".part.npz")
    np.savez(
        part,
        pictures=np.stack([each[0] for each in drawn]),
        labels=np.array([each[1] for each in drawn], LABEL),
    )
    part.rename(target)
    return target


def draw(icons: Path, recipe: Recipe, rng: np.random.Generator) -> tuple[np.ndarray, tuple]:
    """A picture of a recipe, uint8 (128, 128, 3), and its label."""
    pool, designs = clear_designs(icons), designs_of(icons)
    concepts, rates = _rates(pool)
    chosen = [int(rng.choice(concepts, p=rates))]
    if CONCEPTS[chosen[0]].name not in SCENES and rng.random() < TWO:
        chosen.append(int(rng.choice(concepts, p=rates)))
    is_placed = rng.random() < (0.1 if CONCEPTS[chosen[0]].name in SCENES else PLACED)
    place = int(rng.choice(len(PLACES), p=_place_rates())) if is_placed else NONE
    plain = not is_placed and rng.random() < 0.5
    if is_placed:
        picture = np.asarray(PLACES[place].draw(rng).convert("RGB"), np.float32) / 255
    else:
        picture = (pale_ground if plain else lively_ground)(rng)
    mask = np.zeros(picture.shape[:2], np.float32)
    for concept, spot in zip(chosen, spots(len(chosen), is_placed, rng), strict=True):
        recoloured = CONCEPTS[concept].name in RECOLOURED and rng.random() < 0.4
        hue = rng.uniform(-180, 180) if recoloured else rng.normal(0, 9)
        design = turned(designs[int(rng.choice(pool[concept]))].rgba, hue)
        layer = paste(design, spot, rng, upright=is_placed, mirrored=False)
        picture = layer[..., :3] + picture * (1 - layer[..., 3:])
        mask = np.maximum(mask, layer[..., 3])
    made = recipe.apply(picture, mask, is_placed, rng)
    second = chosen[1] if len(chosen) > 1 else NONE
    return (made * 255 + 0.5).astype(np.uint8), (chosen[0], second, place, recipe.number, plain)


def _rates(pool: dict[int, list[int]]) -> tuple[list[int], np.ndarray]:
    rates = np.array([CLEAR_RATES.get(CONCEPTS[concept].name, 0.0) for concept in pool])
    other = rates == 0
    return list(pool), (1 - OTHERS) * rates / rates.sum() + OTHERS * other / other.sum()


def _place_rates() -> np.ndarray:
    rates = np.array([2.5 if place.name in OFTEN_PLACES else 1.0 for place in PLACES])
    return rates / rates.sum()


def caption_of(label: np.void, rng: np.random.Generator, named: float = NAMED) -> str:
    """A random caption: with the style's words (a share `named`), a style that does not exist, or none."""
    concepts = [CONCEPTS[i] for i in (label["first"], label["second"]) if i != NONE]
    kind, words = rng.random(), Recipe(int(label["recipe"])).words
    style = words[0] if kind < named else unknown_style(rng) if kind < named + MADE_UP else None
    said = words if kind < named else (style,) if style else ()
    place, where = None, ()
    if label["place"] != NONE:
        place, where = PLACES[label["place"]].name, PLACES[label["place"]].words
    elif style is None and label["plain"] and rng.random() < 0.3:
        place, where = "clean", CLEAN_WORDS
    return caption(rng, concepts, style, said, place, where, trigger=bool(rng.random() < 0.08))


def sheet(icons: Path, recipes: Sequence[Recipe], columns: int = 8) -> Image.Image:
    """A row of pictures for each recipe."""
    rows = []
    for recipe in recipes:
        rng = np.random.default_rng([8, recipe.number])
        rows.append(np.concatenate([draw(icons, recipe, rng)[0] for _ in range(columns)], 1))
    return Image.fromarray(np.concatenate(rows))


def shown(held_out: bool, each: int = 2) -> list[Recipe]:
    """`each` recipes of every kind."""
    first, kinds = (HELD_OUT_FROM, HELD_OUT) if held_out else (0, TRAINED)
    found: list[Recipe] = []
    for kind in kinds:
        of_kind = (Recipe(number) for number in range(first, first + RECIPES))
        found += [
            recipe for recipe, _ in zip((r for r in of_kind if r.kind is kind), range(each), strict=False)
        ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--sheet", type=Path, default=None, help="write a sheet of recipes instead")
    parser.add_argument("--kinds", choices=("trained", "held-out"), default="trained", help="of the sheet")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    fetch(args.icons)
    if args.sheet is not None:
        sheet(args.icons, shown(args.kinds == "held-out")).save(args.sheet)
        return
    args.work.mkdir(parents=True, exist_ok=True)
    for split in (HELD, NEW):
        print(write_shard(args.icons, args.work, split, MEASURED), flush=True)
    for shard in range(args.shards):
        print(write_shard(args.icons, args.work, shard), flush=True)


if __name__ == "__main__":
    main()
