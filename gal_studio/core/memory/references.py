"""What Round 0 needs beyond the base model: an image adapter, and its image encoder while it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.need import DeviceKind, computed_bytes, held_while_drawing, need
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.settings import Settings


@dataclass(frozen=True)
class ImageEncoder:
    """A CLIP vision transformer with its projection; sides in pixels, widths in numbers."""

    width: int
    inner: int
    layers: int
    heads: int
    patch: int
    side: int
    projected: int

    @classmethod
    def of(cls, configuration: Mapping[str, Any]) -> Self:
        """Read its configuration, as transformers writes it."""
        names = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "patch_size",
                 "image_size", "projection_dim")  # fmt: skip
        found = [configuration.get(name) for name in names]
        if not all(isinstance(one, int) and one > 0 for one in found):
            raise StudioError("The image encoder's config.json is damaged: download it again.")
        return cls(*found)  # type: ignore[arg-type]

    @property
    def positions(self) -> int:
        """Patches, and one for the whole picture."""
        return (self.side // self.patch) ** 2 + 1

    @property
    def weights(self) -> int:
        """How many it has."""
        layer = 4 * self.width * (self.width + 1) + 2 * self.width * self.inner + self.inner + 5 * self.width
        embedded = self.width * (1 + 3 * self.patch**2 + self.positions)
        return self.layers * layer + embedded + 4 * self.width + self.width * self.projected

    @property
    def states(self) -> int:
        """Numbers held to encode one picture: those of the widest layer, and each layer's output.

        A layer holds its input, its attention's queries, keys, values and weights, and its inner states.
        """
        held = self.positions * (5 * self.width + 2 * self.inner) + self.heads * self.positions**2
        return held + self.layers * self.positions * self.width

    def bytes(self, size: int) -> int:
        """What it needs to encode one picture, with `size` bytes a number."""
        return size * (self.weights + self.states)


VIT_H = ImageEncoder(1280, 5120, 32, 16, 14, 224, 1024)
"""The encoder of the published adapters, except one."""
VIT_BIG_G = ImageEncoder(1664, 8192, 48, 16, 14, 224, 1280)
"""That of `sdxl_models/ip-adapter_sdxl`."""

ADAPTERS: Mapping[str, int] = {"sd1": 49_100_000, "sdxl": 424_000_000}
"""Weights of the published adapters with a resampler by family of the base model; plain ones have fewer."""


@dataclass(frozen=True)
class RoundZero:
    """Bytes on the device at the peak of Round 0, with the image encoder there and without.

    `encoder` are those of the encoder alone, which works in main memory where the device has no room.
    """

    with_encoder: int
    without: int
    encoder: int


def round_zero(
    shape: ModelShape, settings: Settings, device: DeviceKind, encoder: ImageEncoder, whole_batch: bool = True
) -> RoundZero:
    """What Round 0 needs. The encoder has the precision of drawing, and is there before anything is drawn."""
    machine = settings.machine
    size = computed_bytes(machine, device)
    adapter, reads = size * ADAPTERS.get(shape.family, 0), encoder.bytes(size)
    drawn = adapter + need(shape, settings, device, whole_batch).drawing
    held = adapter + held_while_drawing(shape, settings, device)
    return RoundZero(max(drawn, held + reads), drawn, reads)
