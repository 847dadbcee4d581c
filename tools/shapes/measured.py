"""Peaks of memory of models of full size, measured (docs/lab/2026-11/models.md), beside the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from gal_studio.assets import load_preset, load_shape
from gal_studio.core.memory.need import DeviceKind, need
from gal_studio.core.memory.room import GIGABYTE, room_of

H200 = 140 * GIGABYTE
_SMALL = {"tune": {"resolution": 512}, "generation": {"resolution": 512}}


@dataclass(frozen=True)
class Measured:
    """A part of a round; `peak` in GB, `seconds` of a step or of an image."""

    preset: str
    part: Literal["train", "draw"]
    peak: float
    seconds: float | None = None
    device: DeviceKind = "cuda"
    total: int = H200
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def planned(self) -> int:
        """What the studio plans for it now, in bytes."""
        preset = load_preset(self.preset).as_before  # with the settings of that time
        settings = preset.settings["style"].updated(self.changes)
        room = room_of(self.device, self.total)
        whole = self.device == "cuda" and self.part == "train"  # else one image at a time
        found = need(load_shape(preset.shape), settings, self.device, whole, room)
        return found.training if self.part == "train" else found.drawing


ON_A_GPU = (
    Measured("sd15", "train", 4.47, 0.14),
    Measured("sd15", "draw", 3.33, 1.1),
    Measured("sdxl", "train", 14.34, 0.49),
    Measured("sdxl", "draw", 12.13, 3.5),
    Measured("flux2-klein", "train", 30.55, 0.25),
    Measured("flux2-klein", "draw", 23.59, 9.3),
)
"""On an NVIDIA H200 in bfloat16, with the preset's settings at that time."""


def _on_cpu(preset: str, part: Literal["train", "draw"], peak: float, *words: str) -> Measured:
    held: dict[str, dict[str, Any]] = {
        "again": {"checkpointing": True}, "tiles": {"tiling": True}, "int8": {"base": "int8"},
        "bf16": {"precision": "bf16"},
    }  # fmt: skip
    machine = {name: value for word in words for name, value in held[word].items()}
    return Measured(preset, part, peak, None, "cpu-bf16", 24 * GIGABYTE, {**_SMALL, "machine": machine})


ON_A_CPU = (
    _on_cpu("sd15", "draw", 6.40),
    _on_cpu("sd15", "train", 7.09),
    _on_cpu("sd15", "train", 4.87, "again"),
    _on_cpu("sd15", "draw", 6.10, "tiles"),
    _on_cpu("sdxl", "draw", 9.57, "bf16"),
    _on_cpu("sdxl", "train", 9.88, "bf16"),
    _on_cpu("sdxl", "train", 7.67, "again", "bf16"),
    _on_cpu("flux2-klein", "draw", 9.88, "again", "int8", "bf16"),
    _on_cpu("flux2-klein", "train", 10.35, "again", "int8", "bf16"),
    _on_cpu("z-image", "draw", 11.39, "again", "int8", "bf16"),
    _on_cpu("z-image", "train", 13.69, "again", "int8", "bf16"),
    _on_cpu("sd15", "draw", 4.42, "int8"),
    _on_cpu("sd15", "train", 6.45, "int8"),
    _on_cpu("sd15", "train", 3.97, "int8", "bf16"),
    _on_cpu("sd15", "train", 2.82, "again", "int8", "bf16"),
    _on_cpu("sd14-paper", "train", 16.40),
)
"""On an AMD EPYC with bfloat16 and 24 GB, at 512 pixels."""
