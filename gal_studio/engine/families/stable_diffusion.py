"""Stable Diffusion 1.x and 2.x, and all models in their layout, including the bundled one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from gal_studio.engine.families.unet import UNetFamily


class StableDiffusion(UNetFamily):
    """One text encoder. The safety checker is not loaded: it blanks pictures, which must never be scored."""

    name: ClassVar[str] = "sd1"
    pipelines: ClassVar[tuple[str, ...]] = ("StableDiffusionPipeline",)
    leave_out: ClassVar[Mapping[str, Any]] = {
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }
