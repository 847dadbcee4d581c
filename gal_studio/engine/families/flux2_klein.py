"""FLUX.2 klein, base and distilled: patchified and normalized latents, text from three layers of Qwen3."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Target
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import References, Sizes, Solver, TextFeatures, dtype_of
from gal_studio.engine.families.flow_transformer import TOKENS, FlowTransformerFamily
from gal_studio.engine.families.lora_names import LoraNames, klein_layer

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0", "to_qkv_mlp_proj")
LARGEST_REFERENCE = 1024 * 1024
"""Pixels of a reference picture; larger ones are reduced, as the pipeline does."""
SMALLEST_SIDE, LONGEST_SHAPE = 64, 8
"""Pixels of a reference's shorter side, and how many times as long the other one may be, in the pipeline."""
BLOCKS_OF_9B = 8
"""Double blocks of the model with 9 billion parameters; that with 4 billion has 5."""
REST = (
    *("add_q_proj", "add_k_proj", "add_v_proj", "to_add_out"),
    *("ff.linear_in", "ff.linear_out", "ff_context.linear_in", "ff_context.linear_out"),
)


class Flux2Klein(FlowTransformerFamily):
    """A latent position is a 2 x 2 patch of the autoencoder's, normalized by its batch norm."""

    name: ClassVar[str] = "flux2-klein"
    pipelines: ClassVar[tuple[str, ...]] = ("Flux2KleinPipeline",)
    patch: ClassVar[int] = 2
    denoiser_class: ClassVar[str] = "Flux2Transformer2DModel"
    thinking: ClassVar[bool] = False
    targets: ClassVar[tuple[Target, ...]] = ("attention", "all", "style")
    by_adapter: ClassVar[bool] = False

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other components, and transformers with guidance as an input (FLUX.2 dev)."""
        super().check(model)
        model.require_class("vae", "AutoencoderKLFlux2")
        model.require_class("text_encoder", "Qwen3ForCausalLM")
        guided = model.value("transformer", "guidance_embeds", True)
        model.require(not guided, "has a transformer with the guidance as an input", "FLUX.2 klein alone")
        made, width = (
            model.value("vae", "latent_channels", 32),
            model.value("text_encoder", "hidden_size", 4096),
        )
        model.require_size("transformer", "in_channels", 128, 4 * made)
        model.require_size("transformer", "joint_attention_dim", 15360, 3 * width)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """The hidden states of layers 9, 18 and 27, concatenated, of all 512 positions."""
        hidden, _ = self.pipeline.encode_prompt(prompt, device=device)
        return TextFeatures(hidden[0])

    def encode(self, pixels: torch.Tensor, deviations: float = 0.0) -> torch.Tensor:
        """Patchify the posterior's mode, or what lies above it, and normalize it."""
        mean, deviation = self._statistics()
        patches: torch.Tensor = self.pipeline._patchify_latents(self.posterior(pixels, deviations))
        return (patches - mean) / deviation

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Undo `encode`, and decode."""
        mean, deviation = self._statistics()
        return self.decoded(self.pipeline._unpatchify_latents(latents * deviation + mean))

    def _statistics(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation of each channel, (1, c, 1, 1)."""
        norm, epsilon = self.autoencoder.bn, self.autoencoder.config.batch_norm_eps
        mean, variance = (part.float().view(1, -1, 1, 1) for part in (norm.running_mean, norm.running_var))
        return mean, torch.sqrt(variance + epsilon)

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """Euler's method at evenly spaced noise levels, shifted by size and number of steps."""
        from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu

        positions = (resolution // self.scale) ** 2
        sigmas = np.linspace(1.0, 1 / steps, steps)
        return self.euler(sigmas.tolist(), compute_empirical_mu(positions, steps), device)

    def encode_references(self, pictures: Sequence[Image.Image], device: torch.device) -> References:
        """Their latents, each (c, h, w), which the unconditional prediction reads as well."""
        latents = tuple(self._encode_reference(picture.convert("RGB"), device) for picture in pictures)
        return References(latents, latents)

    def _encode_reference(self, picture: Image.Image, device: torch.device) -> torch.Tensor:
        """Of the picture in its own shape, cropped to whole latent positions; refused as by the pipeline."""
        low, high = sorted(picture.size)
        if low < SMALLEST_SIDE or high > LONGEST_SHAPE * low:
            raise StudioError(
                f"A reference image is {picture.width} x {picture.height} px, but FLUX.2 klein needs at "
                f"least {SMALLEST_SIDE} px on each side, and no side more than {LONGEST_SHAPE} times as long "
                "as the other: choose another."
            )
        processor = self.pipeline.image_processor
        if picture.width * picture.height > LARGEST_REFERENCE:
            picture = processor._resize_to_target_area(picture, LARGEST_REFERENCE)
        width, height = (side // self.scale * self.scale for side in picture.size)
        pixels = processor.preprocess(picture, height=height, width=width, resize_mode="crop")
        with torch.no_grad():
            return self.encode(pixels.to(device))[0]

    def predict(
        self,
        latents: torch.Tensor,
        times: torch.Tensor,
        texts: list[TextFeatures],
        sizes: list[Sizes],
        references: Sequence[References] = (),
    ) -> torch.Tensor:
        """The predicted direction from picture to noise; reference latents follow the picture's own."""
        dtype, device = dtype_of(self.denoiser), latents.device
        hidden = torch.stack([text.hidden for text in texts]).to(dtype)
        packed = self.pipeline._pack_latents(latents.to(dtype))
        ids = self.pipeline._prepare_latent_ids(latents).to(device)
        own = packed.shape[1]
        if references:
            given, places = self._packed_references(references)
            packed = torch.cat([packed, given.to(device, dtype)], 1)
            ids = torch.cat([ids, places.to(device).repeat(len(latents), 1, 1)], 1)
        answer: torch.Tensor = self.denoiser(
            hidden_states=packed,
            timestep=times.to(latents.dtype) / 1000,
            guidance=None,
            encoder_hidden_states=hidden,
            txt_ids=self.pipeline._prepare_text_ids(hidden).to(device),
            img_ids=ids,
            return_dict=False,
        )[0]
        return answer[:, :own].float().transpose(1, 2).reshape(latents.shape)

    def _packed_references(self, references: Sequence[References]) -> tuple[torch.Tensor, torch.Tensor]:
        """Each row's reference tokens (n, tokens, c), and their places (1, tokens, 4): the first picture at
        time 10, the next at 20, and so on.
        """
        pack = self.pipeline._pack_latents
        rows = [torch.cat([pack(one[None]) for one in row.features], 1) for row in references]
        return torch.cat(rows), self.pipeline._prepare_image_ids(
            [one[None] for one in references[0].features]
        )

    def is_guided(self, scale: float) -> bool:
        """Whether the scale is above 1; the distilled models ignore it."""
        return scale > 1.0 and not self.pipeline.config.is_distilled

    def lora_layers(self, target: str) -> list[str]:
        """The single blocks' outputs by full names, since the double blocks have lists of the same name.

        "style" are all layers of the later half of the single blocks: in FLUX the early ones decide what is
        where, the later ones how it looks (SplitFlux, CVPR 2026, of FLUX.1).
        """
        count = self.denoiser.config.num_single_layers
        if target == "style":
            later = (f"single_transformer_blocks.{block}.attn" for block in range(count // 2, count))
            return [f"{attention}.{layer}" for attention in later for layer in ("to_qkv_mlp_proj", "to_out")]
        outputs = [f"single_transformer_blocks.{block}.attn.to_out" for block in range(count)]
        return [*ATTENTION, *outputs, *(REST if target == "all" else ())]

    @property
    def lora_names(self) -> LoraNames:
        """The names of the model with 4 or 9 billion parameters, told by its blocks."""
        size = "9b" if self.denoiser.config.num_layers >= BLOCKS_OF_9B else "4b"
        return LoraNames(f"flux_2_klein_{size}", f"Flux.2-klein-{size}", klein_layer)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Inputs with 512 tokens of text."""
        config = self.denoiser.config
        return {
            "hidden_states": torch.empty(rows, side * side, config.in_channels, dtype=dtype),
            "timestep": torch.empty(rows, dtype=dtype),
            "guidance": None,
            "encoder_hidden_states": torch.empty(rows, TOKENS, config.joint_attention_dim, dtype=dtype),
            "txt_ids": torch.empty(rows, TOKENS, 4, dtype=torch.long),
            "img_ids": torch.empty(rows, side * side, 4, dtype=torch.long),
            "return_dict": False,
        }
