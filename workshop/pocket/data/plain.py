"""Draw unlabelled pictures for the autoencoder: icons of any kind on any ground, and made-up drawings.

One command, which skips finished shards::

    python -m workshop.pocket.data.plain --pictures 24000
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from workshop.pocket.data.art import fetch, write_bank
from workshop.pocket.data.compose import FULL, SIZE, pose, premultiplied, turned, warped
from workshop.pocket.data.dataset import WORK
from workshop.pocket.scenes.bold_art import draw_bold, ground, line_colour
from workshop.pocket.scenes.places import PLACES, draw_place

SHARD = 4000
MADE_UP = 0.25  # share of drawings without icons
IN_PLACES = 0.35  # of those with icons
SEED = 11

Rng = np.random.Generator


def placed(icon: np.ndarray, rng: Rng, span: tuple[float, float]) -> np.ndarray:
    """Place an icon anywhere in any pose; premultiplied float32 (256, 256, 4) in [0, 1]."""
    layer = premultiplied(turned(icon, rng.uniform(0, 360)) if rng.random() < 0.35 else icon)
    side = rng.uniform(*span) * FULL
    room = max((FULL - side) / 2, 0.06 * FULL)
    x, y = FULL / 2 + rng.uniform(-1, 1, 2) * room
    return warped(layer, side, (x, y), pose(rng, 0.12 if rng.random() < 0.85 else 2.0))


def outlined(layer: np.ndarray, rng: Rng) -> np.ndarray:
    """Draw an even line around a layer and, mostly, along its inner edges."""
    line = np.array(line_colour(rng), np.float32) / 255
    width = int(rng.integers(2, 11))
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    alpha = layer[..., 3]
    around = np.clip(cv2.dilate(alpha, pen) - 0.98 * cv2.erode(alpha, pen), 0, 1)
    if rng.random() < 0.7:
        grey = (layer[..., :3] * 255).astype(np.uint8)
        inner = cv2.Canny(cv2.GaussianBlur(grey, (0, 0), 1.5), 40, 110)
        thin = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(2, width * 2 // 3),) * 2)
        around = np.maximum(around, cv2.dilate(inner, thin).astype(np.float32) / 255)
    around = cv2.GaussianBlur(around, (0, 0), 0.8)[..., None]
    paint = np.concatenate([np.broadcast_to(line, (*alpha.shape, 3)), np.ones_like(around)], 2)
    return layer * (1 - around) + paint * around


def scene(rng: Rng) -> np.ndarray:
    """A random place without a subject, uint8 (256, 256, 3)."""
    place = PLACES[int(rng.integers(len(PLACES)))]
    return np.asarray(draw_place(place.name, rng, 2 * FULL).convert("RGB").reduce(2))


def draw_icons(bank: np.ndarray, rng: Rng) -> np.ndarray:
    """One to five icons on a ground, uint8 (128, 128, 3)."""
    in_place = rng.random() < IN_PLACES
    picture = (scene(rng) if in_place else ground(rng, FULL)).astype(np.float32) / 255
    count = 1 if rng.random() < 0.6 else int(rng.integers(2, 6))
    span = (0.35, 1.05) if count == 1 else (0.15, 0.6)
    lined = rng.random() < 0.4
    for number in rng.integers(len(bank), size=count):
        layer = placed(bank[number], rng, span)
        if lined:
            layer = outlined(layer, rng)
        picture = layer[..., :3] + picture * (1 - layer[..., 3:])
    small = cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return (np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8)


def draw(bank: np.ndarray, rng: Rng) -> np.ndarray:
    """A random unlabelled picture, uint8 (128, 128, 3)."""
    return draw_bold(rng) if rng.random() < MADE_UP else draw_icons(bank, rng)


def write_shard(bank: np.ndarray, folder: Path, shard: int) -> Path:
    """Draw a shard from its own seed, unless it is finished."""
    target = folder / f"plain-{shard:03d}.npz"
    if not target.exists():
        rng = np.random.default_rng([SEED, shard])
        pictures = np.stack([draw(bank, rng) for _ in range(SHARD)])
        part = target.with_suffix(".part.npz")
        np.savez(part, pictures=pictures)
        part.rename(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=24000)
    parser.add_argument("--art", type=Path, default=WORK / "art", help="folder of the icon sets")
    parser.add_argument("--work", type=Path, default=WORK)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    fetch(args.art)
    bank = write_bank(args.art, args.work / "bank.npy", every=2)
    for shard in range(-(-args.pictures // SHARD)):
        print(write_shard(bank, args.work, shard), flush=True)


if __name__ == "__main__":
    main()
