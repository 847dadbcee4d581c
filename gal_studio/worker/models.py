"""Loaded models, kept between jobs: one of each kind at a time (image model, CLIP, vision model)."""

import logging
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.gal.scores.noise import roughness
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.models.locations import located
from gal_studio.core.settings import Settings
from gal_studio.engine.features.clip import Embedder, load_embedder
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.memory.plan import release_memory
from gal_studio.engine.models.devices import device_name
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.engine.sampling.fused_adapter import AT_ITS_OWN, Speedup
from gal_studio.worker.speed_loras import SpeedLoras

PLAIN = MachineSettings()

Model = TypeVar("Model")
logger = logging.getLogger("gal_studio.worker")


@dataclass(frozen=True)
class LoadedModel:
    """A loaded model, and the commits of the hub models that it was loaded from."""

    key: tuple[str, ...]
    model: Any
    commits: Mapping[str, str]


class Models:
    """Loads each model on first use; one of another name replaces it, so that memory stays bounded.

    `revisions` are those of the project of the job: hub models are loaded at these commits. `locations` says
    where its local models lie that moved.
    """

    def __init__(
        self,
        load_model: Callable[..., ImageModel] = load_image_model,
        load_clip: Callable[..., Embedder] = load_embedder,
        load_tower: Callable[..., PatchTower] = load_vision,
    ) -> None:
        self.revisions: Revisions = {}
        self.locations: Mapping[str, str] = {}
        self._load_model = load_model
        self._load_clip = load_clip
        self._load_tower = load_tower
        self._loaded: dict[str, LoadedModel] = {}
        self._texts: dict[str, NDArray[np.float64]] = {}
        self._pictures: dict[str, NDArray[np.float64]] = {}
        self._speed_loras = SpeedLoras()
        self._rough: dict[tuple[str, ...], list[float]] = {}

    def located(self, name: str, is_adapter: bool = False) -> str:
        """The name of a model of the project where its files lie now."""
        return located(name, self.locations, is_adapter)

    def image_model(self, name: str, machine: MachineSettings = PLAIN) -> ImageModel:
        """The image model of that name, held as `machine` says; loaded again if it is held otherwise."""
        if "image" in self._loaded and self._loaded["image"].model.machine != machine:
            self.release_image_model()  # a name for it here would keep it while the next one is loaded
        load = self._load_model if machine == PLAIN else partial(self._load_model, machine=machine)
        return self._open("image", (name,), load)

    def drawing_model(self, base: str, settings: Settings) -> ImageModel:
        """The image model that generates with these settings: the base model, or its fast sibling."""
        return self.image_model(settings.generation.fast_model.strip() or base, settings.machine)

    def speed(self, base: str, settings: Settings) -> Speedup:
        """What the steps of that model are taken with; a speed LoRA is converted once."""
        generation = settings.generation
        if not generation.is_fast:
            return AT_ITS_OWN
        lora, model = generation.speed_lora.strip(), generation.fast_model.strip() or base
        if not lora:
            return Speedup(generation.solver)
        return Speedup(
            generation.solver, self._speed_loras.find(self.located(lora), self.located(model), self.revisions)
        )

    def has_image_model(self, name: str, machine: MachineSettings) -> bool:
        """Whether the image model of that name is loaded, held as `machine` says."""
        loaded = self._loaded.get("image")
        return loaded is not None and (loaded.key, loaded.model.machine) == ((self.located(name),), machine)

    def release_image_model(self) -> None:
        """Free the memory of the image model; its next use loads it again."""
        self._loaded.pop("image", None)
        release_memory()

    def embedder(self, name: str) -> Embedder:
        """The CLIP of that name."""
        return self._open("clip", (name,), self._load_clip)

    def vision(self, name: str, clip: str) -> PatchTower:
        """The vision model of that name (Eq. P2); `clip` names the CLIP behind the name "clip"."""
        return self._open("vision", (name, clip if name == "clip" else ""), self._load_tower)

    def _open(self, kind: str, key: tuple[str, ...], load: Callable[..., Model]) -> Model:
        key = tuple(map(self.located, key))
        kept = self._loaded.get(kind)
        if kept is None or kept.key != key or not self._fits(kept.commits):
            kept = None
            self._loaded.pop(kind, None)  # free its memory first
            if kind == "clip":
                self._texts.clear()
                self._pictures.clear()
            used: dict[str, str] = {}
            model: Any = load(*map(resolve_model, key), revisions=ChainMap(used, self.revisions))
            kept = self._loaded[kind] = LoadedModel(key, model, used)
            if kind == "image":
                logger.info("device: %s", device_name(model.device))
        for name, commit in kept.commits.items():
            self.revisions.setdefault(name, commit)
        return cast(Model, kept.model)

    def _fits(self, commits: Mapping[str, str]) -> bool:
        """Whether the project is pinned to these commits, or to none yet."""
        return all(self.revisions.get(name, commit) == commit for name, commit in commits.items())

    def texts(self, clip: str, prompts: Sequence[str]) -> NDArray[np.float64]:
        """The text features E_t of prompts, (n, d); each is computed once."""
        embedder = self.embedder(clip)
        for prompt in dict.fromkeys(prompts):
            if prompt not in self._texts:
                self._texts[prompt] = embedder.texts([prompt])[0]
        return np.stack([self._texts[prompt] for prompt in prompts])

    def pictures(
        self, clip: str, names: Sequence[str], read: Callable[[str], Image.Image]
    ) -> NDArray[np.float64]:
        """The image features E_i of stored pictures, (n, d); each is read and computed once."""
        embedder = self.embedder(clip)
        for name in names:
            if name not in self._pictures:
                self._pictures[name] = embedder.images([read(name)])[0]
        return np.stack([self._pictures[name] for name in names])

    def roughness(self, names: Sequence[str], read: Callable[[str], Image.Image]) -> list[float]:
        """The roughness of stored pictures, which are read and computed once.

        All are compared as large as the smallest: a reference is given larger than it is learned and drawn,
        and what is fine in it is the texture of what it teaches.
        """
        if (known := tuple(names)) not in self._rough:
            pictures = [read(name).convert("RGB") for name in known]
            side = min(max(picture.size) for picture in pictures)
            for picture in pictures:
                picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=None)
            self._rough[known] = [roughness(np.asarray(picture)) for picture in pictures]
        return self._rough[known]
