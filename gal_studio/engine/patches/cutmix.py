"""CutMix for patches: blend discs of other pictures into views, so that content identifies a patch."""

from dataclasses import replace

import torch
from torch.nn.functional import adaptive_avg_pool2d

from gal_studio.engine.patches.augmented_views import Views

MIN_AREA, MAX_AREA = 0.02, 0.1  # of a disc, relative to the view's
SOFT = 1.5  # pixels over which a disc's edge fades
UNCHANGED, REPLACED = 0.1, 0.6  # covered share below which a patch is unchanged, above which replaced


def mix_regions(views: Views, grid: int, chance: float, generator: torch.Generator) -> Views:
    """Blend discs of other pictures into the first views (ours, in Eq. P3).

    The donor is the picture with the most similar mean colour in the disc. A covered patch corresponds to
    the donor's second view; a partially covered one is no longer valid.
    """
    count, _, side, _ = views.first.shape
    regions = _regions(views.valid, grid, side, chance, generator)
    donors = _donors(views.first, regions)
    blended = views.first * (1 - regions) + views.first[donors] * regions
    covered = adaptive_avg_pool2d(regions, grid).flatten(1)
    replaced, own = covered > REPLACED, covered < UNCHANGED
    return replace(
        views,
        first=blended,
        places=torch.where(replaced[..., None], views.places[donors], views.places),
        valid=torch.where(replaced, views.valid[donors], views.valid & own),
        sources=torch.where(replaced, donors[:, None], torch.arange(count)[:, None]),
    )


def _regions(
    valid: torch.Tensor, grid: int, side: int, chance: float, generator: torch.Generator
) -> torch.Tensor:
    """Draw a soft-edged disc around a valid patch for some of the views, (n, 1, side, side) in [0, 1]."""
    count = len(valid)
    drawn = torch.rand(2, count, generator=generator)
    mixed = (drawn[0] < chance) & valid.any(dim=1)
    centres = torch.multinomial(valid.float() + 1e-6, 1, generator=generator)[:, 0]
    area = MIN_AREA + (MAX_AREA - MIN_AREA) * drawn[1]
    radius = side * (area / torch.pi).sqrt()
    pixels = torch.arange(side) + 0.5
    x, y = ((part + 0.5) * side / grid for part in (centres % grid, centres // grid))
    distance = torch.hypot(pixels[None, None] - x[:, None, None], pixels[None, :, None] - y[:, None, None])
    discs = torch.sigmoid((radius[:, None, None] - distance) / SOFT)
    return (discs * mixed[:, None, None])[:, None]


def _donors(pictures: torch.Tensor, regions: torch.Tensor) -> torch.Tensor:
    """Choose each view's donor, (n,): the other picture whose mean colour in the disc is most similar."""
    size = regions.sum(dim=(1, 2, 3)).clamp(min=1)
    colours = torch.einsum("nhw,mchw->nmc", regions[:, 0], pictures) / size[:, None, None]
    own = colours.diagonal(dim1=0, dim2=1).T
    distance = (colours - own[:, None]).norm(dim=-1)
    return distance.fill_diagonal_(float("inf")).argmin(dim=1)
