"""Attention in float32 within a training in bfloat16.

On a CPU the backward pass of attention is several times slower in bfloat16 than in float32.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention

from gal_studio.engine.models.devices import training_precision


class Float32Attention:
    """softmax(q k' / sqrt(d)) v in float32, limited to what a Stable Diffusion U-Net needs."""

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        temb: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Attend to the text, or to the states themselves: (n, positions, width)."""
        context = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        rows, positions, _ = hidden_states.shape
        query, key, value = (
            part.view(rows, -1, attn.heads, part.shape[-1] // attn.heads).transpose(1, 2)
            for part in (attn.to_q(hidden_states), attn.to_k(context), attn.to_v(context))
        )
        attended = self.attend(query, key, value, attention_mask)
        joined = attended.transpose(1, 2).reshape(rows, positions, -1)
        return attn.to_out[0](joined) / attn.rescale_output_factor

    def attend(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        """Scaled dot-product attention, (n, heads, positions, head width), in the precision of the queries.

        What follows may be 8-bit layers, which autocast does not reach.
        """
        with torch.autocast(query.device.type, enabled=False):
            parts = query.float(), key.float(), value.float()
            return scaled_dot_product_attention(*parts, attn_mask=mask).to(query.dtype)


@contextmanager
def training_attention(unet: Any, device: torch.device) -> Iterator[None]:
    """Use float32 attention within the context where it is faster: on a CPU that trains in bfloat16."""
    stock = dict(unet.attn_processors)
    is_faster = device.type == "cpu" and training_precision(device) == torch.bfloat16
    is_faster = is_faster and unet.encoder_hid_proj is None  # an image adapter has its own attention
    if is_faster and all(_is_plain(module) for module in unet.modules() if hasattr(module, "to_out")):
        unet.set_attn_processor(Float32Attention())
    try:
        yield
    finally:
        unet.set_attn_processor(stock)


def _is_plain(layer: Any) -> bool:
    unusual = (layer.group_norm, layer.spatial_norm, layer.norm_q, layer.norm_k, layer.norm_cross)
    return not layer.residual_connection and not any(part for part in unusual)
