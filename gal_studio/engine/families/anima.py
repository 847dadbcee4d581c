"""Anima, for drawings: a transformer of Cosmos over the picture, which reads text through a conditioner.

Its pipeline is a modular one of diffusers: blocks in place of one class, whose components lie side by side.
It is guided by one of them, the guider, and not by an argument of its call.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import ModelFiles, Sizes, Solver, TextFeatures, dtype_of
from gal_studio.engine.families.flow_transformer import TOKENS, FlowTransformerFamily
from gal_studio.engine.families.lora_names import LoraNames, anima_layer

PATCH = 2
"""Positions of a latent along a side that are one token."""
WITHOUT_WEIGHTS = {"scheduler", "tokenizer", "t5_tokenizer"}


class Anima(FlowTransformerFamily):
    """Prompts are read by Qwen3 and, as bare tokens, by the conditioner, which gives 512 features to all."""

    name: ClassVar[str] = "anima"
    pipelines: ClassVar[tuple[str, ...]] = ("AnimaModularPipeline",)
    denoiser_class: ClassVar[str] = "CosmosTransformer3DModel"
    attention: ClassVar[tuple[str, ...]] = tuple(
        f"{part}.to_{layer}" for part in ("attn1", "attn2") for layer in ("q", "k", "v", "out.0")
    )
    feed_forward: ClassVar[tuple[str, ...]] = ("ff.net.0.proj", "ff.net.2")
    parts: ClassVar[Mapping[str, str]] = {
        "text_encoder": "Qwen3Model",
        "tokenizer": "Qwen2Tokenizer",
        "t5_tokenizer": "T5TokenizerFast",
        "text_conditioner": "AnimaTextConditioner",
        "transformer": "CosmosTransformer3DModel",
        "vae": "AutoencoderKLQwenImage",
        "scheduler": "FlowMatchEulerDiscreteScheduler",
    }
    """Each component, which is a folder, and its class."""

    @classmethod
    def open(cls, files: ModelFiles, dtype: torch.dtype) -> Self:
        """Load each component from its own folder: local files and safetensors only."""
        import diffusers
        import transformers

        if files.checkpoint is not None:  # diffusers converts none
            raise StudioError(
                f"The file {files.checkpoint} cannot be opened: give the diffusers folder of its model, or "
                "its hub ID."
            )
        found: dict[str, Any] = {}
        for part, kind in cls.parts.items():
            maker: Any = getattr(diffusers, kind, None) or getattr(transformers, kind)
            own: dict[str, Any] = {"local_files_only": True, "subfolder": part}
            if part not in WITHOUT_WEIGHTS:
                own |= {"use_safetensors": True, "variant": files.variant}
                own["dtype"] = torch.float32 if part in cls.in_float32 else dtype
            found[part] = maker.from_pretrained(files.folder, **own)
        pipeline = diffusers.AnimaAutoBlocks().init_pipeline()
        pipeline.update_components(**found)
        pipeline.set_progress_bar_config(disable=True)
        return cls(pipeline)

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other components, and parts whose sizes do not fit each other."""
        super().check(model)
        for part in ("vae", "text_encoder", "text_conditioner"):
            model.require_class(part, cls.parts[part])
        model.require_values("scheduler", {"use_dynamic_shifting": (False,)}, "a scheduler")
        model.require_values("transformer", {"patch_size": ([1, PATCH, PATCH],)}, "a transformer")
        model.require_size("transformer", "in_channels", 16, model.value("vae", "z_dim", 16))
        width = model.value("text_conditioner", "target_dim", 1024)
        model.require_size("transformer", "text_embed_dim", 1024, width)
        read = model.value("text_encoder", "hidden_size", 4096)
        model.require_size("text_conditioner", "source_dim", 1024, read)

    @property
    def text_parts(self) -> tuple[torch.nn.Module, ...]:
        """The text encoder and the conditioner behind it."""
        return self.pipeline.text_encoder, self.pipeline.text_conditioner

    def count_tokens(self, prompt: str) -> int:
        """The longer count of the two tokenizers."""
        tokenizers = self.pipeline.tokenizer, self.pipeline.t5_tokenizer
        return max(len(each(prompt, verbose=False).input_ids) for each in tokenizers)

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """What the conditioner makes of both readings of the prompt, (512, width)."""
        from diffusers.modular_pipelines.anima.encoders import AnimaTextEncoderStep

        pipeline = self.pipeline
        read = AnimaTextEncoderStep.encode_prompt(
            pipeline, [prompt], prepare_unconditional_embeds=False, max_sequence_length=TOKENS, device=device
        )
        features = pipeline.text_conditioner(
            source_hidden_states=read["qwen_prompt_embeds"].to(dtype_of(pipeline.text_conditioner)),
            source_attention_mask=read["qwen_attention_mask"],
            target_input_ids=read["t5_input_ids"],
            target_attention_mask=read["t5_attention_mask"],
        )
        return TextFeatures(features[0])

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """Euler's method at evenly spaced noise levels, shifted as the scheduler says."""
        return self.euler(np.linspace(1.0, 1 / steps, steps).tolist(), 0.0, device)

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        """The predicted direction from picture to noise."""
        dtype, (height, width) = dtype_of(self.denoiser), latents.shape[2:]
        side = self.scale
        answer: torch.Tensor = self.denoiser(
            hidden_states=latents.to(dtype).unsqueeze(2),
            timestep=times.to(dtype) / 1000,
            encoder_hidden_states=torch.stack([text.hidden for text in texts]).to(dtype),
            padding_mask=latents.new_zeros(1, 1, height * side, width * side, dtype=dtype),
            return_dict=False,
        )[0]
        return answer.squeeze(2).float()

    @property
    def lora_names(self) -> LoraNames:
        """The original names, which ComfyUI reads."""
        return LoraNames("anima", "Anima", anima_layer)

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Inputs with 512 features of text."""
        config = self.denoiser.config
        return {
            "hidden_states": torch.empty(rows, config.in_channels, 1, side, side, dtype=dtype),
            "timestep": torch.empty(rows, dtype=dtype),
            "encoder_hidden_states": torch.empty(rows, TOKENS, config.text_embed_dim, dtype=dtype),
            "padding_mask": torch.empty(1, 1, side, side, dtype=dtype),
            "return_dict": False,
        }
