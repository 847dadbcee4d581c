"""How a model is held and computed on the device: what saves memory or time and changes hardly a picture."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from gal_studio.core import checks
from gal_studio.core.checks import setting
from gal_studio.core.settings_group import SettingsGroup

Precision = Literal["auto", "bf16", "fp16", "fp32"]
Base = Literal["plain", "int8"]
Optimizer = Literal["adamw", "adamw8bit", "prodigy"]

MOMENTS = {"adamw": 8, "adamw8bit": 2, "prodigy": 16}
"""Bytes that an optimizer holds of each trained weight."""

OFF_ON = {False: "off", True: "on"}


@dataclass(frozen=True)
class MachineSettings(SettingsGroup):
    """How the model is held. Tiles and checkpointing also come by themselves where memory is short."""

    ROUNDING: ClassVar[frozenset[str]] = frozenset(
        {"text_off_device", "checkpointing", "channels_last", "compile", "all_gpus"}
    )
    """What changes a result by rounding at most."""

    # of the base weights and of computations; trained weights are float32
    precision: Precision = setting(
        "auto",
        checks.one_of,
        "Precision",
        Precision,
        note="Of the base weights and computations",
        words={"auto": "chosen by the device", "bf16": "bfloat16", "fp16": "float16", "fp32": "float32"},
    )
    # hold the base weights of linear layers as 8-bit integers; needs torchao
    base: Base = setting(
        "plain",
        checks.one_of,
        "Base weights",
        Base,
        note="8-bit integers halve their size; LoRA only",
        words={"plain": "as they are", "int8": "8-bit integers"},
    )
    # AdamW, also with moments of 8 bits (needs bitsandbytes), or Prodigy (2306.06101; needs prodigyopt)
    optimizer: Optimizer = setting(
        "adamw",
        checks.one_of,
        "Optimizer",
        Optimizer,
        note="8 bits save memory when training the whole model; Prodigy finds the learning rate, set it to 1",
        words={"adamw": "AdamW", "adamw8bit": "AdamW in 8 bits", "prodigy": "Prodigy"},
    )
    # keep the text encoders in main memory, and move them to the device only while prompts are encoded
    text_off_device: bool = setting(
        False,
        checks.flag,
        "Offload text encoder",
        note="Text encoder and model take turns on the GPU: less memory",
        words=OFF_ON,
    )
    # compute activations again in the backward pass instead of holding them
    checkpointing: bool = setting(
        False,
        checks.flag,
        "Gradient checkpointing",
        note="Recomputes activations: less memory, a third more time",
        words=OFF_ON,
    )
    # encode and decode pictures in four tiles
    tiling: bool = setting(
        False,
        checks.flag,
        "Autoencoder tiling",
        note="Decodes images in four tiles: less memory, slightly different images",
        words=OFF_ON,
    )
    # lay convolutions' weights out by pixels
    channels_last: bool = setting(
        False,
        checks.flag,
        "channels_last",
        note="Stores weights by pixel: faster on some GPUs",
        words=OFF_ON,
    )
    # compile the denoiser; the first step takes minutes
    compile: bool = setting(
        False,
        checks.flag,
        "Compile the model",
        note="Takes minutes at first; then steps are faster",
        words=OFF_ON,
    )
    # train on all GPUs that this worker sees, each with its share of every batch
    all_gpus: bool = setting(
        True,
        checks.flag,
        "Train on all GPUs",
        note="GPUs of one kind share each training step",
        words=OFF_ON,
    )

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
