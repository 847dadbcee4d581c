"""Two augmented views of a picture with known geometry: where a patch of one lies in the other (Eq. P3)."""

import math
from dataclasses import dataclass

import torch
from torch.nn.functional import affine_grid, avg_pool2d, grid_sample, interpolate

FLAT = 0.02  # a patch is flat when its pixels' standard deviation, in [0, 1], is below this


@dataclass(frozen=True)
class Augmentation:
    """The strength of each augmentation of a view."""

    smallest: float = 0.65  # part of the picture's side that a view shows, at least
    largest: float = 1.1
    turn: float = 12.0  # degrees
    mirror: float = 0.3  # chance
    colour: float = 0.06  # brightness, contrast and tint, each up and down
    blur: float = 0.4  # chance of a loss of detail
    noise: float = 0.02


@dataclass(frozen=True)
class Views:
    """Views (n, 3, s, s) in [0, 1], where the first's patches lie in the second, and which of them count.

    `places` is (n, g * g, 2), x and y in patches of the second view (0 is the first patch's centre);
    `valid` (n, g * g): seen whole in both, inside of the picture, and not flat; `sources` (n, g * g): of
    which picture that second view is, its own unless a region of another one was blended in.
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
    """Make two views of each of n pictures (n, 3, H, W) in [0, 1]; all randomness is the generator's.

    The second view is taken of `rendition` where it is given: the same pictures drawn in another way, pixel
    upon pixel, such as their reconstructions.
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
    changed = [_change(view, how, generator) for view in views]
    valid = inside & ~flat(views[0], grid)
    sources = torch.arange(len(pixels))[:, None].expand_as(valid)
    return Views(changed[0], changed[1], (in_second + 1) * grid / 2 - 0.5, valid, sources)


def flat(pixels: torch.Tensor, grid: int) -> torch.Tensor:
    """Find the patches of (n, 3, s, s) without detail: bool (n, g * g)."""
    size = pixels.shape[-1] // grid
    used = pixels[..., : size * grid, : size * grid]
    spread = avg_pool2d(used**2, size) - avg_pool2d(used, size) ** 2
    return (spread.amax(dim=1).clamp(min=0).sqrt() < FLAT).flatten(1)


def _matrices(count: int, how: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """Draw affine maps (n, 2, 3) from a view's coordinates to its picture's, both in [-1, 1]."""
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


def _change(view: torch.Tensor, how: Augmentation, generator: torch.Generator) -> torch.Tensor:
    """Change each view's colours, detail and noise."""
    drawn = 2 * torch.rand(len(view), 5, 1, 1, generator=generator) - 1
    contrast, tint = 1 + how.colour * drawn[:, :1], how.colour * drawn[:, 1:4]
    changed = (view - 0.5) * contrast + 0.5 + tint
    side = view.shape[-1]
    coarse = interpolate(changed, scale_factor=0.5, mode="bilinear", antialias=True)
    soft = interpolate(coarse, size=(side, side), mode="bilinear")
    changed = torch.where((drawn[:, 4:] + 1) / 2 < how.blur, soft, changed)
    noise = torch.randn(changed.shape, generator=generator)
    return (changed + how.noise * noise).clamp(0, 1)
