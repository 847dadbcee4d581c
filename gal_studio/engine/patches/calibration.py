"""Measure the limits of a vision model's maps (Eq. P6): its cosines for false and for true matches."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch.nn.functional import grid_sample

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.engine.patches.augmented_views import Augmentation, Views, flat, make_views
from gal_studio.engine.patches.tower import PatchTower, to_pixels

MAX_PICTURES = 64
COUNTS = (2, 4, 8, 16)  # of references that a patch is compared with at once
NEARBY = Augmentation(smallest=0.85, largest=1.0, turn=4.0, mirror=0.0, colour=0.02, blur=0.0, noise=0.0)
"""The augmentation that defines a true match: small shifts, rotations and scalings, without blur."""


def measure_limits(
    tower: PatchTower,
    pictures: Sequence[Image.Image],
    others: Sequence[Image.Image],
    rng: np.random.Generator,
) -> Limits:
    """Measure Eq. P6's limits: the median best match with another subject, and the median true match.

    `pictures` show a subject, `others` other subjects; at most 64 pictures are drawn with `rng`, and each is
    compared with one of the others, then with 2, 4, 8 and 16 of them as far as there are so many. Flat
    patches do not count.
    """
    if not pictures or not others:
        raise StudioError(
            "Measuring the limits of the patch maps takes images of the subject and of other subjects."
        )
    chosen = [pictures[i] for i in rng.permutation(len(pictures))[:MAX_PICTURES]]
    against = [others[i] for i in rng.integers(len(others), size=len(chosen))]
    pixels = to_pixels(chosen, tower.network.side)
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    detailed = ~flat(pixels, tower.grid).numpy()
    features = tower.patches(chosen)
    matches = best_matches(features, tower.patches(against))[detailed]
    views = make_views(pixels, tower.network.side, tower.grid, generator, NEARBY)
    true = true_matches(tower, views)
    if not matches.size or not true.size:
        raise StudioError(
            "The limits of the patch maps cannot be measured on images without detail: use others."
        )
    high = float(np.median(true))
    pool = tower.patches([others[i] for i in rng.permutation(len(others))[:MAX_PICTURES]])
    lows = (float(np.median(among[detailed])) for among in _matches_among(features, pool, rng))
    return Limits(float(np.median(matches)), high, tuple(takewhile(high.__gt__, lows)))


def _matches_among(
    features: NDArray[np.float32], pool: NDArray[np.float32], rng: np.random.Generator
) -> Iterator[NDArray[np.float32]]:
    """The best matches of each patch to several pictures of the pool, (n, h * w), for each of `COUNTS`."""
    for count in COUNTS:
        if count > len(pool):
            return
        groups = [pool[rng.choice(len(pool), count, replace=False)] for _ in features]
        together = np.stack([group.reshape(-1, *pool.shape[2:]) for group in groups])
        yield best_matches(features, together)


def best_matches(features: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest cosine of each patch of picture i to the patches of other i, (n, h * w)."""
    rows, columns = (part.reshape(len(part), -1, part.shape[-1]) for part in (features, others))
    return np.stack([(row @ column.T).max(axis=1) for row, column in zip(rows, columns, strict=True)])


def true_matches(tower: PatchTower, views: Views) -> NDArray[np.float32]:
    """Cosines of the valid patches of the first view to their corresponding patches in the second."""
    with torch.inference_mode():
        first, second = (tower.features(view.to(tower.device)).cpu() for view in (views.first, views.second))
    places = (views.places + 0.5) * 2 / tower.grid - 1
    there = grid_sample(second, places[:, None], mode="nearest", align_corners=False)[:, :, 0]
    cosines: NDArray[np.float32] = (first.flatten(2) * there).sum(dim=1)[views.valid].numpy()
    return cosines
