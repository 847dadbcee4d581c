"""The interface of a model family; each family is one file, and one line in `registry.py`."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self, cast, runtime_checkable

import torch
from PIL import Image

from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Target
from gal_studio.engine.families.description import Description
from gal_studio.engine.families.lora_names import LoraNames

Sizes = tuple[int, int, int, int, int, int]
"""Size condition of a row: original height and width, top and left of the crop, target height and width."""


OneFileContent = Literal["pipeline", "denoiser"]


def uncropped(resolution: int) -> Sizes:
    """The size condition of an uncropped square picture."""
    return (resolution, resolution, 0, 0, resolution, resolution)


@dataclass(frozen=True)
class ModelFiles:
    """A model on disk: a pipeline's folder in a variant, or a one-file checkpoint.

    With a checkpoint, the folder gives what the checkpoint does not hold; `schedule` are the values of the
    scheduler that the checkpoint itself says.
    """

    folder: Path
    checkpoint: Path | None = None
    variant: str | None = None
    schedule: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TextFeatures:
    """A prompt's text features: hidden (tokens, width), and in some families pooled (width,).

    Where prompts are padded, `filled` (length,) is True at the places of the tokens.
    """

    hidden: torch.Tensor
    pooled: torch.Tensor | None = None
    filled: torch.Tensor | None = None


@dataclass(frozen=True)
class References:
    """What a denoiser reads of the reference pictures of one row, one tensor for each picture.

    `absent` are the tensors of the same shapes that the unconditional prediction reads.
    """

    features: tuple[torch.Tensor, ...]
    absent: tuple[torch.Tensor, ...]

    @property
    def dropped(self) -> "References":
        """As if no picture were given."""
        return replace(self, features=self.absent)


class NoiseProcess(Protocol):
    """The forward process: how times are drawn and noise is added, and what the denoiser predicts."""

    def times(
        self, count: int, generator: torch.Generator, low: float = 0.0, high: float = 1.0
    ) -> torch.Tensor:
        """Draw the times of Eq. G9, (count,), in the denoiser's units; only from this part of their range.

        Times in the part have the same density, up to a factor, as without limits.
        """

    def share(self, times: torch.Tensor) -> torch.Tensor:
        """Times in [0, 1], (count,): 0 is the picture, 1 pure noise."""

    def share_of(self, noise: float) -> float:
        """The least share at which the noise deviates so many times as much as the picture, or more."""

    def mix(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """Add noise to latents (n, c, h, w) at times (n,)."""

    def target(self, latents: torch.Tensor, noise: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        """The prediction target for `mix` of the same arguments, (n, c, h, w)."""


class Solver(Protocol):
    """A diffusers scheduler with its timesteps set."""

    timesteps: torch.Tensor
    init_noise_sigma: float

    def step(self, output: torch.Tensor, timestep: Any, sample: torch.Tensor, return_dict: bool) -> Any:
        """One denoising step; the first item of the result is the next sample."""


class Family(Protocol):
    """A loaded model of one family. Latents are (n, c, h, w) everywhere; packing them is up to the family.

    `pipelines` are the diffusers pipeline classes that it loads, `leave_out` the components replaced or
    skipped in loading, and `part` is the denoiser's name in the pipeline ("unet", "transformer"), which
    also prefixes the layer names in a saved LoRA. `one_file` is what a one-file checkpoint holds. A latent
    position is `patch` positions of the autoencoder along a side, and the sides of pictures are multiples of
    `grid` pixels. `targets` are the sets of layers that can get a LoRA.
    """

    name: ClassVar[str]
    pipelines: ClassVar[tuple[str, ...]]
    part: ClassVar[str]
    usual_side: ClassVar[int]
    """Pixels along a side of its pictures, where a model's configuration names none."""
    leave_out: ClassVar[Mapping[str, Any]]
    one_file: ClassVar[OneFileContent]
    patch: ClassVar[int]
    grid: ClassVar[int]
    targets: ClassVar[tuple[Target, ...]]
    pipeline: Any

    def __init__(self, pipeline: Any) -> None:
        """A model of these loaded components."""

    @classmethod
    def check(cls, model: Description) -> None:
        """Raise a StudioError that names the model if the family would not draw as its pipeline does."""

    @classmethod
    def open(cls, files: ModelFiles, dtype: torch.dtype) -> Self:
        """Load a model on the CPU with weights of this type; any exception refuses it."""

    def to(self, device: torch.device) -> None:
        """Move the whole model to a device."""

    @property
    def denoiser(self) -> Any:
        """The trained module: a diffusers model that supports LoRA and gradient checkpointing."""

    @property
    def autoencoder(self) -> Any:
        """The autoencoder between pictures and latents; it supports tiled decoding."""

    @property
    def frozen_parts(self) -> tuple[torch.nn.Module, ...]:
        """All modules of the model, which are frozen after loading."""

    @property
    def text_parts(self) -> tuple[torch.nn.Module, ...]:
        """The modules that encode text, and are needed for nothing else."""

    @property
    def scale(self) -> int:
        """Pixels per latent position along a side."""

    @property
    def resolution(self) -> int:
        """The side in pixels that the model was trained for."""

    @property
    def latent_channels(self) -> int:
        """Channels c of a latent."""

    @property
    def token_limit(self) -> int:
        """The text encoder's context length, including the start and end tokens."""

    def count_tokens(self, prompt: str) -> int:
        """The number of a prompt's tokens, including the start and end tokens."""

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """Encode one prompt."""

    def unconditional_text(self, device: torch.device) -> TextFeatures:
        """The unconditional text features of classifier-free guidance."""

    def encode(self, pixels: torch.Tensor, deviations: float = 0.0) -> torch.Tensor:
        """Encode pixels (n, 3, H, W) in [-1, 1] to float32 latents, scaled for the denoiser.

        They are the mode of the autoencoder's posterior, or so many of its standard deviations above it.
        """

    def decode(self, latents: torch.Tensor) -> torch.Tensor:
        """Decode latents to float32 pixels (n, 3, H, W), roughly in [-1, 1]."""

    def process(self) -> NoiseProcess:
        """The noise process that the model was trained with."""

    def solver(self, steps: int, resolution: int, device: torch.device) -> Solver:
        """Make a solver for sampling in this many steps."""

    def predict(
        self, latents: torch.Tensor, times: torch.Tensor, texts: list[TextFeatures], sizes: list[Sizes]
    ) -> torch.Tensor:
        """The denoiser's prediction in float32, (n, c, h, w)."""

    def is_guided(self, scale: float) -> bool:
        """Whether this guidance scale needs a conditional and an unconditional prediction."""

    def guide(self, without: torch.Tensor, with_text: torch.Tensor, scale: float) -> torch.Tensor:
        """Combine the unconditional and the conditional prediction."""

    def lora_layers(self, target: str) -> list[str]:
        """Names, or suffixes of names, of the layers that get a LoRA for this one of its targets."""

    @property
    def lora_names(self) -> LoraNames:
        """How its LoRA layers are called in the files of other programs."""

    def training_attention(
        self, device: torch.device, precision: torch.dtype
    ) -> AbstractContextManager[None]:
        """Use attention that trains faster in this precision on this device, within the context."""

    def sliced_attention(self) -> AbstractContextManager[None]:
        """Use attention that needs less memory, within the context."""

    def example_inputs(self, rows: int, side: int, dtype: torch.dtype) -> dict[str, Any]:
        """Keyword arguments for one call of the denoiser, on the default device, to measure its memory."""


