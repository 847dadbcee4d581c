"""Two augmented views of a picture with known correspondence between their patches (Eq. P3)."""

import math
from dataclasses import dataclass, replace

import torch
from torch.nn.functional import adaptive_avg_pool2d, affine_grid, avg_pool2d, grid_sample, interpolate

FLAT = 0.02  # standard deviation of pixels in [0, 1] below which a patch is flat


@dataclass(frozen=True)
class Augmentation:
    """The strengths of a view's augmentations."""

    smallest: float = 0.65  # range of a crop's side, relative to the picture's
    largest: float = 1.1
    turn: float = 12.0  # rotation in degrees, each way
    mirror: float = 0.3  # probability
    colour: float = 0.06  # of contrast and of each channel's brightness, each way
    blur: float = 0.4  # probability of downsampling by 2
    noise: float = 0.02  # standard deviation


@dataclass(frozen=True)
class Views:
    """Two views (n, 3, s, s) in [0, 1], and where the patches of the first are in the second.

    `places` (n, g * g, 2) are positions x, y in the second view, in patches (0 is the first patch's centre).
    `valid` (n, g * g) marks patches that are fully visible in both views and not flat. `sources` (n, g * g)
    is the index of the picture whose second view has the position: the patch's own, except with CutMix.
    """

    first: torch.Tensor
    second: torch.Tensor
    places: torch.Tensor
    valid: torch.Tensor
    sources: torch.Tensor


def make_views(
    pixels: torch.Tensor,
    side: int,
    grid: int,
    generator: torch.Generator,
    how: Augmentation | None = None,
    rendition: torch.Tensor | None = None,
) -> Views:
    """Make two views of each of n pictures (n, 3, H, W) in [0, 1]; all randomness comes from `generator`.

    If `rendition` is given, the second views are taken from it: another rendition of the same pictures,
    aligned with them, such as an autoencoder's reconstructions.
    """
    how = how or Augmentation()
    matrices = [_matrices(len(pixels), how, generator) for _ in range(2)]
    shown = (pixels, pixels if rendition is None else rendition)
    views = [_view(part, matrix, side) for part, matrix in zip(shown, matrices, strict=True)]
    centres = (torch.arange(grid) + 0.5) * 2 / grid - 1
    own = torch.stack(torch.meshgrid(centres, centres, indexing="xy"), dim=-1).reshape(-1, 2)
    in_picture = _apply(matrices[0], own.expand(len(pixels), -1, -1))
    in_second = _apply(_inverse(matrices[1]), in_picture)
    inside = ((in_picture.abs() <= 1) & (in_second.abs() <= 1 - 1 / grid)).all(dim=-1)
    changed = [_augment(view, how, generator) for view in views]
    valid = inside & ~flat(views[0], grid)
    sources = torch.arange(len(pixels))[:, None].expand_as(valid)
    return Views(changed[0], changed[1], (in_second + 1) * grid / 2 - 0.5, valid, sources)


def flat(pixels: torch.Tensor, grid: int) -> torch.Tensor:
    """Which patches of (n, 3, s, s) have no detail, bool (n, g * g)."""
    size = pixels.shape[-1] // grid
    used = pixels[..., : size * grid, : size * grid]
    spread = avg_pool2d(used**2, size) - avg_pool2d(used, size) ** 2
    return (spread.amax(dim=1).clamp(min=0).sqrt() < FLAT).flatten(1)


def _matrices(count: int, how: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """Draw affine matrices (n, 2, 3) from a view's coordinates to its picture's, both in [-1, 1]."""
    drawn = torch.rand(5, count, generator=generator)
    scale = how.smallest + (how.largest - how.smallest) * drawn[0]
    angle = math.radians(how.turn) * (2 * drawn[1] - 1)
    mirrored = torch.where(drawn[2] < how.mirror, -1.0, 1.0)
    room = (1.15 - scale).clamp(min=0.05)
    rows = [
        torch.stack(
            [scale * angle.cos() * mirrored, -scale * angle.sin(), room * (2 * drawn[3] - 1)], dim=-1
        ),
        torch.stack([scale * angle.sin() * mirrored, scale * angle.cos(), room * (2 * drawn[4] - 1)], dim=-1),
    ]
    return torch.stack(rows, dim=1)


def _inverse(matrices: torch.Tensor) -> torch.Tensor:
    turned = torch.linalg.inv(matrices[:, :, :2])
    return torch.cat([turned, -turned @ matrices[:, :, 2:]], dim=2)


def _apply(matrices: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    return points @ matrices[:, :, :2].transpose(1, 2) + matrices[:, :, 2][:, None]


def _view(pixels: torch.Tensor, matrices: torch.Tensor, side: int) -> torch.Tensor:
    places = affine_grid(matrices, [len(pixels), 3, side, side], align_corners=False)
    return grid_sample(pixels, places, mode="bilinear", padding_mode="reflection", align_corners=False)


def _augment(view: torch.Tensor, how: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """Augment the colours and sharpness of each view, and add noise."""
    drawn = 2 * torch.rand(len(view), 5, 1, 1, generator=generator) - 1
    contrast, tint = 1 + how.colour * drawn[:, :1], how.colour * drawn[:, 1:4]
    changed = (view - 0.5) * contrast + 0.5 + tint
    side = view.shape[-1]
    coarse = interpolate(changed, scale_factor=0.5, mode="bilinear", antialias=True)
    soft = interpolate(coarse, size=(side, side), mode="bilinear")
    changed = torch.where((drawn[:, 4:] + 1) / 2 < how.blur, soft, changed)
    noise = torch.randn(changed.shape, generator=generator)
    return (changed + how.noise * noise).clamp(0, 1)


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
