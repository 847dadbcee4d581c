"""Load an image model from a diffusers pipeline directory or the hub."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from gal_studio.causes import in_folder
from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.models.fast import Solver
from gal_studio.core.settings import Target, check_target
from gal_studio.engine.families.family import Family, ModelFiles
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.models import devices
from gal_studio.engine.models.complete import check_complete, incomplete
from gal_studio.engine.models.model_files import locate
from gal_studio.engine.models.placement import check_machine, lay_out_autoencoder, place, quantize


def no_change(step: int, steps: Denoising) -> None:
    """Change nothing before a denoising step."""


@dataclass
class ImageModel:
    """A loaded model on a device. `kept` holds the base weights that others replace, by name.

    The sampler calls `before_step` before each denoising step (from 0) of these: the strength of an adapter
    may change there. `solver` is what takes the steps: the family's own, or that of a speed LoRA.
    """

    name: str
    family: Family
    device: torch.device
    machine: MachineSettings = field(default_factory=MachineSettings)
    kept: dict[str, torch.Tensor] | None = field(default=None, repr=False)
    before_step: Callable[[int, Denoising], None] = field(default=no_change, repr=False)
    solver: Solver = "own"

    @property
    def denoiser(self) -> Any:
        """The trained module."""
        return self.family.denoiser

    @property
    def autoencoder(self) -> Any:
        """The autoencoder between pictures and latents."""
        return self.family.autoencoder

    @cached_property
    def weights(self) -> int:
        """How many weights the denoiser had when they were first counted."""
        return sum(weight.numel() for weight in self.denoiser.parameters())

    @property
    def training_precision(self) -> torch.dtype:
        """The precision of training's computations."""
        return devices.training_precision(self.device, self.machine.precision, self.weights)

    @property
    def drawing_precision(self) -> torch.dtype:
        """The precision of sampling."""
        return devices.drawing_precision(self.device, self.machine.precision, self.weights)

    @property
    def is_quantized(self) -> bool:
        """Whether the base weights are 8-bit integers."""
        return self.machine.base != "plain"

    @property
    def scale(self) -> int:
        """Pixels per latent position along a side."""
        return self.family.scale

    @property
    def resolution(self) -> int:
        """The side in pixels that the model was trained for."""
        return self.family.resolution

    def lora_layers(self, target: Target) -> list[str]:
        """Names, or suffixes of names, of the layers that get a LoRA; refused if there are none for it."""
        check_target(target, self.family.targets)
        return self.family.lora_layers(target)

    def latent_side(self, resolution: int | None = None) -> int:
        """The latent side of square pictures of this resolution, by default the model's own."""
        wanted, grid = resolution or self.resolution, self.family.grid
        if wanted % grid:
            raise StudioError(
                f"The resolution is {wanted}, and this model generates multiples of {grid} pixels: choose "
                f"{wanted - wanted % grid} or {wanted - wanted % grid + grid}."
            )
        return wanted // self.scale


def load_image_model(
    name_or_dir: str | Path,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    revisions: Revisions | None = None,
    machine: MachineSettings | None = None,
) -> ImageModel:
    """Load a model: a directory, a hub model or a one-file checkpoint; safetensors only.

    `machine` says how to hold it on the device. `revisions` pins hub models to the commit of their first
    use; without it the newest is used.
    """
    name, pinned = str(name_or_dir), {} if revisions is None else revisions
    chosen, held = devices.choose_device(device), machine or MachineSettings()
    check_machine(held, chosen)
    precision = dtype or devices.weight_precision(chosen, held.precision)
    family, files = locate(name, pinned, half=precision != torch.float32)
    opened = _open(name, family, files, precision)
    for module in opened.frozen_parts:
        module.requires_grad_(False).eval()
    if held.base == "int8":
        for part in (opened.denoiser, *opened.text_parts):
            quantize(part)
    place(opened, chosen, held)
    lay_out_autoencoder(opened)
    return ImageModel(name, opened, chosen, held)


def _open(name: str, family: type[Family], files: ModelFiles, dtype: torch.dtype) -> Family:
    import diffusers
    import transformers

    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    try:
        with torch.random.fork_rng(devices=[]):  # the initialization draws from the global generator
            opened = family.open(files, dtype)
    except Exception as error:
        # The libraries raise many types for a damaged or incomplete directory.
        if "meta tensor" in str(error):
            raise incomplete(name) from error
        raise StudioError(
            in_folder(files.folder, error)
            or f"The model {name} cannot be opened ({first_line(error)}): "
            "it must be a complete diffusers directory or checkpoint with safetensors weights."
        ) from error
    check_complete(name, opened, files)
    return opened
