"""How well the studio's own mask finds what stands in a busy place: the overlap with what was drawn there.

    python -m workshop.benchmarks.quality.masks --pictures 150

One thing, then two of the same kind, in a random place each, all drawn by the bundled model's own art. The
overlap is intersection over union, 0 where no mask is found.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask
from workshop.pocket.data.compose import paste, spots, turned
from workshop.pocket.data.dataset import WORK, clear_designs, designs_of
from workshop.pocket.data.icons import fetch
from workshop.pocket.scenes.places import PLACES

SEED = 77
HUES = 9.0  # degrees: deviation of a thing's hues


def scene(icons: Path, seed: int, things: int) -> tuple[Image.Image, np.ndarray]:
    """A place with things of one kind, and where they are, bool (128, 128)."""
    rng, pool, designs = np.random.default_rng([SEED, seed]), clear_designs(icons), designs_of(icons)
    kind = int(rng.choice([concept for concept in pool if pool[concept]]))
    place = PLACES[int(rng.choice(len(PLACES)))]
    picture = np.asarray(place.draw(rng).convert("RGB"), np.float32) / 255
    inside = np.zeros(picture.shape[:2], np.float32)
    for spot in spots(things, True, rng):
        design = turned(designs[int(rng.choice(pool[kind]))].rgba, rng.normal(0, HUES))
        layer = paste(design, spot, rng, upright=True, mirrored=False)
        picture = layer[..., :3] + picture * (1 - layer[..., 3:])
        inside = np.maximum(inside, layer[..., 3])
    return Image.fromarray((picture * 255 + 0.5).astype(np.uint8)), inside > 0.5


def overlap(image: Image.Image, inside: np.ndarray) -> float:
    """Intersection over union of the studio's mask and what was drawn."""
    try:
        found = np.asarray(foreground_mask(image)) > 127
    except NoForegroundError:
        return 0.0
    return float((found & inside).sum() / (found | inside).sum())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--icons", type=Path, default=WORK / "icons")
    parser.add_argument("--pictures", type=int, default=150, help="scenes of each number of things")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    fetch(args.icons)
    for things in (1, 2):
        found = [overlap(*scene(args.icons, seed + 1000 * things, things)) for seed in range(args.pictures)]
        print(f"{things}: mean {np.mean(found):.3f}, above one half {np.mean(np.array(found) > 0.5):.2f}")


if __name__ == "__main__":
    main()
