"""The image encoder of an image adapter, and what it needs while it reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from gal_studio.core.errors import StudioError


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
            pairs = zip(names, found, strict=True)
            lacks = next(name for name, one in pairs if not isinstance(one, int) or one < 1)
            raise StudioError(
                f"The image encoder's config.json is damaged, or of no CLIP (its {lacks} is not a number): "
                "choose another encoder, or download it again."
            )
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
