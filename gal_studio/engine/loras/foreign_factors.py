"""The two factors of what a layer of a LoRA's file adds, whatever kind of LoRA it is. All are exact.

Scales as in LyCORIS and ComfyUI: alpha / rank, where both are known.
"""

import math
from collections.abc import Mapping

import torch

from gal_studio.core.models.lora_tensors import Role
from gal_studio.engine.memory.plan import is_out_of_memory
from gal_studio.engine.models.factors import Factors

Tensors = Mapping[Role, torch.Tensor]


class UnfitError(ValueError):
    """The tensors of a layer do not go together, or not with the layer of the model; the text says why."""


def factors_of(tensors: Tensors, shape: tuple[int, ...], scale: float | None) -> Factors:
    """The factors of a layer whose weight has this `shape`: (out, in) or (out, in, height, width).

    `scale` is used where the file has no alpha; None: 1.
    """
    kind = next((kind for kind in ("hada_", "lokr_") if any(role.startswith(kind) for role in tensors)), "")
    own = {role for role in tensors if role.startswith(kind)} if kind else {"down", "up", "mid"}
    if others := tensors.keys() - own - {"alpha"}:
        raise UnfitError(f"it is of two kinds at once ({min(others)})")
    try:
        if kind == "hada_":
            made = _loha(tensors)
        elif kind == "lokr_":
            made = _lokr(tensors)
        else:
            made = _lora(tensors, scale)
        return _shaped(made, shape)
    except (RuntimeError, IndexError) as error:  # of a tensor with more or fewer sides than it should have
        if is_out_of_memory(error):
            raise
        raise UnfitError("its factors do not go together") from error


def _needed(tensors: Tensors, *roles: Role) -> list[torch.Tensor]:
    missing = [role for role in roles if role not in tensors]
    if missing:
        raise UnfitError(f"half of it is missing ({missing[0]})")
    return [tensors[role] for role in roles]


def _alpha(tensors: Tensors, rank: int, otherwise: float | None) -> float:
    if rank < 1:
        raise UnfitError("its factors have no rows")
    if "alpha" in tensors:
        if tensors["alpha"].numel() != 1:
            raise UnfitError("its alpha is not one number")
        return float(tensors["alpha"]) / rank
    return 1.0 if otherwise is None else otherwise


def _lora(tensors: Tensors, scale: float | None) -> Factors:
    down, up = _needed(tensors, "down", "up")
    rank = down.shape[0]
    if "mid" in tensors:  # Tucker: down is 1 x 1, and the core has the kernel
        down = torch.einsum("mnhw,ni->mihw", tensors["mid"], down.flatten(1))
        rank = tensors["mid"].shape[0]
    if up.shape[1] != down.shape[0]:
        raise UnfitError("its factors have different ranks")
    return Factors(down, up * _alpha(tensors, rank, scale))


def _loha(tensors: Tensors) -> Factors:
    """(a1 b1) * (a2 b2), elementwise: a product of all pairs of rows, of the product of the ranks."""
    a1, b1, a2, b2 = _needed(tensors, "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b")
    rank = b1.shape[0]
    up = (a1[:, :, None] * a2[:, None, :]).flatten(1)
    down = (b1[:, None] * b2[None]).flatten(0, 1)
    return Factors(down, up * _alpha(tensors, rank, None))


def _lokr(tensors: Tensors) -> Factors:
    """kron(w1, w2) = kron(u1, u2) kron(v1, v2), where w1 = u1 v1 and w2 = u2 v2."""
    rank = None
    for role in ("lokr_w1", "lokr_w2"):
        if role in tensors and any(f"{role}_{half}" in tensors for half in "ab"):
            raise UnfitError(f"it has {role} whole and in halves")
    if "lokr_w1" in tensors:
        first = _thin(tensors["lokr_w1"])
    else:
        one, other = _needed(tensors, "lokr_w1_a", "lokr_w1_b")
        first, rank = (one, other), other.shape[0]
    if "lokr_w2" in tensors:
        second = _thin(tensors["lokr_w2"])
    else:
        one, other = _needed(tensors, "lokr_w2_a", "lokr_w2_b")
        second, rank = (one, other), other.shape[0]
    kernel = second[1].shape[2:]
    down = torch.einsum("ai,bjk->abijk", first[1], second[1].reshape(*second[1].shape[:2], -1))
    rows = down.shape[0] * down.shape[1]
    down = down.reshape(rows, -1, *kernel) if kernel else down.reshape(rows, -1)
    scale = 1.0 if rank is None else _alpha(tensors, rank, None)
    return Factors(down, torch.kron(first[0], second[0]) * scale)


def _thin(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A weight (out, in) or (out, in, height, width) as two factors, one of which is the identity."""
    out, columns = weight.shape[0], math.prod(weight.shape[1:])
    if out <= columns:
        return torch.eye(out), weight
    return weight.flatten(1), torch.eye(columns).view(columns, *weight.shape[1:])


def _shaped(made: Factors, shape: tuple[int, ...]) -> Factors:
    """The factors in the shapes of a layer's; refused if they are of another layer."""
    out, inside = shape[0], math.prod(shape[1:])
    down, up = made.down.flatten(1), made.up.flatten(1)
    if up.shape[0] != out or down.shape[1] != inside or up.shape[1] != down.shape[0]:
        raise UnfitError("its layers have other sizes")
    ones = (1,) * (len(shape) - 2)
    return Factors(down.reshape(-1, *shape[1:]).contiguous(), up.reshape(out, -1, *ones).contiguous())
