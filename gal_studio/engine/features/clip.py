"""CLIP features of pictures and prompts (E_i and E_t of Eq. G1), from an open_clip model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.features.embedder import Embedder
from gal_studio.engine.hub.models import clip_need, clip_weights
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import Need
from gal_studio.engine.models.devices import choose_device

LOCAL = "local-dir:"
PICKLED = ("*.bin", "*.pt", "*.pth")
BATCH = 32


@dataclass
class ClipEmbedder:
    """A loaded open_clip model; features are float64 unit rows."""

    name: str
    model: Any
    preprocess: Callable[[Image.Image], torch.Tensor]
    tokenizer: Any
    device: torch.device

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """E_i of n pictures, (n, d)."""
        rows = []
        for first in range(0, len(pictures), BATCH):
            batch = [self.preprocess(picture.convert("RGB")) for picture in pictures[first : first + BATCH]]
            with torch.no_grad():
                rows.append(self.model.encode_image(torch.stack(batch).to(self.device)))
        return _unit_rows(rows, self.name)

    def texts(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """E_t of n prompts, (n, d)."""
        rows = []
        for prompt in prompts:  # not batched: a prompt's features must not depend on the others
            self._check_length(prompt)
            with torch.no_grad():
                rows.append(self.model.encode_text(self.tokenizer([prompt]).to(self.device)))
        return _unit_rows(rows, self.name)

    def _check_length(self, prompt: str) -> None:
        tokens = self.tokenizer([prompt])
        longer = self.tokenizer([prompt], context_length=2 * tokens.shape[1])
        if not torch.equal(tokens, longer[:, : tokens.shape[1]]):
            raise StudioError(
                f"The prompt {prompt[:60]!r}… is longer than the {tokens.shape[1]} tokens that CLIP reads: "
                "shorten it."
            )


def _unit_rows(rows: Sequence[torch.Tensor], name: str) -> NDArray[np.float64]:
    if not rows:
        return np.zeros((0, 0), dtype=np.float64)
    features = torch.cat(list(rows)).double()
    lengths = features.norm(dim=-1, keepdim=True)
    if not torch.isfinite(features).all() or bool((lengths == 0).any()):
        raise StudioError(f"The CLIP {name} gave features that are not finite: its files may be damaged.")
    return np.asarray((features / lengths).cpu().numpy(), dtype=np.float64)


def load_embedder(
    clip_model: str, device: str | torch.device | None = None, revisions: Revisions | None = None
) -> Embedder:
    """Load `local-dir:PATH`, or `NAME/TAG` such as `ViT-B-32/openai`; safetensors only.

    `revisions` pins hub models to the commit of their first use; without it the newest is used.
    """
    import open_clip

    chosen = choose_device(device)
    name, options = _sources(clip_model, {} if revisions is None else revisions)
    try:
        with torch.random.fork_rng(devices=[]):  # the initialization draws from the global generator
            model, _, preprocess = open_clip.create_model_and_transforms(name, device=chosen, **options)
        tokenizer = open_clip.get_tokenizer(name)
    except Exception as error:
        raise _open_error(clip_model, first_line(error)) from error
    model.requires_grad_(False).eval()
    return ClipEmbedder(clip_model, model, preprocess, tokenizer, chosen)


def _open_error(clip_model: str, reason: str) -> StudioError:
    return StudioError(
        f"The CLIP {clip_model} cannot be opened ({reason}): use local-dir:PATH with an open_clip "
        "directory, or a name and tag that open_clip knows, such as ViT-B-32/openai."
    )


def _sources(clip_model: str, revisions: Revisions) -> tuple[str, dict[str, Any]]:
    """The architecture or directory, and the options that open_clip loads it with."""
    if clip_model.startswith(LOCAL):
        _check_directory(Path(clip_model.removeprefix(LOCAL)))
        return clip_model, {}
    name, known = _published(clip_model)
    return name, {
        "pretrained": str(clip_weights(clip_model, known.get("hf_hub", ""), revisions)),
        # some weights were trained with another activation than the architecture's default
        "force_quick_gelu": bool(known.get("quick_gelu", False)),
        "image_mean": known.get("mean"),
        "image_std": known.get("std"),
        "image_interpolation": known.get("interpolation"),
        "image_resize_mode": known.get("resize_mode"),
    }


def embedder_need(clip_model: str, revisions: Mapping[str, str]) -> Need | None:
    """What a CLIP needs from the hub; None for a directory, which is checked."""
    if clip_model.startswith(LOCAL):
        _check_directory(Path(clip_model.removeprefix(LOCAL)))
        return None
    _, known = _published(clip_model)
    return clip_need(clip_model, known.get("hf_hub", ""), revisions)[0]


def _published(clip_model: str) -> tuple[str, dict[str, Any]]:
    """The architecture of `NAME/TAG`, and what open_clip knows of its weights."""
    import open_clip

    name, tag = _name_and_tag(clip_model)
    known = open_clip.get_pretrained_cfg(name, tag)
    if not known:
        raise _open_error(clip_model, "open_clip does not know this name and tag")
    return name, known


def _name_and_tag(clip_model: str) -> tuple[str, str]:
    name, slash, tag = clip_model.rpartition("/")
    if not slash or not name or not tag:
        raise StudioError(f"The CLIP {clip_model!r} has no tag: write NAME/TAG, such as ViT-B-32/openai.")
    return name, tag


def _check_directory(folder: Path) -> None:
    if not (folder / "open_clip_config.json").is_file() or not list(folder.glob("*.safetensors")):
        raise StudioError(
            f"{folder} is not an open_clip directory: it needs open_clip_config.json and safetensors weights."
        )
    pickled = sorted(path.name for kind in PICKLED for path in folder.glob(kind))
    if pickled:  # open_clip would prefer it to the safetensors file
        raise StudioError(
            f"{folder} also contains {pickled[0]}, a file type that can run code when it is loaded: remove "
            "it, the safetensors weights are enough."
        )
