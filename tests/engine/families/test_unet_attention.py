"""Attention in float32 within a training in half precision."""

import pytest
import torch

from gal_studio.engine.families.unet import Float32Attention


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_what_comes_out_has_the_precision_of_what_goes_in(dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    query, key, value = (torch.randn(2, 3, 5, 4, generator=generator, dtype=dtype) for _ in range(3))
    found = Float32Attention().attend(query, key, value, None)
    scores = (query.float() @ key.float().transpose(2, 3) / 2).softmax(-1)
    assert found.dtype == dtype
    torch.testing.assert_close(found, (scores @ value.float()).to(dtype))
