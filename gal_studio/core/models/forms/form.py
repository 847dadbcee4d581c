"""What a form of an exported LoRA is: who reads it, and how its tensors are named."""

from dataclasses import dataclass
from typing import Literal

from gal_studio.core.quoting import Syntax

NEWER_FAMILIES = frozenset({"flux2-klein", "z-image"})
"""Families that AUTOMATIC1111 and Forge do not have."""
LATEST_FAMILIES = frozenset({"krea-2", "qwen-image-2.1", "anima"})
"""Families whose LoRAs no other program than ComfyUI is known to read."""


@dataclass(frozen=True)
class ExportForm:
    """A form of file for other programs.

    It is stored, typed and requested by its `name`, and offered under its `title`. `programs` read it, from
    the folder `place` ("": from anywhere); of them `newer` have FLUX.2 klein and Z-Image, and none is known
    to read LoRAs of the `unread` families. The studio's own layer names and configuration are kept by one
    that `is_own`, which needs diffusers alone and no ComfyUI workflow. Others put `prefix` before the name of
    a layer, whose dots become `separator`, and call its `factors` so where a family has no alphas
    (`lora_down` comes with one all the same). One with `original_names` is for programs that know no layer
    names of diffusers. One with `diffusers_names` takes those of diffusers where other programs know both.
    Its programs read prompts by the rules of `syntax`. One `without_training` is for rounds that have no
    weights of their own.
    """

    name: str
    title: str
    programs: str
    place: str = ""
    is_own: bool = False
    prefix: str = ""
    separator: str = "."
    factors: Literal["lora_A", "lora_down"] = "lora_A"
    original_names: bool = False
    diffusers_names: bool = False
    syntax: Syntax = "plain"
    without_training: bool = False
    newer: str = ""
    unread: frozenset[str] = frozenset()

    def programs_for(self, family: str) -> str:
        """The programs that have the models of a family; all of them where it is not known."""
        return self.newer if family in NEWER_FAMILIES and self.newer else self.programs

    def layer(self, name: str) -> str:
        """A layer of the denoiser as this form calls it."""
        return f"{self.prefix}{name.replace('.', self.separator)}"