class ReferenceFamily(Family, Protocol):
    """The optional part of a family that can be given reference pictures.

    With `by_adapter`, only while an image adapter is attached to its denoiser
    (`gal_studio.engine.sampling.reference_adapter`).
    """

    by_adapter: ClassVar[bool]

    def encode_references(self, pictures: Sequence[Image.Image], device: torch.device) -> References:
        """Encode reference pictures."""

    def predict(
        self,
        latents: torch.Tensor,
        times: torch.Tensor,
        texts: list[TextFeatures],
        sizes: list[Sizes],
        references: Sequence[References] = (),
    ) -> torch.Tensor:
        """See `Family`; with reference pictures for each row, which are as many for all."""


def dtype_of(module: torch.nn.Module) -> torch.dtype:
    """The type of a module's first floating-point weight; diffusers' `dtype` walks over all layers for it."""
    return next(weight.dtype for weight in module.parameters() if weight.is_floating_point())


def reference_family(family: Family | type[Family], name: str) -> ReferenceFamily:
    """The family as one that can be given reference pictures; refused if it cannot."""
    if not hasattr(family, "encode_references"):
        raise StudioError(
            f"The model {name} cannot be given reference images: choose Stable Diffusion 1.5 or XL with an "
            "image adapter, or FLUX.2 klein."
        )
    return cast(ReferenceFamily, family)


@runtime_checkable
class TakesSigmas(Protocol):
    """The optional part of a family whose steps can begin at given noise."""

    def solver_at(self, sigmas: Sequence[float], device: torch.device) -> Solver:
        """Make a solver for sampling whose steps begin at these sigmas, from high to low."""


def family_solver(family: Family, denoising: Denoising, resolution: int, device: torch.device) -> Solver:
    """The family's solver for these steps; refused if it cannot take their sigmas."""
    if not denoising.sigmas:
        return family.solver(denoising.steps, resolution, device)
    if not isinstance(family, TakesSigmas):
        raise StudioError("Sigmas are for Stable Diffusion: leave the field empty for this model.")
    return family.solver_at(denoising.sigmas, device)


def predict(
    family: Family,
    latents: torch.Tensor,
    times: torch.Tensor,
    texts: list[TextFeatures],
    sizes: list[Sizes],
    references: Sequence[References] = (),
) -> torch.Tensor:
    """The denoiser's prediction, with reference pictures for each row or with none."""
    if not references:
        return family.predict(latents, times, texts, sizes)
    return reference_family(family, family.name).predict(latents, times, texts, sizes, references)
