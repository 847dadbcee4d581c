"""How a model is held and computed on the device: what saves memory or time and changes hardly a picture."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from gal_studio.core.checks import setting
from gal_studio.core.settings_group import SettingsGroup

Precision = Literal["auto", "bf16", "fp16", "fp32"]
Base = Literal["plain", "int8"]
Optimizer = Literal["adamw", "adamw8bit", "prodigy"]

MOMENTS = {"adamw": 8, "adamw8bit": 2, "prodigy": 16}
"""Bytes that an optimizer holds of each trained weight."""


@dataclass(frozen=True)
class MachineSettings(SettingsGroup):
    """How the model is held. Tiles and checkpointing also come by themselves where memory is short."""

    GONE: ClassVar[frozenset[str]] = frozenset({"all_gpus", "channels_last", "attention"})
    ROUNDING: ClassVar[frozenset[str]] = frozenset(
        {"text_off_device", "checkpointing", "swapping", "compile"}
    )
    """What changes a result by rounding at most."""

    # of the base weights and of computations; trained weights are float32
    precision: Precision = setting(
        "auto",
        "Precision",
        note="Number format of the base model. bfloat16 and float16 halve the memory, and float32 is the "
        "most exact.",
        words={"auto": "chosen by the device", "bf16": "bfloat16", "fp16": "float16", "fp32": "float32"},
    )
    # hold the base weights of linear layers as 8-bit integers; needs torchao
    base: Base = setting(
        "plain",
        "Base weights",
        note="Weights in 8 bits halve the memory of the base model but are a little less exact. They need a "
        "LoRA.",
        words={"plain": "as they are", "int8": "8-bit integers"},
    )
    # AdamW, also with moments of 8 bits (needs bitsandbytes), or Prodigy (2306.06101; needs prodigyopt)
    optimizer: Optimizer = setting(
        "adamw",
        "Optimizer",
        note="AdamW in 8 bits saves memory, especially when all weights are trained. Prodigy finds the "
        "learning rate itself: set it to 1.",
        words={"adamw": "AdamW", "adamw8bit": "AdamW in 8 bits", "prodigy": "Prodigy"},
    )
    text_off_device: bool = setting(
        False,
        "Offload text encoder",
        note="Text encoder and model take turns on the GPU. This needs less memory but is a little slower.",
    )
    checkpointing: bool = setting(
        False,
        "Gradient checkpointing",
        note="Recomputes activations instead of keeping them. Training needs less memory but a third more "
        "time.",
    )
    # of transformers; the blocks are computed again in training, as with checkpointing
    swapping: bool = setting(
        False,
        "Block swapping",
        note="Base weights of a transformer wait in main memory until their block computes. This needs much "
        "less memory but is somewhat slower.",
    )
    tiling: bool = setting(
        False,
        "Autoencoder tiling",
        note="Decodes images in four tiles. This needs less memory but changes images slightly.",
    )
    compile: bool = setting(
        False,
        "Compile the model",
        note="Compiles the model. The first step then takes minutes (fewer for a transformer), and each "
        "later one is faster.",
    )

    @property
    def recomputes(self) -> bool:
        """Whether training computes activations again."""
        return self.checkpointing or self.swapping

    @property
    def rounding(self) -> dict[str, Any]:
        """What changes a result by rounding at most."""
        return {name: getattr(self, name) for name in sorted(self.ROUNDING)}

    @property
    def essential(self) -> dict[str, Any]:
        """What a training's result depends on, where it is not the default."""
        return {
            option.name: getattr(self, option.name)
            for option in fields(self)
            if option.name not in self.ROUNDING and getattr(self, option.name) != option.default
        }
