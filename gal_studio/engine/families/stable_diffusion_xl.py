"""Stable Diffusion XL: two text encoders, pooled text features and a size condition."""

from typing import Any, ClassVar

import torch

from gal_studio.core.settings import Target
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import Sizes, TextFeatures
from gal_studio.engine.families.lora_names import LoraNames, unet_layer
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.families.unet_checks import check_text_width


class StableDiffusionXL(UNetFamily):
    """The denoiser is also conditioned on each picture's original size and crop position."""

    name: ClassVar[str] = "sdxl"
    targets: ClassVar[tuple[Target, ...]] = ("attention", "all")  # its first upward block decides the style
    pipelines: ClassVar[tuple[str, ...]] = ("StableDiffusionXLPipeline",)

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other text encoders, and other conditions than sizes and pooled text (refiners)."""
        super().check(model)
        model.require_class("text_encoder", "CLIPTextModel")
        model.require_class("text_encoder_2", "CLIPTextModelWithProjection")
        check_text_width(model, "text_encoder", "text_encoder_2")
        kind = model.value("unet", "addition_embed_type")
        times = 6 * (model.value("unet", "addition_time_embed_dim") or 0)
        taken = model.value("unet", "projection_class_embeddings_input_dim")
        model.require(
            kind == "text_time" and taken == times + model.value("text_encoder_2", "projection_dim", 512),
            f"has a U-Net with {taken or 'no'} added conditions, as a refiner has",
            "the six sizes and the pooled text of the base model",
        )

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """Hidden states of both encoders, concatenated, and the second encoder's pooled feature."""
        hidden, _, pooled, _ = self.pipeline.encode_prompt(
            prompt, device=device, do_classifier_free_guidance=False
        )
        return TextFeatures(hidden[0], pooled[0])

    def unconditional_text(self, device: torch.device) -> TextFeatures:
        """Zeros if the pipeline's configuration says so, else the empty prompt."""
        empty = self.encode_text("", device)
        if empty.pooled is None or not self.pipeline.config.force_zeros_for_empty_prompt:
            return empty
        return TextFeatures(torch.zeros_like(empty.hidden), torch.zeros_like(empty.pooled))

    def conditions(
        self, texts: list[TextFeatures], sizes: list[Sizes], dtype: torch.dtype
    ) -> dict[str, Any] | None:
        """Pooled text features and size conditions."""
        pooled = torch.stack([text.pooled for text in texts if text.pooled is not None])
        return {
            "text_embeds": pooled.to(dtype),
            "time_ids": torch.tensor(sizes, device=pooled.device, dtype=dtype),
        }

    @property
    def lora_names(self) -> LoraNames:
        """The version begins with `sdxl_`, without which A1111 hides the file."""
        velocity = self.prediction_type == "v_prediction"
        base = "sdxl_base_v1-0"
        return LoraNames(base, "stable-diffusion-xl-v1-base", unet_layer, True, predicts_velocity=velocity)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """The U-Net's inputs with the added conditions."""
        config = self.denoiser.config
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        added = {
            "text_embeds": torch.empty(rows, pooled, dtype=dtype),
            "time_ids": torch.empty(rows, 6, dtype=dtype),
        }
        return {**super().example_inputs(rows, side, dtype), "added_cond_kwargs": added}
