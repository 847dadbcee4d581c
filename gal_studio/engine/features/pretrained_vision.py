"""Pretrained vision models of transformers and timm: DINO, DINOv2, DINOv3, ViT, SigLIP, ResNet and others."""

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.hub.models import is_directory, transformers_folder
from gal_studio.engine.hub.needs import Revisions
from gal_studio.json_files import check_plain_folder

LOCAL = "local-dir:"
MIN_GRID = 16  # patches per side
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PICKLED = ("pytorch_model*.bin", "*.pth", "*.pt", "*.ckpt")


@dataclass(frozen=True)
class PretrainedVision:
    """A loaded model with the size and the statistics of the pictures that it was trained on.

    `side` is that of its input for patch features, at least `MIN_GRID` patches. `own_side` is what the
    model's own preparation crops to, and `shorter_side` what it resizes the shorter side to before; 0 if it
    says none. `patch` is a transformer's patch size, 0 for a network without patches; `timm` is the network
    inside a timm model, None for the others.
    """

    name: str
    module: Any
    side: int
    own_side: int
    shorter_side: int
    patch: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    timm: Any = None

    def tokens(self, pixels: torch.Tensor) -> torch.Tensor | None:
        """The last tokens (n, t, d) of normalised pictures, class token first; None if there are none."""
        if self.timm is not None:
            found = self.timm.forward_features(pixels)
        else:
            known = inspect.signature(self.module.forward).parameters
            options = {"interpolate_pos_encoding": True} if "interpolate_pos_encoding" in known else {}
            found = self.module(pixel_values=pixels, **options).last_hidden_state
        return found if isinstance(found, torch.Tensor) and found.ndim == 3 else None


def load_pretrained_vision(name: str, device: torch.device, revisions: Revisions) -> PretrainedVision:
    """Load a directory, also as `local-dir:PATH`, or a hub ID; safetensors only."""
    from transformers import AutoModel

    is_local = name.startswith(LOCAL) or is_directory(name)
    folder = Path(name.removeprefix(LOCAL)).expanduser() if is_local else transformers_folder(name, revisions)
    _check_folder(name, folder)
    safe = {"use_safetensors": True, "local_files_only": True, "trust_remote_code": False}
    try:
        with torch.random.fork_rng(devices=[]):  # the initialization draws from the global generator
            module = AutoModel.from_pretrained(folder, **safe)
    except Exception as error:
        raise _open_error(name, first_line(error)) from error
    module = getattr(module, "vision_model", module).to(device).requires_grad_(False).eval()
    if getattr(module, "main_input_name", "") != "pixel_values":
        raise no_patch_features(name)
    timm = getattr(module, "timm_model", None)
    processor = _processor(folder) if timm is None else _timm_processor(module.config)
    patch = _patch_size(module.config if timm is None else timm)
    own = _own_side(module.config, processor)
    return PretrainedVision(
        name=name,
        module=module,
        side=own if not patch or timm is not None else max(MIN_GRID, own // patch) * patch,
        own_side=own,
        shorter_side=_shorter_side(processor),
        patch=patch,
        mean=tuple(processor.get("image_mean") or IMAGENET_MEAN),
        std=tuple(processor.get("image_std") or IMAGENET_STD),
        timm=timm,
    )


def no_patch_features(name: str) -> StudioError:
    """The error for a model without feature maps: one vector per picture, or no image encoder."""
    return StudioError(
        f"The vision model {name} has no patch features: use a DINO, DINOv2, ViT or convolutional model, or "
        "clip for the project's own."
    )


def _open_error(name: str, reason: str) -> StudioError:
    return StudioError(
        f"The vision model {name} cannot be opened ({reason}): use clip, or a DINO-like model with "
        "safetensors weights, such as timm/vit_small_patch16_224.dino."
    )


def _check_folder(name: str, folder: Path) -> None:
    """Refuse a folder without a model, and one whose weights are pickles."""
    if not folder.is_dir():
        raise StudioError(missing(folder, "folder of a vision model"))
    check_plain_folder(folder)
    if not (folder / "config.json").is_file():
        raise _open_error(name, "there is no config.json in it")
    if list(folder.glob("*.safetensors")):
        return
    pickled = sorted(path.name for kind in PICKLED for path in folder.glob(kind))
    if pickled:
        raise _open_error(name, f"its weights are {pickled[0]}, a file type that can run code")
    raise _open_error(name, "it has no safetensors weights")


def _processor(folder: Path) -> dict[str, Any]:
    """Read the preprocessor's configuration; empty if there is none."""
    from transformers import ImageProcessingMixin

    try:
        return dict(ImageProcessingMixin.get_image_processor_dict(folder)[0])
    except (OSError, ValueError):
        return {}


def _timm_processor(config: Any) -> dict[str, Any]:
    """How a timm model wants its pictures, from its configuration."""
    processor = getattr(config, "pretrained_cfg", None) or {}
    side = (processor.get("input_size") or (3, 224, 224))[-1]
    return {"crop_size": side, "image_mean": processor.get("mean"), "image_std": processor.get("std")}


def _patch_size(holder: Any) -> int:
    """The side of a patch in pixels; 0 for a convolutional network."""
    embedding = getattr(holder, "patch_embed", None)
    size = getattr(holder, "patch_size", None) or getattr(embedding, "patch_size", None)
    if isinstance(size, list | tuple):
        size = size[0]
    return size if isinstance(size, int) else 0


def _own_side(config: Any, processor: dict[str, Any]) -> int:
    """The side of the pictures that the model's own preparation makes."""
    size = processor.get("crop_size") or processor.get("size") or getattr(config, "image_size", 224)
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge") or 224
    return size if isinstance(size, int) else int(size[0]) if isinstance(size, list | tuple) else 224


def _shorter_side(processor: dict[str, Any]) -> int:
    """To how many pixels the shorter side is resized before the crop; 0 if nothing is cropped."""
    size = processor.get("size")
    crops = processor.get("crop_size") and processor.get("do_center_crop", True)
    return int(size.get("shortest_edge") or 0) if crops and isinstance(size, dict) else 0
