"""The common base of families that diffusers loads: a pipeline with a denoiser and an autoencoder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Self

import torch

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.families.family import ModelFiles, OneFileContent, TextFeatures, dtype_of
from gal_studio.engine.families.frames import given_to, pixels_for, pixels_of, scale_of, taken_from

TEXT = "text_encoder"


@contextmanager
def usual_name(checkpoint: Path) -> Iterator[Path]:
    """A path to a safetensors file by which diffusers knows it as one; others end in `.sft` or capitals."""
    if checkpoint.suffix == ".safetensors":
        yield checkpoint
        return
    with TemporaryDirectory() as folder:
        link = Path(folder, f"{checkpoint.stem}.safetensors")
        try:
            link.symlink_to(checkpoint.absolute())
        except OSError as error:  # such as on Windows without that right
            raise StudioError(
                f"The file {checkpoint} can only be opened through a link that ends in .safetensors, which "
                f"could not be made ({first_line(error)}): rename the file so that it ends in .safetensors."
            ) from error
        yield link


def rescheduled(scheduler: Any, values: Mapping[str, Any]) -> Any:
    """A scheduler with other values; DDIM's with the same noise where its class does not know them."""
    from diffusers import DDIMScheduler

    kind = type(scheduler) if set(values) <= {*scheduler.config} else DDIMScheduler
    return kind.from_config({**scheduler.config, **values})


class PipelineFamily:
    """A diffusers pipeline; its denoiser is the component `part`. See `Family`.

    The components `in_float32` are read at full precision, whatever the precision of the model.
    """

    pipelines: ClassVar[tuple[str, ...]]
    part: ClassVar[str]
    leave_out: ClassVar[Mapping[str, Any]] = {}
    one_file: ClassVar[OneFileContent] = "pipeline"
    in_float32: ClassVar[tuple[str, ...]] = ()
    patch: ClassVar[int] = 1
    grid: ClassVar[int] = 8
    unguided: ClassVar[float] = 1.0
    """The guidance scale up to which the prompt alone predicts; some pipelines count from 0."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    @classmethod
    def open(cls, files: ModelFiles, dtype: torch.dtype) -> Self:
        """Load with diffusers: local files and safetensors only."""
        import diffusers

        kind = getattr(diffusers, cls.pipelines[0])
        options: dict[str, Any] = {"local_files_only": True, "dtype": dtype, **cls.leave_out}
        if files.checkpoint is not None and cls.one_file == "pipeline":
            with usual_name(files.checkpoint) as path:
                pipeline = kind.from_single_file(str(path), config=str(files.folder), **options)
            if files.schedule:
                pipeline.scheduler = rescheduled(pipeline.scheduler, files.schedule)
        else:
            if files.checkpoint is not None:
                options[cls.part] = cls.open_denoiser(files, dtype)
            options |= {"use_safetensors": True, "variant": files.variant}
            options["dtype"] = {"default": dtype, **dict.fromkeys(cls.in_float32, torch.float32)}
            pipeline = kind.from_pretrained(files.folder, **options)
        pipeline.set_progress_bar_config(disable=True)
        return cls(pipeline)

    @classmethod
    def open_denoiser(cls, files: ModelFiles, dtype: torch.dtype) -> Any:
        """Load the denoiser from a one-file checkpoint, configured as in the folder."""
        raise NotImplementedError

    def to(self, device: torch.device) -> None:
        """Move the pipeline."""
        self.pipeline = self.pipeline.to(device)

    @property
    def denoiser(self) -> Any:
        """The U-Net or transformer."""
        return getattr(self.pipeline, self.part)

    @property
    def autoencoder(self) -> Any:
        """The variational autoencoder."""
        return self.pipeline.vae

    @property
    def frozen_parts(self) -> tuple[torch.nn.Module, ...]:
        """Denoiser, autoencoder and text encoders."""
        parts = self.pipeline.components.values()
        return tuple(part for part in parts if isinstance(part, torch.nn.Module))

    @property
    def text_parts(self) -> tuple[torch.nn.Module, ...]:
        """The text encoders."""
        encoders = {key: part for key, part in self.pipeline.components.items() if key.startswith(TEXT)}
        return tuple(part for part in encoders.values() if isinstance(part, torch.nn.Module))

    @property
    def scale(self) -> int:
        """Pixels per position of the autoencoder, times the patch."""
        return scale_of(self.autoencoder) * self.patch

    def encode_text(self, prompt: str, device: torch.device) -> TextFeatures:
        """Encode one prompt."""
        raise NotImplementedError

    def unconditional_text(self, device: torch.device) -> TextFeatures:
        """The features of the empty prompt."""
        return self.encode_text("", device)

    def is_guided(self, scale: float) -> bool:
        """Whether the scale is above that of the prompt alone."""
        return scale > self.unguided

    def guide(self, without: torch.Tensor, with_text: torch.Tensor, scale: float) -> torch.Tensor:
        """Classifier-free guidance, from the prediction that the scale counts from."""
        start = without if self.unguided else with_text
        return start + scale * (with_text - without)

    def posterior(self, pixels: torch.Tensor, deviations: float) -> torch.Tensor:
        """The mode of the autoencoder's posterior and so many standard deviations above it, in float32."""
        autoencoder = self.autoencoder
        found = autoencoder.encode(pixels_for(autoencoder, pixels.to(dtype_of(autoencoder)))).latent_dist
        mode: torch.Tensor = found.mode().float()
        above = mode + deviations * found.std.float() if deviations else mode
        return taken_from(autoencoder, above).contiguous()

    def decoded(self, latents: torch.Tensor) -> torch.Tensor:
        """Decode unscaled latents to float32 pixels."""
        autoencoder = self.autoencoder
        given = given_to(autoencoder, latents.to(dtype_of(autoencoder)))
        pixels: torch.Tensor = autoencoder.decode(given, return_dict=False)[0]
        return pixels_of(autoencoder, pixels).float()
