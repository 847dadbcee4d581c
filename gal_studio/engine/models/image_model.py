"""An image model: a diffusers pipeline directory or hub id, opened once and kept."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.devices import choose_device, holding_precision
from gal_studio.engine.models.hub import Revisions, is_directory, pipeline_folder, pipeline_index

FAMILIES = {"StableDiffusionPipeline": "sd1", "StableDiffusionXLPipeline": "sdxl"}
PREDICTION_TYPES = ("epsilon", "v_prediction")


@dataclass
class ImageModel:
    """The parts of an open pipeline. `kept` holds the base weights while others stand in their place."""

    name: str
    family: str
    pipeline: Any
    device: torch.device
    kept: dict[str, torch.Tensor] | None = field(default=None, repr=False)

    @property
    def unet(self) -> Any:
        """The denoiser: eps_hat or v_hat of a noisy latent, a timestep and a text."""
        return self.pipeline.unet

    @property
    def vae(self) -> Any:
        """The autoencoder between pictures and latents."""
        return self.pipeline.vae

    @property
    def prediction_type(self) -> str:
        """What the denoiser was trained to predict, as its scheduler's configuration says."""
        return str(self.pipeline.scheduler.config.prediction_type)

    @property
    def scale(self) -> int:
        """Pixels for each latent position along one side."""
        return int(2 ** (len(self.vae.config.block_out_channels) - 1))

    @property
    def resolution(self) -> int:
        """The side in pixels that the model was made for."""
        size = self.unet.config.sample_size
        return int(size if isinstance(size, int) else size[0]) * self.scale

    @property
    def latent_channels(self) -> int:
        """Channels of a latent."""
        return int(self.unet.config.in_channels)

    @property
    def token_limit(self) -> int:
        """Tokens that the text encoder reads, the two marks at the ends included."""
        positions = int(self.pipeline.text_encoder.config.max_position_embeddings)
        return min(positions, int(self.pipeline.tokenizer.model_max_length))


def load_image_model(
    name_or_dir: str | Path,
    device: str | torch.device | None = None,
    dtype: torch.dtype | None = None,
    revisions: Revisions | None = None,
) -> ImageModel:
    """Open a Stable Diffusion 1.x or XL pipeline from a directory or a hub id; safetensors only.

    `revisions` pins hub models to the commit of their first use; without it the newest is taken.
    """
    name, pinned = str(name_or_dir), {} if revisions is None else revisions
    chosen = choose_device(device)
    family = _family(name, _index(name, pinned))
    pipeline = _open(name, family, dtype or holding_precision(chosen), pinned)
    model = ImageModel(name=name, family=family, pipeline=pipeline.to(chosen), device=chosen)
    _check(model)
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        module = getattr(pipeline, part, None)
        if module is not None:
            module.requires_grad_(False).eval()
    # Half precision overflows in the larger autoencoders; channels last decodes in 3/4 of the time on a CPU.
    for weight in pipeline.vae.parameters():
        layout = torch.channels_last if weight.ndim == 4 else torch.preserve_format
        weight.data = weight.data.to(torch.float32, memory_format=layout)
    return model


def _index(name: str, revisions: Revisions) -> dict[str, Any]:
    """The pipeline's table of contents: `model_index.json`."""
    if not is_directory(name):
        return _read_index(pipeline_index(name, revisions).parent)
    if not Path(name).is_dir():
        raise StudioError(f"There is no model directory {name}: check the path.")
    return _read_index(Path(name))


def _read_index(folder: Path) -> dict[str, Any]:
    try:
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StudioError(
            f"{folder} is not an image model: a diffusers pipeline directory has a model_index.json."
        ) from error
    return index if isinstance(index, dict) else {}


def _family(name: str, index: dict[str, Any]) -> str:
    kind = index.get("_class_name")
    if kind not in FAMILIES:
        raise StudioError(
            f"The model {name} is a {kind or 'directory without a pipeline class'}: "
            f"this version opens {' and '.join(FAMILIES)}."
        )
    return FAMILIES[kind]


def _open(name: str, family: str, dtype: torch.dtype, revisions: Revisions) -> Any:
    import diffusers
    import transformers

    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    kind = next(key for key, value in FAMILIES.items() if value == family)
    parts: dict[str, Any] = {}
    if family == "sd1":  # a blank picture must never be scored, so the safety checker stays out
        parts = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    folder = Path(name) if is_directory(name) else pipeline_folder(name, revisions, **parts)
    options = {"dtype": dtype, "use_safetensors": True, "local_files_only": True, **parts}
    try:
        with torch.random.fork_rng(devices=[]):  # layers fill themselves from the global generator first
            pipeline = getattr(diffusers, kind).from_pretrained(folder, **options)
    except Exception as error:
        # The libraries raise many kinds for a broken or incomplete directory; all mean the same here.
        reason = str(error).strip().splitlines()
        raise StudioError(
            f"The model {name} cannot be opened ({reason[0][:160] if reason else type(error).__name__}): "
            "it must be a whole diffusers directory with safetensors weights."
        ) from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _check(model: ImageModel) -> None:
    if model.prediction_type not in PREDICTION_TYPES:
        raise StudioError(
            f"The model {model.name} predicts {model.prediction_type!r}: this version works with "
            f"{' and '.join(PREDICTION_TYPES)}."
        )
    if model.unet.config.in_channels != model.vae.config.latent_channels:
        raise StudioError(
            f"The model {model.name} takes {model.unet.config.in_channels} channels where its autoencoder "
            f"makes {model.vae.config.latent_channels}: inpainting and depth models cannot be used here."
        )
