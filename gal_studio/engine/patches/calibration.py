"""Measure the limits of a vision model's maps (Eq. P6): its cosines for no match and for a true match."""

from collections.abc import Sequence

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
NEARBY = Augmentation(smallest=0.85, largest=1.0, turn=4.0, mirror=0.0, colour=0.02, blur=0.0, noise=0.0)
"""The augmentation that defines a true match, 1: moved, rotated and scaled a little, no detail lost."""


def measure_limits(
    tower: PatchTower,
    pictures: Sequence[Image.Image],
    others: Sequence[Image.Image],
    rng: np.random.Generator,
) -> Limits:
    """Measure Eq. P6: 0 is a patch's median best match to another subject, 1 the median true match.

    `pictures` show a subject and `others` other subjects, each picture compared with one of them; flat
    patches do not count. At most 64 pictures are drawn from `rng`.
    """
    if not pictures or not others:
        raise StudioError("The limits of the patch maps need pictures of the subject and of other subjects.")
    chosen = [pictures[i] for i in rng.permutation(len(pictures))[:MAX_PICTURES]]
    against = [others[i] for i in rng.integers(len(others), size=len(chosen))]
    pixels = to_pixels(chosen, tower.network.side)
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    busy = ~flat(pixels, tower.grid).numpy()
    matches = best_matches(tower.patches(chosen), tower.patches(against))[busy]
    views = make_views(pixels, tower.network.side, tower.grid, generator, NEARBY)
    true = true_matches(tower, views)
    if not matches.size or not true.size:
        raise StudioError("The limits of the patch maps cannot be measured on pictures without detail.")
    return Limits(float(np.median(matches)), float(np.median(true)))


def best_matches(features: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each patch of picture i its largest cosine to the patches of other i, (n, h * w)."""
    rows, columns = (part.reshape(len(part), -1, part.shape[-1]) for part in (features, others))
    return np.stack([(row @ column.T).max(axis=1) for row, column in zip(rows, columns, strict=True)])


def true_matches(tower: PatchTower, views: Views) -> NDArray[np.float32]:
    """Cosines of the valid patches of the first view to what lies at their place in the second."""
    with torch.inference_mode():
        first, second = (tower.features(view.to(tower.device)).cpu() for view in (views.first, views.second))
    places = (views.places + 0.5) * 2 / tower.grid - 1
    there = grid_sample(second, places[:, None], mode="nearest", align_corners=False)[:, :, 0]
    cosines: NDArray[np.float32] = (first.flatten(2) * there).sum(dim=1)[views.valid].numpy()
    return cosines
