"""Stable Diffusion 1.x and 2.x, and all models in their layout, including the bundled one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from gal_studio.engine.families.description import Description
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.families.unet_checks import check_text_width


class StableDiffusion(UNetFamily):
    """One text encoder. The safety checker is not loaded: it blanks pictures, which must never be scored."""

    name: ClassVar[str] = "sd1"
    pipelines: ClassVar[tuple[str, ...]] = ("StableDiffusionPipeline",)
    leave_out: ClassVar[Mapping[str, Any]] = {
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }

    @classmethod
    def check(cls, model: Description) -> None:
        """Also refuse other text encoders and added conditions."""
        super().check(model)
        model.require_class("text_encoder", "CLIPTextModel")
        check_text_width(model, "text_encoder")
        model.require_values("unet", {"addition_embed_type": (None,)}, "a U-Net")
