"""CutMix for patches: round regions of other pictures in a view, so that a patch is told by what it shows."""

from dataclasses import replace

import torch
from torch.nn.functional import adaptive_avg_pool2d

from gal_studio.engine.patches.augmented_views import Views

SMALLEST_AREA, LARGEST_AREA = 0.02, 0.1  # of a view
SOFT = 1.5  # pixels over which a region's edge fades
UNTOUCHED, REPLACED = 0.1, 0.6  # parts of a patch that a region covers: it is as before; it is the region's


def mix_regions(views: Views, grid: int, chance: float, generator: torch.Generator) -> Views:
    """Blend round regions of other pictures into the first views; the donor has the nearest colour there.

    A patch under a region has its place where the region comes from, in the donor's second view; a patch
    that a region covers in part no longer counts (ours, in Eq. P3).
    """
    count, _, side, _ = views.first.shape
    regions = _regions(views.valid, grid, side, chance, generator)
    donors = _donors(views.first, regions)
    blended = views.first * (1 - regions) + views.first[donors] * regions
    covered = adaptive_avg_pool2d(regions, grid).flatten(1)
    strange, own = covered > REPLACED, covered < UNTOUCHED
    return replace(
        views,
        first=blended,
        places=torch.where(strange[..., None], views.places[donors], views.places),
        valid=torch.where(strange, views.valid[donors], views.valid & own),
        sources=torch.where(strange, donors[:, None], torch.arange(count)[:, None]),
    )


def _regions(
    valid: torch.Tensor, grid: int, side: int, chance: float, generator: torch.Generator
) -> torch.Tensor:
    """Draw soft-edged discs around patches that count, (n, 1, side, side) in [0, 1]; zero for the others."""
    count = len(valid)
    drawn = torch.rand(2, count, generator=generator)
    wanted = (drawn[0] < chance) & valid.any(dim=1)
    centres = torch.multinomial(valid.float() + 1e-6, 1, generator=generator)[:, 0]
    area = SMALLEST_AREA + (LARGEST_AREA - SMALLEST_AREA) * drawn[1]
    radius = side * (area / torch.pi).sqrt()
    pixels = torch.arange(side) + 0.5
    x, y = ((part + 0.5) * side / grid for part in (centres % grid, centres // grid))
    apart = torch.hypot(pixels[None, None] - x[:, None, None], pixels[None, :, None] - y[:, None, None])
    discs = torch.sigmoid((radius[:, None, None] - apart) / SOFT)
    return (discs * wanted[:, None, None])[:, None]


def _donors(pictures: torch.Tensor, regions: torch.Tensor) -> torch.Tensor:
    """Choose for each region the other picture, (n,), whose mean colour there is nearest to its own."""
    size = regions.sum(dim=(1, 2, 3)).clamp(min=1)
    colours = torch.einsum("nhw,mchw->nmc", regions[:, 0], pictures) / size[:, None, None]
    own = colours.diagonal(dim1=0, dim2=1).T
    apart = (colours - own[:, None]).norm(dim=-1)
    return apart.fill_diagonal_(float("inf")).argmin(dim=1)
