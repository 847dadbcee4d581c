"""Krea 2, Raw and Turbo: one transformer over text and picture, with text from twelve layers of Qwen3-VL."""

from typing import Any, ClassVar

import numpy as np
import torch

from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import Sizes, Solver, TextFeatures, dtype_of
from gal_studio.engine.families.flow_transformer import TOKENS, FlowTransformerFamily
from gal_studio.engine.families.lora_names import LoraNames, krea_layer

PATCH = 2
"""Positions of a latent along a side that are one token; the pipeline has no other."""
SHIFT_OF_TURBO = 1.15


class Krea2(FlowTransformerFamily):
    """Prompts are padded before the end of their template; their padding is not read."""

    name: ClassVar[str] = "krea-2"
    pipelines: ClassVar[tuple[str, ...]] = ("Krea2Pipeline",)
    denoiser_class: ClassVar[str] = "Krea2Transformer2DModel"
    unguided: ClassVar[float] = 0.0
    most_tokens: ClassVar[int] = 6400
    attention: ClassVar[tuple[str, ...]] = ("attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0")
    feed_forward: ClassVar[tuple[str, ...]] = ("attn.to_gate", "ff.gate", "ff.up", "ff.down")

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other components, and parts whose sizes do not fit each other."""
        super().check(model)
        model.require_class("vae", "AutoencoderKLQwenImage")
        model.require_class("text_encoder", "Qwen3VLModel", "Qwen3VLForConditionalGeneration")
        model.require_values("vae", {"input_channels": (3,)}, "an autoencoder")
        patch = model.index.get("patch_size", PATCH)
        model.require(patch == PATCH, f"packs latents by {patch} positions", f"{PATCH} alone")
        made = model.value("vae", "z_dim", 16)
        width = (model.value("text_encoder", "text_config") or {}).get("hidden_size", 4096)
        model.require_size("transformer", "in_channels", 64, PATCH**2 * made)
        model.require_size("transformer", "text_hidden_dim", 2560, width)

    @property
    def latent_channels(self) -> int:
        """The autoencoder's channels; tokens have four times as many."""
        return int(self.denoiser.config.in_channels) // PATCH**2

    def count_tokens(self, prompt: str) -> int:
        """The number of tokens without the beginning of the template, which is not read."""
        pipeline = self.pipeline
        given = pipeline.tokenizer(pipeline.prompt_template_encode_prefix + prompt, verbose=False).input_ids
        rest = pipeline.prompt_template_encode_num_suffix_tokens - pipeline.prompt_template_encode_start_idx
        return len(given) + int(rest)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """The hidden states of the chosen layers (tokens, layers, width), without those of the padding."""
        hidden, filled = self.pipeline.encode_prompt(prompt, device=device)
        return TextFeatures(hidden[0][filled[0]], filled=filled[0])

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """Euler's method at evenly spaced noise levels, shifted by size; of Turbo by one amount."""
        return self.euler(np.linspace(1.0, 1 / steps, steps).tolist(), self.shift(resolution), device)

    def shift(self, resolution: int) -> float:
        """By size; of Turbo by one amount."""
        return SHIFT_OF_TURBO if self.pipeline.config.is_distilled else super().shift(resolution)

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        """The predicted direction from picture to noise."""
        dtype, pipeline = dtype_of(self.denoiser), self.pipeline
        rows, channels, height, width = latents.shape
        hidden, filled = _padded(texts)
        answer: torch.Tensor = self.denoiser(
            hidden_states=pipeline._pack_latents(latents.to(dtype), rows, channels, height, width),
            encoder_hidden_states=hidden.to(dtype),
            timestep=(times / 1000).to(latents.dtype),
            position_ids=pipeline.prepare_position_ids(
                hidden.shape[1], height // PATCH, width // PATCH, latents.device
            ),
            encoder_attention_mask=filled,
            return_dict=False,
        )[0]
        pixels = height * self.scale, width * self.scale
        unpacked: torch.Tensor = pipeline._unpack_latents(answer.float(), *pixels)
        return unpacked.squeeze(2)

    @property
    def lora_names(self) -> LoraNames:
        """The original names, which ComfyUI reads."""
        return LoraNames("krea2", "Krea-2", krea_layer)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Inputs with 512 tokens of text."""
        config, tokens = self.denoiser.config, (side // PATCH) ** 2
        text = (rows, TOKENS, config.num_text_layers, config.text_hidden_dim)
        return {
            "hidden_states": torch.empty(rows, tokens, config.in_channels, dtype=dtype),
            "encoder_hidden_states": torch.empty(text, dtype=dtype),
            "timestep": torch.empty(rows, dtype=dtype),
            "position_ids": torch.empty(TOKENS + tokens, 3),
            "encoder_attention_mask": torch.empty(rows, TOKENS, dtype=torch.bool),
            "return_dict": False,
        }


def _padded(texts: list[TextFeatures]) -> tuple[torch.Tensor, torch.Tensor]:
    """The features of prompts with zeros as padding, (n, length, layers, width), and where there is none."""
    filled = torch.stack([text.filled for text in texts if text.filled is not None])
    first = texts[0].hidden
    hidden = first.new_zeros(*filled.shape, *first.shape[1:])
    hidden[filled] = torch.cat([text.hidden for text in texts])
    return hidden, filled
