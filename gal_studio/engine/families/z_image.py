"""Z-Image, base and Turbo: one transformer over picture and text, with text from Qwen3."""

from typing import Any, ClassVar

import torch

from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import Sizes, Solver, TextFeatures, dtype_of
from gal_studio.engine.families.flow_transformer import TOKENS, FlowTransformerFamily
from gal_studio.engine.families.lora_names import LoraNames, z_image_layer


class ZImage(FlowTransformerFamily):
    """The transformer counts time from noise to picture, and its answer points from noise to picture."""

    name: ClassVar[str] = "z-image"
    pipelines: ClassVar[tuple[str, ...]] = ("ZImagePipeline",)
    denoiser_class: ClassVar[str] = "ZImageTransformer2DModel"
    unguided: ClassVar[float] = 0.0
    block_list: ClassVar[str] = "layers"
    attention: ClassVar[tuple[str, ...]] = tuple(f"attention.to_{part}" for part in ("q", "k", "v", "out.0"))
    feed_forward: ClassVar[tuple[str, ...]] = ("feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
    thinking: ClassVar[bool] = True

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other components, and transformers that also take pictures as input (Omni)."""
        super().check(model)
        model.require_class("vae", "AutoencoderKL")
        model.require_class("text_encoder", "Qwen3Model", "Qwen3ForCausalLM")
        model.require_values("transformer", {"siglip_feat_dim": (None,)}, "a transformer")
        model.require_values("vae", {"latents_mean": (None,), "latents_std": (None,)}, "an autoencoder")
        made, width = (
            model.value("vae", "latent_channels", 4),
            model.value("text_encoder", "hidden_size", 4096),
        )
        model.require_size("transformer", "in_channels", 16, made)
        model.require_size("transformer", "cap_feat_dim", 2560, width)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """The hidden states before the last layer, as many as the prompt has tokens."""
        hidden, _ = self.pipeline.encode_prompt(prompt, device=device, do_classifier_free_guidance=False)
        return TextFeatures(hidden[0])

    def encode(self, pixels: torch.Tensor, deviations: float = 0.0) -> torch.Tensor:
        """Shift and scale the posterior's mode, or what lies above it."""
        config = self.autoencoder.config
        return (self.posterior(pixels, deviations) - (config.shift_factor or 0.0)) * config.scaling_factor

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Undo `encode`, and decode."""
        config = self.autoencoder.config
        return self.decoded(latents / config.scaling_factor + (config.shift_factor or 0.0))

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """Euler's method at evenly spaced noise levels, shifted as the scheduler says."""
        sigmas = torch.linspace(1.0, 1 / steps, steps)
        return self.euler(sigmas.tolist(), self.shift(resolution), device)

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        """The predicted direction from picture to noise."""
        dtype = dtype_of(self.denoiser)
        rows = list(latents.to(dtype).unsqueeze(2).unbind(0))
        hidden = [text.hidden.to(dtype) for text in texts]
        answers = self.denoiser(rows, (1000 - times) / 1000, hidden, return_dict=False)[0]
        return -torch.stack([answer.float() for answer in answers]).squeeze(2)

    @property
    def lora_names(self) -> LoraNames:
        """Names that kohya's trainer uses."""
        return LoraNames("z_image", "Z-Image", z_image_layer)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Inputs with 512 tokens of text for each row."""
        config = self.denoiser.config
        return {
            "x": [torch.empty(config.in_channels, 1, side, side, dtype=dtype) for _ in range(rows)],
            "t": torch.empty(rows, dtype=dtype),
            "cap_feats": [torch.empty(TOKENS, config.cap_feat_dim, dtype=dtype) for _ in range(rows)],
            "return_dict": False,
        }
