"""Round 0: generated with the references, before any training. A feature makes and generates it."""

from typing import ClassVar

from gal_studio.core.variants.variant import Variant


class Instant(Variant):
    """One without a LoRA, drawn by an image adapter or by a model that takes references by itself."""

    name: ClassVar[str] = "instant"
    with_references: ClassVar[bool] = True
    first_number: ClassVar[int] = 0

    def candidates(self, wanted: int, with_references: int) -> int:
        """A setting of its own, so that it is quick."""
        return min(wanted, with_references)


INSTANT = Instant()
