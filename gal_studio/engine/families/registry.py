"""The supported model families: each file of this folder with a class that names its pipelines is one.

Other packages bring theirs by entry points of the group `gal_studio.families` (docs/python.md).
"""

from collections.abc import Mapping
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.registry import Registry
from gal_studio.engine.families.family import Family

FAMILIES: Registry[type[Family]] = Registry(
    "gal_studio.engine.families",
    lambda value: isinstance(value, type) and isinstance(vars(value).get("pipelines"), tuple),
    "a model family",
    first=("sd1", "sdxl", "flux2-klein", "z-image", "krea-2", "qwen-image-2.1", "anima"),
    group="gal_studio.families",
)


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
