"""What a DoRA adds to a weight, and the nearest factors of a rank.

A DoRA scales each row (or column) of the changed weight to a length that it learned:
`m * (W + D) / |W + D|`, where D is what its LoRA adds (arXiv 2402.09353, Eq. 5). What it adds to W has in
general no small rank, so that factors keep a part of it.
"""

from collections.abc import Callable, Mapping

import torch

from gal_studio.core.models.lora_tensors import Role
from gal_studio.engine.loras.foreign_factors import UnfitError
from gal_studio.engine.models.factors import Factors

Weights = Callable[[str], torch.Tensor]
"""The base model's weight of a layer."""

_EXACT_SIDE = 256  # up to which all singular values are computed
_MORE, _TURNS = 16, 2  # directions beyond the rank, and multiplications, of the random projection
_NOTHING = 1e-6  # of the largest singular value


def decomposed(tensors: Mapping[Role, torch.Tensor], made: Factors, weight: torch.Tensor) -> torch.Tensor:
    """What a DoRA adds to a weight (out, in) or (out, in, height, width), in its shape."""
    base = weight.detach().float()
    whole = base + made.change
    return whole * _lengths(tensors, whole) - base


def _lengths(tensors: Mapping[Role, torch.Tensor], whole: torch.Tensor) -> torch.Tensor:
    """The learned lengths by those of the weight's rows (out, 1, ...) or columns (1, in, ...)."""
    out, inside = whole.shape[:2]
    given = tensors.get("magnitude_of_outputs", tensors.get("magnitude"))
    assert given is not None
    ones = (1,) * (whole.dim() - 2)
    by_outputs = "magnitude_of_outputs" in tensors or given.shape[:1] == (out,)
    if given.numel() != (out if by_outputs else inside):
        raise UnfitError("its magnitudes have other sizes")
    if by_outputs:
        present = whole.flatten(1).norm(dim=1).view(out, 1, *ones)
    else:
        present = whole.transpose(0, 1).flatten(1).norm(dim=1).view(1, inside, *ones)
    return given.float().view(present.shape) / present.clamp_min(torch.finfo(torch.float32).eps)


def nearest(change: torch.Tensor, rank: int) -> Factors:
    """The factors of at most this rank whose product is nearest to a change (Eckart and Young).

    The singular values of large weights come from a random projection (Halko, Martinsson, Tropp 2011) with a
    fixed seed.
    """
    flat = change.flatten(1)
    wanted = min(rank, *flat.shape)
    if min(flat.shape) <= max(_EXACT_SIDE, 2 * wanted):
        left, sizes, right = torch.linalg.svd(flat, full_matrices=False)
    else:
        left, sizes, right = _projected(flat, wanted + _MORE)
    kept = max(1, int((sizes[:wanted] > _NOTHING * sizes[0]).sum()))
    root = sizes[:kept].sqrt()
    down, up = root[:, None] * right[:kept], left[:, :kept] * root
    ones = (1,) * (change.dim() - 2)
    return Factors(down.reshape(kept, *change.shape[1:]), up.reshape(-1, kept, *ones))


def _projected(flat: torch.Tensor, directions: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    drawn = torch.randn(flat.shape[1], directions, generator=torch.Generator().manual_seed(0))
    basis = torch.linalg.qr(flat @ drawn).Q
    for _ in range(_TURNS):
        basis = torch.linalg.qr(flat @ torch.linalg.qr(flat.T @ basis).Q).Q
    left, sizes, right = torch.linalg.svd(basis.T @ flat, full_matrices=False)
    return basis @ left, sizes, right
