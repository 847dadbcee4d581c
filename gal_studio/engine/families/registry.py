"""The supported model families, one line each."""

from collections.abc import Mapping
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import Family
from gal_studio.engine.families.flux2_klein import Flux2Klein
from gal_studio.engine.families.stable_diffusion import StableDiffusion
from gal_studio.engine.families.stable_diffusion_xl import StableDiffusionXL
from gal_studio.engine.families.z_image import ZImage

FAMILIES: list[type[Family]] = [
    StableDiffusion,
    StableDiffusionXL,
    Flux2Klein,
    ZImage,
]


def family_of(name: str, index: Mapping[str, Any]) -> type[Family]:
    """Look up the family by the pipeline class in `model_index.json`; refuse an unsupported one."""
    kind = index.get("_class_name")
    for family in FAMILIES:
        if kind in family.pipelines:
            return family
    known = [pipeline for family in FAMILIES for pipeline in family.pipelines]
    raise StudioError(
        f"The model {name} is a {kind or 'directory without a pipeline class'}: "
        f"this version supports {' and '.join(known)}."
    )
