"""What a form of an exported LoRA is: who reads it, and how its tensors are named."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from gal_studio.core.quoting import Syntax
from gal_studio.core.settings import Method


@dataclass(frozen=True)
class ExportForm:
    """A form of file for other programs.

    It is stored, typed and requested by its `name`, and offered under its `title`. `programs` read it, from
    the folder `place` ("": from anywhere); for some families others do, the `readers`, or none (""), as the
    table of docs/export.md says. The studio's own layer names and configuration are kept by one that
    `is_own`, which needs diffusers alone and no ComfyUI workflow. Others put `prefix` before the name of a
    layer, whose dots become `separator` (of Stable Diffusion all have kohya's), and call its `factors` so
    where a family has no alphas (`lora_down` comes with one all the same). diffusers must read what they
    write (prefixes that it knows, such as `diffusion_model.`), since each file is checked with it. One with
    `original_names` is for programs that know no layer names of diffusers. One with `diffusers_names` takes
    those of diffusers where other programs know both. Its programs read prompts by the rules of `syntax`.
    What was trained has one of the `methods`.
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
    methods: tuple[Method, ...] = ("lora",)
    readers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def programs_for(self, family: str) -> str:
        """The programs that read LoRAs of a family in this form, "" for none; all where it is not known."""
        return self.readers.get(family, self.programs)

    def layer(self, name: str) -> str:
        """A layer of the denoiser as this form calls it."""
        return f"{self.prefix}{name.replace('.', self.separator)}"
