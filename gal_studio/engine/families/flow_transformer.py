"""The common base of transformers trained by flow matching, with a language model as text encoder."""

import copy
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

import torch

from gal_studio.core.settings import Target
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.family import ModelFiles, OneFileContent, Solver
from gal_studio.engine.families.packed import read_weights
from gal_studio.engine.families.pipeline import PipelineFamily
from gal_studio.engine.families.processes import FlowProcess

PREFIX = "model.diffusion_model."
TOKENS = 512
"""Tokens of a prompt in its chat template, in all these pipelines."""


class FlowTransformerFamily(PipelineFamily):
    """A pipeline around a diffusion transformer, solved by Euler's method; see `Family`."""

    part: ClassVar[str] = "transformer"
    usual_side: ClassVar[int] = 1024
    targets: ClassVar[tuple[Target, ...]] = ("attention", "all")
    one_file: ClassVar[OneFileContent] = "denoiser"
    in_float32: ClassVar[tuple[str, ...]] = ("vae",)
    grid: ClassVar[int] = 16
    denoiser_class: ClassVar[str]
    thinking: ClassVar[bool]
    token_side: ClassVar[int] = 2
    """Positions of a latent along a side that are one token."""
    most_tokens: ClassVar[int] = 4096
    """Tokens that the largest shift is for, unless the scheduler's configuration names them."""
    block_list: ClassVar[str] = "transformer_blocks"
    """The main blocks of the denoiser, whose layers can get a LoRA."""
    attention: ClassVar[tuple[str, ...]]
    feed_forward: ClassVar[tuple[str, ...]]
    """What else a LoRA of all layers has, in each block."""

    @classmethod
    def check(cls, model: Description) -> None:
        """Refuse other transformers, other schedulers than Euler's, and steps that draw new noise."""
        model.require_class("transformer", cls.denoiser_class)
        model.require_class("scheduler", "FlowMatchEulerDiscreteScheduler")
        plain = {"invert_sigmas": (False,), "stochastic_sampling": (False,), "num_train_timesteps": (1000,)}
        model.require_values("scheduler", plain, "a scheduler")

    @classmethod
    def open_denoiser(cls, files: ModelFiles, dtype: torch.dtype) -> Any:
        """Unpack the weights and convert their names, which a checkpoint of ComfyUI has below a prefix."""
        import diffusers

        kind = getattr(diffusers, cls.denoiser_class)
        weights, packed = read_weights(files.checkpoint, dtype) if files.checkpoint else ({}, False)
        inner = {name[len(PREFIX) :]: weights[name] for name in weights if name.startswith(PREFIX)}
        options = {"config": str(files.folder), "subfolder": cls.part, "dtype": dtype}
        made = kind.from_single_file(inner or weights, local_files_only=True, **options)
        made.was_packed = packed
        return made

    @property
    def resolution(self) -> int:
        """What these pipelines draw by default."""
        return self.usual_side

    @property
    def latent_channels(self) -> int:
        """The transformer's input channels."""
        return int(self.denoiser.config.in_channels)

    @property
    def token_limit(self) -> int:
        """The context length of the pipeline, including the chat template."""
        return TOKENS

    def count_tokens(self, prompt: str) -> int:
        """The number of tokens in the chat template."""
        tokenizer, messages = self.pipeline.tokenizer, [{"role": "user", "content": prompt}]
        options = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": self.thinking}
        return len(tokenizer(tokenizer.apply_chat_template(messages, **options), verbose=False).input_ids)

    def process(self) -> FlowProcess:
        """Flow matching with the scheduler's static shift; a shift by size is not for training."""
        config = self.pipeline.scheduler.config
        return FlowProcess(1.0 if config.use_dynamic_shifting else float(config.shift))

    def channel_statistics(self, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation of each channel, (1, c, 1, 1), where the autoencoder names them."""
        config = self.autoencoder.config
        mean, deviation = (
            torch.tensor(values, device=device).view(1, -1, 1, 1)
            for values in (config.latents_mean, config.latents_std)
        )
        return mean, deviation

    def encode(self, pixels: torch.Tensor, deviations: float = 0.0) -> torch.Tensor:
        """Normalize the posterior's mode, or what lies above it, by each channel's mean and deviation."""
        mean, deviation = self.channel_statistics(pixels.device)
        return (self.posterior(pixels, deviations) - mean) / deviation

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Undo `encode`, and decode."""
        mean, deviation = self.channel_statistics(latents.device)
        return self.decoded(latents / (1.0 / deviation) + mean)  # rounds as the pipelines do

    def shift(self, resolution: int) -> float:
        """The logarithm of how much the noise levels of pictures of this size are shifted."""
        from diffusers.pipelines.flux.pipeline_flux import calculate_shift

        usual: dict[str, float] = {"base_image_seq_len": 256, "max_image_seq_len": self.most_tokens}
        usual |= {"base_shift": 0.5, "max_shift": 1.15}
        config, tokens = self.pipeline.scheduler.config, (resolution // self.scale // self.token_side) ** 2
        return float(calculate_shift(tokens, *(config.get(name, usual[name]) for name in usual)))

    def euler(self, sigmas: Sequence[float], mu: float, device: torch.device) -> Solver:
        """The pipeline's scheduler at these noise levels; `mu` shifts them if it shifts by size."""
        solver = copy.deepcopy(self.pipeline.scheduler)
        solver.set_timesteps(sigmas=sigmas, mu=mu, device=device)
        solver.set_begin_index(0)
        solver.init_noise_sigma = 1.0
        return solver  # type: ignore[no-any-return]

    def lora_layers(self, target: str) -> list[str]:
        """Layers of the main blocks; all others stay as they are."""
        wanted = (*self.attention, *(self.feed_forward if target == "all" else ()))
        blocks = range(len(getattr(self.denoiser, self.block_list)))
        return [f"{self.block_list}.{block}.{layer}" for block in blocks for layer in wanted]

    def training_attention(
        self, device: torch.device, precision: torch.dtype
    ) -> AbstractContextManager[None]:
        """The model's own attention."""
        return nullcontext()

    def sliced_attention(self) -> AbstractContextManager[None]:
        """The model's own attention, which never holds the whole matrix."""
        return nullcontext()
