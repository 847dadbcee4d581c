"""The open models, kept from job to job: one image model, one CLIP and one vision model at a time."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gal_studio.assets import resolve_model
from gal_studio.engine.embedder import load_embedder
from gal_studio.engine.model import ImageModel, load_image_model
from gal_studio.engine.protocols import Embedder
from gal_studio.engine.vision import load_vision
from gal_studio.engine.vision_tower import PatchTower


class Models:
    """Opens a model at its first use; another name takes its place, so that memory stays bounded."""

    def __init__(
        self,
        load_model: Callable[[str], ImageModel] = load_image_model,
        load_clip: Callable[[str], Embedder] = load_embedder,
        load_tower: Callable[[str, str], PatchTower] = load_vision,
    ) -> None:
        self._load_model = load_model
        self._load_clip = load_clip
        self._load_tower = load_tower
        self._tower: tuple[tuple[str, str], PatchTower] | None = None
        self._model: tuple[str, ImageModel] | None = None
        self._clip: tuple[str, Embedder] | None = None
        self._texts: dict[str, NDArray[np.float64]] = {}

    def image_model(self, name: str) -> ImageModel:
        """The image model of that name."""
        if self._model is None or self._model[0] != name:
            self._model = None
            self._model = (name, self._load_model(resolve_model(name)))
        return self._model[1]

    def embedder(self, name: str) -> Embedder:
        """The CLIP of that name."""
        if self._clip is None or self._clip[0] != name:
            self._clip = None
            self._texts.clear()
            self._clip = (name, self._load_clip(resolve_model(name)))
        return self._clip[1]

    def vision(self, name: str, clip: str) -> PatchTower:
        """The vision model of that name (Eq. P2); `clip` names the CLIP behind the name "clip"."""
        key = (name, clip if name == "clip" else "")
        if self._tower is None or self._tower[0] != key:
            self._tower = None
            self._tower = (key, self._load_tower(resolve_model(name), resolve_model(clip)))
        return self._tower[1]

    def texts(self, clip: str, prompts: Sequence[str]) -> NDArray[np.float64]:
        """E_t of prompts, (n, d); each is computed once."""
        embedder = self.embedder(clip)
        for prompt in dict.fromkeys(prompts):
            if prompt not in self._texts:
                self._texts[prompt] = embedder.texts([prompt])[0]
        return np.stack([self._texts[prompt] for prompt in prompts])
