"""Qwen-Image 2.1, base and Turbo: one transformer over text and picture, with text from Qwen3-VL."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import torch

from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import Sizes, Solver, TextFeatures, dtype_of
from gal_studio.engine.families.flow_transformer import TOKENS, FlowTransformerFamily
from gal_studio.engine.families.lora_names import LoraNames, qwen_layer

SLOT = 2
"""Positions of a latent along a side that share a place in the text's sequence."""


class QwenImage21(FlowTransformerFamily):
    """The autoencoder has a fourth channel, opacity: pictures are given as opaque, and drawn without it.

    The place of a picture depends on the length of its prompt, so that rows of other lengths are predicted
    apart and nothing is padded. Turbo names its noise levels, which count where as many steps are asked for.
    """

    name: ClassVar[str] = "qwen-image-2.1"
    pipelines: ClassVar[tuple[str, ...]] = ("QwenImage21Pipeline",)
    denoiser_class: ClassVar[str] = "QwenImage21Transformer2DModel"
    attention: ClassVar[tuple[str, ...]] = ("attn.to_q", "attn.to_k", "attn.to_v", "attn.to_out.0")
    feed_forward: ClassVar[tuple[str, ...]] = ("img_mlp.gate_layer", "img_mlp.proj", "img_mlp.out")
    grid: ClassVar[int] = 32
    token_side: ClassVar[int] = 1

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other components, and parts whose sizes do not fit each other."""
        super().check(model)
        model.require_class("vae", "AutoencoderKLQwenImage21")
        model.require_class("text_encoder", "Qwen3VLForConditionalGeneration")
        model.require_values("vae", {"in_channels": (4,), "out_channels": (4,)}, "an autoencoder")
        model.require_values("transformer", {"patch_size": (1,)}, "a transformer")
        width = (model.value("text_encoder", "text_config") or {}).get("hidden_size", 4096)
        model.require_size("transformer", "in_channels", 64, model.value("vae", "z_dim", 64))
        model.require_size("transformer", "context_in_dim", 4096, width)

    def count_tokens(self, prompt: str) -> int:
        """The number of tokens after those of the system's part, which are not read."""
        pipeline = self.pipeline
        text = pipeline.prompt_template_t2i.format(prompt or " ")
        return len(pipeline.processor.tokenizer(text, verbose=False).input_ids) - int(pipeline._drop_idx)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """What the last layer gives before its norm, as many as the prompt has tokens."""
        hidden, _, _ = self.pipeline.encode_prompt(prompt, device=device)
        return TextFeatures(hidden[0])

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Undo `encode`, and decode."""
        mean, deviation = self.channel_statistics(latents.device)
        return self.decoded(latents * deviation + mean)

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """Euler's method at evenly spaced noise levels or those of the model, shifted by size."""
        return self.euler(self.noise_levels(steps), self.shift(resolution), device)

    def noise_levels(self, steps: int) -> list[float]:
        """The noise levels before the shift, (steps,)."""
        own: Sequence[float] = self.pipeline.config.sample_sigmas or ()
        return list(own) if len(own) == steps else np.linspace(1.0, 1 / steps, steps).tolist()

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        """The predicted direction from picture to noise."""
        answer = torch.empty_like(latents, dtype=torch.float32)
        for rows in _of_equal_length(texts):
            hidden = torch.stack([texts[row].hidden for row in rows])
            predicted = self._predict(latents[rows], times[rows], hidden)
            answer = answer.index_copy(0, torch.tensor(rows, device=answer.device), predicted)
        return answer

    def _predict(self, latents: torch.Tensor, times: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        """The prediction for rows whose prompts have as many tokens, (n, tokens, width)."""
        dtype = dtype_of(self.denoiser)
        count, _, height, width = latents.shape
        answer: torch.Tensor = self.denoiser(
            hidden_states=latents.to(dtype).flatten(2).transpose(1, 2),
            encoder_hidden_states=hidden.to(dtype),
            timestep=(times / 1000).to(latents.dtype),
            img_shapes=[[(1, height, width)]] * count,
            img_mask=_slots(count, hidden.shape[1], height * width, latents.device),
            return_dict=False,
        )[0]
        tokens = answer[:, -height * width :].float()
        return tokens.transpose(1, 2).unflatten(2, (height, width))

    @property
    def lora_names(self) -> LoraNames:
        """Names of diffusers and of ComfyUI, which differ in one layer of each block."""
        return LoraNames("qwen_image_2.1", "Qwen-Image-2.1", qwen_layer)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Inputs with 512 tokens of text; where the picture is has to be known even without numbers."""
        config, side = self.denoiser.config, -(-side // SLOT) * SLOT
        return {
            "hidden_states": torch.empty(rows, side**2, config.in_channels, dtype=dtype),
            "encoder_hidden_states": torch.empty(rows, TOKENS, config.context_in_dim, dtype=dtype),
            "timestep": torch.empty(rows, dtype=dtype),
            "img_shapes": [[(1, side, side)]] * rows,
            "img_mask": _slots(rows, TOKENS, side**2, torch.device("cpu")),
            "return_dict": False,
        }


def _slots(rows: int, tokens: int, positions: int, device: torch.device) -> torch.Tensor:
    """Where the sequence has the picture: after the text, a place for each square of positions."""
    mask = torch.zeros(rows, tokens + positions // SLOT**2, dtype=torch.bool, device=device)
    mask[:, tokens:] = True
    return mask


def _of_equal_length(texts: Sequence[TextFeatures]) -> Iterator[list[int]]:
    """The rows whose prompts have as many tokens as each other."""
    lengths = [len(text.hidden) for text in texts]
    for length in dict.fromkeys(lengths):
        yield [row for row, own in enumerate(lengths) if own == length]
