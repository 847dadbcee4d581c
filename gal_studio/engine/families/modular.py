"""Modular pipelines of diffusers: blocks in place of one class, whose components lie side by side."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.family import ModelFiles
from gal_studio.engine.families.flow_transformer import FlowTransformerFamily

PLAIN = {"scheduler", "tokenizer", "t5_tokenizer"}
"""Components without weights."""


class ModularFamily(FlowTransformerFamily):
    """A family whose pipeline is made of `blocks`; the folders of its `parts` are named as they are there.

    Its stock pipeline is guided by a component, the guider, and not by its call.
    """

    blocks: ClassVar[str]
    parts: ClassVar[Mapping[str, str]]
    """Component, and its class."""

    @classmethod
    def open(cls, files: ModelFiles, dtype: torch.dtype) -> Self:
        """Load each component from its own folder: local files and safetensors only."""
        import diffusers
        import transformers

        options: dict[str, Any] = {"local_files_only": True}
        found: dict[str, Any] = {}
        for part, kind in cls.parts.items():
            maker: Any = getattr(diffusers, kind, None) or getattr(transformers, kind)
            own = dict(options)
            if part not in PLAIN:
                own |= {"use_safetensors": True, "variant": files.variant}
                own["dtype"] = torch.float32 if part in cls.in_float32 else dtype
            if files.checkpoint is not None and part == cls.part:
                found[part] = cls.open_denoiser(files, dtype)
            else:
                found[part] = maker.from_pretrained(files.folder, subfolder=part, **own)
        pipeline = getattr(diffusers, cls.blocks)().init_pipeline()
        pipeline.update_components(**found)
        pipeline.set_progress_bar_config(disable=True)
        return cls(pipeline)

    @classmethod
    def open_denoiser(cls, files: ModelFiles, dtype: torch.dtype) -> Any:
        """Refused: diffusers converts no file of these."""
        raise StudioError(
            f"The file {files.checkpoint} cannot be opened: give its model's diffusers folder, or its hub ID."
        )


def guider(scale: float, guided: range | None = None, steps: int = 1) -> Any:
    """A guider with this scale, for these of the steps alone; None: all."""
    from diffusers import ClassifierFreeGuidance

    if guided is None:
        return ClassifierFreeGuidance(guidance_scale=scale)
    start, stop = (step / steps + 1e-9 for step in (guided.start, guided.stop))  # rounded down there
    return ClassifierFreeGuidance(guidance_scale=scale, start=start, stop=stop)
