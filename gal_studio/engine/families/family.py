"""What the engine asks of a model family; a family answers in one file and is listed in `registry.py`."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import torch

Sizes = tuple[int, int, int, int, int, int]
"""Size condition of a row: original height and width, top and left of its crop, target height and width."""


def uncropped(resolution: int) -> Sizes:
    """The size condition of a square picture that is not cropped."""
    return (resolution, resolution, 0, 0, resolution, resolution)


@dataclass(frozen=True)
class TextFeatures:
    """One prompt as a denoiser reads it: hidden (tokens, width), for some families also pooled (width,)."""

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None


class NoiseProcess(Protocol):
    """How noise is mixed into a latent, at which times, and what the denoiser is trained to answer."""

    def times(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Draw training times, (count,), as the denoiser takes them."""
        ...

    def mix(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Noisy latents (n, c, h, w) at the given times (n,)."""
        ...

    def target(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """The answer that a perfect denoiser gives to `mix` of the same arguments, (n, c, h, w)."""
        ...


class Solver(Protocol):
    """A diffusers scheduler whose timesteps are set."""

    timesteps: torch.Tensor
    init_noise_sigma: float

    def step(self, output: torch.Tensor, timestep: Any, sample: torch.Tensor, return_dict: bool) -> Any:
        """One denoising step; the first item of the result is the next sample."""
        ...


class Family(Protocol):
    """An open model of one family. Latents are (n, c, h, w) everywhere; a family packs them for itself.

    `part` names the denoiser in a diffusers pipeline ("unet", "transformer") and prefixes the layer names in
    a saved LoRA.
    """

    name: ClassVar[str]
    pipelines: ClassVar[tuple[str, ...]]
    part: ClassVar[str]
    leave_out: ClassVar[Mapping[str, Any]]
    pipeline: Any

    @classmethod
    def open(cls, folder: Path, dtype: torch.dtype) -> Self:
        """Open a model folder with weights of this type on the CPU; whatever is raised refuses the folder."""
        ...

    def check(self, name: str) -> None:
        """Refuse, with a StudioError that names the model, what this family would draw wrongly."""
        ...

    def to(self, device: torch.device) -> None:
        """Move every part of the model."""
        ...

    @property
    def denoiser(self) -> Any:
        """The module that is trained: a diffusers model that takes LoRAs and gradient checkpointing."""
        ...

    @property
    def autoencoder(self) -> Any:
        """The module between pictures and latents; it can decode in tiles."""
        ...

    @property
    def frozen_parts(self) -> tuple[torch.nn.Module, ...]:
        """All modules of the model; none of them is trained unless a training says so."""
        ...

    @property
    def scale(self) -> int:
        """Pixels of one latent position along a side."""
        ...

    @property
    def resolution(self) -> int:
        """The side in pixels that the model was made for."""
        ...

    @property
    def latent_channels(self) -> int:
        """Channels c of a latent."""
        ...

    @property
    def token_limit(self) -> int:
        """Tokens that the text encoder reads, marks at the ends included."""
        ...

    def count_tokens(self, prompt: str) -> int:
        """Tokens of a prompt, counted as `token_limit` is."""
        ...

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """Features of one prompt."""
        ...

    def unconditional_text(self, device: torch.device) -> TextFeatures:
        """The features that stand for "no prompt" in classifier-free guidance."""
        ...

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels (n, 3, H, W) in [-1, 1] to float32 latents, scaled as the denoiser sees them."""
        ...

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Latents to float32 pixels (n, 3, H, W), about [-1, 1]."""
        ...

    def process(self) -> NoiseProcess:
        """The noise process that the model was trained with."""
        ...

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """A fresh solver for drawing in this many steps."""
        ...

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        """The denoiser's answer in float32, (n, c, h, w)."""
        ...

    def is_guided(self, scale: float) -> bool:
        """Whether this guidance scale asks the denoiser twice: with the prompt and without."""
        ...

    def guide(self, without: torch.Tensor, with_text: torch.Tensor, scale: float) -> torch.Tensor:
        """Combine the two answers."""
        ...

    def lora_layers(self, target: str) -> list[str]:
        """Names (or their ends) of the denoiser's layers that a LoRA of this target changes."""
        ...

    def training_attention(self, device: torch.device) -> AbstractContextManager[None]:
        """Attention that trains faster on this device, for a while."""
        ...

    def sliced_attention(self) -> AbstractContextManager[None]:
        """Attention that takes less memory, for a while."""
        ...

    def prepare_for_measuring(self, denoiser: Any) -> None:
        """Prepare a copy without values for measuring: attention must not hold the table of all pairs."""
        ...

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Keyword arguments of one call of the denoiser, for measuring; made on the current device."""
        ...
