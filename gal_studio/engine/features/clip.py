"""CLIP features of pictures and prompts (E_i and E_t of Eq. G1), from an open_clip model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.features.open_clip_source import find_source, open_error
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.models.devices import choose_device


class Embedder(Protocol):
    """Embeds pictures and prompts as unit rows of one space (Eq. G1)."""

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """E_i of n pictures, (n, d)."""

    def texts(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """E_t of n prompts, (n, d)."""


BATCH = 32


class TooLongError(StudioError):
    """A text has more tokens than the CLIP reads."""


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
        return unit_rows(rows, f"CLIP {self.name}")

    def texts(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """E_t of n prompts, (n, d)."""
        rows = []
        for prompt in prompts:  # not batched: a prompt's features must not depend on the others
            self._check_length(prompt)
            with torch.no_grad():
                rows.append(self.model.encode_text(self.tokenizer([prompt]).to(self.device)))
        return unit_rows(rows, f"CLIP {self.name}")

    def _check_length(self, prompt: str) -> None:
        """Refuse a prompt that is cut, or that goes on where an empty one has padding."""
        tokens = self.tokenizer([prompt])
        read = tokens.shape[1]
        longer, empty = (self.tokenizer([text], context_length=2 * read) for text in (prompt, ""))
        if not (torch.equal(tokens, longer[:, :read]) and torch.equal(longer[:, read:], empty[:, read:])):
            raise TooLongError(
                f"The prompt {prompt[:60]!r}… is longer than the {read} tokens that CLIP reads: shorten it."
            )


def unit_rows(rows: Sequence[torch.Tensor], model: str) -> NDArray[np.float64]:
    """Features (n, d) as unit rows; refused if they are not finite."""
    if not rows:
        return np.zeros((0, 0), dtype=np.float64)
    features = torch.cat(list(rows)).cpu().double()  # Apple's GPUs have no float64
    lengths = features.norm(dim=-1, keepdim=True)
    if not torch.isfinite(features).all() or bool((lengths == 0).any()):
        raise StudioError(f"The {model} gave features that are not finite: its files may be damaged.")
    return np.asarray((features / lengths).numpy(), dtype=np.float64)


def load_embedder(
    clip_model: str, device: str | torch.device | None = None, revisions: Revisions | None = None
) -> Embedder:
    """Load `NAME/TAG` such as `ViT-B-32/openai`, `hf-hub:OWNER/NAME`, `local-dir:PATH` or a path.

    Safetensors only. `revisions` pins hub models to the commit of their first use; without it the newest is
    used.
    """
    import open_clip

    chosen = choose_device(device)
    source = find_source(clip_model, {} if revisions is None else revisions)
    try:
        with torch.random.fork_rng(devices=[]):  # the initialization draws from the global generator
            model, _, preprocess = open_clip.create_model_and_transforms(
                source.name, device=chosen, **source.options
            )
        tokenizer = source.tokenizer()
    except StudioError:
        raise
    except Exception as error:
        raise open_error(clip_model, first_line(error)) from error
    model.requires_grad_(False).eval()
    return ClipEmbedder(clip_model, model, preprocess, tokenizer, chosen)
