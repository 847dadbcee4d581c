"""The kernel of a transformer's attention while it generates: PyTorch's, or one of a package."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.models.image_model import ImageModel

FURTHEST = 0.1
"""Of what attention gives: 8 bits come to some hundredths, a kernel that is broken on a card to 1."""

SIZES = 1, 256, 4, 64
"""Rows, tokens, heads and channels of the numbers on which a kernel is tried."""


@contextmanager
def attention(model: ImageModel, kernel: str) -> Iterator[None]:
    """Use a kernel of diffusers within the context; "native" is PyTorch's, which other models always have.

    Refused if it does not compute, is further than `FURTHEST` from PyTorch's on random numbers, or lacks
    what the model needs.
    """
    if kernel == "native":
        yield
        return
    from diffusers.models.attention_dispatch import attention_backend

    try:
        distance = distance_of(kernel, model.device, model.drawing_precision)
    except (RuntimeError, ValueError, ImportError) as error:
        raise _refused(kernel, first_line(error)) from error
    if not distance <= FURTHEST:
        raise _refused(kernel, f"it is {distance:.0%} off PyTorch's on this device")
    try:
        with attention_backend(kernel):
            yield
    except ValueError as error:
        if "attn_mask" not in str(error):
            raise
        raise _refused(kernel, "this model needs masks, which it does not know") from error


def distance_of(kernel: str, device: torch.device, precision: torch.dtype) -> float:
    """The root mean square distance of a kernel's results from PyTorch's in float32, by their size."""
    from diffusers.models.attention_dispatch import attention_backend, dispatch_attention_fn

    generator = torch.Generator().manual_seed(0)
    numbers = [torch.randn(SIZES, generator=generator).to(device, precision) for _ in range(3)]
    exact = dispatch_attention_fn(*(each.float() for each in numbers), backend="native")
    with attention_backend(kernel):
        found = dispatch_attention_fn(*numbers).float()
    return float((found - exact).norm() / exact.norm())


def _refused(kernel: str, why: str) -> StudioError:
    return StudioError(
        f"Attention by “{kernel}” cannot be used here ({why}): set “Attention” to PyTorch's own."
    )
