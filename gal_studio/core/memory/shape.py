"""A model's size: what is needed to say how much memory and time it takes, without opening it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from gal_studio.core.errors import StudioError


@dataclass(frozen=True)
class Line:
    """Bytes, or operations, of a step: fixed + rows * (row + pixel * pixels of a picture)."""

    fixed: float
    row: float
    pixel: float

    @classmethod
    def through(cls, small: float, large: float, double: float, pixels: tuple[int, int]) -> Self:
        """The line through one row of each of two picture sizes, and two rows of the larger one."""
        pixel = (large - small) / (pixels[1] - pixels[0])
        fixed = 2 * large - double
        return cls(fixed, large - fixed - pixel * pixels[1], pixel)

    def at(self, rows: int, pixels: float) -> float:
        """The value for this many rows of pictures of this many pixels."""
        return self.fixed + rows * (self.row + self.pixel * pixels)


@dataclass(frozen=True)
class ModelShape:
    """What was counted on a model without weights; see `gal_studio.engine.memory.measure`.

    `denoiser`, `linear` (the part of it in linear layers), `autoencoder`, `text` and `text_linear` count
    weights; `lora` is the number of a LoRA's for each unit of rank, by target, `targeted` those of the
    layers that it changes, and `block` those of the largest block that checkpointing computes again.
    `waiting` are those of the `denoiser` and the `text` encoders in blocks that can wait in main memory: all
    of them, those in linear layers, and those of the largest block.
    `training` has the bytes of a step in half precision by target ("full": all weights) and whether
    activations are computed again; `drawing`, `encoding` and `decoding` those of one call, and `operations`
    a forward's multiplications.
    """

    family: str
    resolution: int
    grid: int
    guided_above: float
    denoiser: int
    linear: int
    autoencoder: int
    text: int
    text_linear: int
    lora: Mapping[str, int]
    targeted: Mapping[str, int]
    block: int
    training: Mapping[str, Line]
    drawing: Line
    encoding: Line
    decoding: Line
    operations: Line
    waiting: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_dict` made."""
        try:
            lines = {name: Line(**data[name]) for name in ("drawing", "encoding", "decoding", "operations")}
            training = {name: Line(**line) for name, line in data["training"].items()}
            return cls(**{**data, **lines, "training": training})
        except (KeyError, TypeError) as error:
            raise StudioError("The size of the model cannot be read: install GAL Studio again.") from error

    def to_dict(self) -> dict[str, Any]:
        """Convert to a dictionary for JSON."""
        return asdict(self)


def spared(target: str) -> str:
    """The name of a training that computes activations again."""
    return f"{target}, again"
