"""Stable Diffusion 1.x and 2.x, and every model in their layout, the embedded one included."""

from collections.abc import Mapping
from typing import Any, ClassVar

from gal_studio.engine.families.unet import UNetFamily


class StableDiffusion(UNetFamily):
    """One text encoder; the safety checker stays out, since a blanked picture must never be scored."""

    name: ClassVar[str] = "sd1"
    pipelines: ClassVar[tuple[str, ...]] = ("StableDiffusionPipeline",)
    leave_out: ClassVar[Mapping[str, Any]] = {
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }
