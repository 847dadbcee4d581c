"""Everything that runs a neural network, independent of the store and the page.

`__all__` is a library: load a model, train a LoRA, generate with it, compare images (docs/python.md,
docs/engine.ipynb). Nothing is loaded before one of these names is used.
"""

import gc
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gal_studio.core.errors import StudioError
    from gal_studio.core.memory.machine import MachineSettings
    from gal_studio.core.recipe import Recipe
    from gal_studio.core.settings import GenerationSettings, TuneSettings
    from gal_studio.engine.features.clip import Embedder, load_embedder
    from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
    from gal_studio.engine.models.image_model import ImageModel, load_image_model
    from gal_studio.engine.sampling.fused_adapter import drawing
    from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, DrawStep, draw
    from gal_studio.engine.training.fine_tune import TuneEvent, fine_tune
    from gal_studio.engine.training.latents import ExamplePicture
    from gal_studio.engine.training.trainer import Run

_HOMES = {
    "gal_studio.core.errors": ["StudioError"],
    "gal_studio.core.memory.machine": ["MachineSettings"],
    "gal_studio.core.recipe": ["Recipe"],
    "gal_studio.core.settings": ["GenerationSettings", "TuneSettings"],
    "gal_studio.engine.features.clip": ["Embedder", "load_embedder"],
    "gal_studio.engine.models.adapters": ["AdapterCard", "detach", "save_adapter"],
    "gal_studio.engine.models.image_model": ["ImageModel", "load_image_model"],
    "gal_studio.engine.sampling.fused_adapter": ["drawing"],
    "gal_studio.engine.sampling.sampler": ["DrawRequest", "DrawStep", "DrawnBatch", "draw"],
    "gal_studio.engine.training.fine_tune": ["TuneEvent", "fine_tune"],
    "gal_studio.engine.training.latents": ["ExamplePicture"],
    "gal_studio.engine.training.trainer": ["Run"],
}
__all__ = [
    "AdapterCard",
    "DrawRequest",
    "DrawStep",
    "DrawnBatch",
    "Embedder",
    "ExamplePicture",
    "GenerationSettings",
    "ImageModel",
    "MachineSettings",
    "Recipe",
    "Run",
    "StudioError",
    "TuneEvent",
    "TuneSettings",
    "detach",
    "draw",
    "drawing",
    "fine_tune",
    "load_embedder",
    "load_image_model",
    "save_adapter",
]

# OpenMP's threads spin while they wait, and compete for the cores as soon as anything else runs: on two busy
# cores sampling took eight times the CPU time. Threads that sleep at once are slow to wake on some virtual
# machines, so they spin for some 0.03 ms before. This must be set before torch loads its OpenMP library.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "2000")

# torch and diffusers make some 600,000 objects that stay. While they were imported, Python looked at all of
# them nine times for garbage: 1.3 of 7.5 s. Now it does so after 700,000 new objects, not 70,000.
gc.set_threshold(*gc.get_threshold()[:2], 100)

# diffusers, transformers and PEFT import these wherever they are installed: seconds, and warnings of classes
# that nothing here uses. Python takes a module that is None for one that is missing.
for _name in ("torchao", "bitsandbytes"):
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
