"""Two augmented views of a picture with known correspondence between their patches (Eq. P3)."""

import math
from dataclasses import dataclass

import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

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
