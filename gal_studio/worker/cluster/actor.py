"""What runs on each device of a cluster: it holds an opened model with its adapter, and draws chunks."""

import hashlib
import socket
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gal_studio.assets import resolve_model
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.devices import choose_device, device_name
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import Speedup, drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.worker.speed_loras import SpeedLoras

PACKAGES = ("gal-studio", "torch", "diffusers")


@dataclass(frozen=True)
class DrawingOrder:
    """What chunks are drawn with; `revisions` are the commits of hub models, `recipe` is the adapter's."""

    base_model: str
    machine: MachineSettings
    revisions: Mapping[str, str]
    settings: GenerationSettings
    recipe: Recipe = AS_TRAINED

    @property
    def model(self) -> str:
        """The name of the model that draws: the base model, or its fast sibling."""
        return self.settings.fast_model or self.base_model


@dataclass(frozen=True)
class ActorPlace:
    """A machine of the cluster: its name, the device used there, and the versions that make pictures."""

    host: str
    device: str
    versions: Mapping[str, str] = field(default_factory=dict)


def this_place() -> ActorPlace:
    """Describe the running process."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # a checkout that is on the path
            found[package] = "unknown"
    return ActorPlace(socket.gethostname(), device_name(choose_device()), found)


class DrawingActor:
    """Draws chunks of pictures. Model and adapter stay open until another one is asked for."""

    def __init__(self) -> None:
        self._opened: tuple[DrawingOrder, ImageModel] | None = None
        self._ready = ExitStack()  # the adapter, fused into the model
        self._drawn_with: tuple[ImageModel, str, Recipe, str] | None = None
        self._speed_loras = SpeedLoras()

    def describe(self) -> ActorPlace:
        """Where this process runs."""
        return this_place()

    def draw(
        self, order: DrawingOrder, requests: Sequence[DrawRequest], adapter: bytes | None
    ) -> list[DrawnBatch]:
        """Draw a chunk; `adapter` is the content of the round's file, None for the base model."""
        model = self._model(order)
        self._fuse(model, adapter, order)
        events = draw(model, requests, order.settings.as_drawn)
        return [event for event in events if isinstance(event, DrawnBatch)]

    def _model(self, order: DrawingOrder) -> ImageModel:
        if self._opened is not None and _loads_the_same(self._opened[0], order):
            return self._opened[1]
        self._release()
        self._opened = None  # free its memory first
        model = load_image_model(
            resolve_model(order.model), revisions=dict(order.revisions), machine=order.machine
        )
        self._opened = (order, model)
        return model

    def _fuse(self, model: ImageModel, adapter: bytes | None, order: DrawingOrder) -> None:
        name = "" if adapter is None else hashlib.sha256(adapter).hexdigest()
        if self._drawn_with == (model, name, order.recipe, order.settings.drawn_by):
            return
        self._release()
        lora = order.settings.speed_lora
        found = self._speed_loras.find(lora, order.model, dict(order.revisions)) if lora else None
        speed = Speedup(order.settings.solver, found)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.safetensors"
            if adapter is not None:
                path.write_bytes(adapter)
            used = path if adapter is not None else None
            self._ready.enter_context(drawing(model, used, recipe=order.recipe, speed=speed))
        self._drawn_with = (model, name, order.recipe, order.settings.drawn_by)

    def _release(self) -> None:
        self._drawn_with = None
        self._ready.close()


def _loads_the_same(one: DrawingOrder, other: DrawingOrder) -> bool:
    return (one.model, one.machine, one.revisions) == (other.model, other.machine, other.revisions)
