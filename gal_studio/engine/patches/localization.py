"""Measure how well a vision tower localizes patches, the objective of its tuning (Eq. P3)."""

import numpy as np
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.patches.augmented_views import Augmentation, make_views
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.engine.patches.tuning import Pictures, as_pixels


def localization_accuracy(
    tower: PatchTower, pictures: Pictures, rng: np.random.Generator, how: Augmentation | None = None
) -> float:
    """The share of patches that find their own position in another view of their picture, in [0, 1].

    A patch has found it if the patch with the largest cosine in the other view is one of the four around the
    true position. Flat patches do not count.
    """
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    found = count = 0
    side, grid = tower.network.side, tower.grid
    for first in range(0, len(pictures), 32):
        views = make_views(as_pixels(pictures[first : first + 32], side), side, grid, generator, how)
        with torch.inference_mode():
            one, two = (
                tower.features(view.to(tower.device)).flatten(2).cpu() for view in (views.first, views.second)
            )
        best = (one.transpose(1, 2) @ two).argmax(dim=2)
        there = torch.stack([best % grid, best // grid], dim=-1)
        near = ((there - views.places.clamp(0, grid - 1)).abs() < 1).all(dim=-1)
        found += int(near[views.valid].sum())
        count += int(views.valid.sum())
    if not count:
        raise StudioError("These images have too little detail to measure the vision model: use others.")
    return found / count
