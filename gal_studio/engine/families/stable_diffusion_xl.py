"""Stable Diffusion XL: two text encoders, a pooled text feature and a size condition."""

from typing import Any, ClassVar

import torch

from gal_studio.engine.families.family import Sizes, TextFeatures
from gal_studio.engine.families.unet import UNetFamily


class StableDiffusionXL(UNetFamily):
    """Each picture carries its original size and the place of its crop."""

    name: ClassVar[str] = "sdxl"
    pipelines: ClassVar[tuple[str, ...]] = ("StableDiffusionXLPipeline",)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """Hidden states of both encoders side by side, and the second's pooled feature."""
        hidden, _, pooled, _ = self.pipeline.encode_prompt(
            prompt, device=device, do_classifier_free_guidance=False
        )
        return TextFeatures(hidden[0], pooled[0])

    def unconditional_text(self, device: torch.device) -> TextFeatures:
        """Zeros where the pipeline was trained with them, else the empty prompt."""
        empty = self.encode_text("", device)
        if empty.pooled is None or not self.pipeline.config.force_zeros_for_empty_prompt:
            return empty
        return TextFeatures(torch.zeros_like(empty.hidden), torch.zeros_like(empty.pooled))

    def conditions(
        self, texts: list[TextFeatures], sizes: list[Sizes], dtype: torch.dtype
    ) -> dict[str, torch.Tensor] | None:
        """Pooled texts and sizes."""
        pooled = torch.stack([text.pooled for text in texts if text.pooled is not None])
        return {
            "text_embeds": pooled.to(dtype),
            "time_ids": torch.tensor(sizes, device=pooled.device, dtype=dtype),
        }

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """The added conditions too."""
        config = self.denoiser.config
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        added = {
            "text_embeds": torch.empty(rows, pooled, dtype=dtype),
            "time_ids": torch.empty(rows, 6, dtype=dtype),
        }
        return {**super().example_inputs(rows, side, dtype), "added_cond_kwargs": added}
