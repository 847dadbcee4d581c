"""Round 0: generated with the references, before any training. A feature makes and generates it."""

from typing import TYPE_CHECKING, ClassVar

from gal_studio.core.variants.variant import Doing, Exported, Variant, without_training

if TYPE_CHECKING:
    from gal_studio.core.records.round import Round


class Instant(Variant):
    """One without a LoRA, drawn by an image adapter or by a model that takes references by itself."""

    name: ClassVar[str] = "instant"
    with_references: ClassVar[bool] = True
    exports: ClassVar[Exported] = "references"
    first_number: ClassVar[int] = 0

    def why_not(self, doing: Doing, round_: "Round") -> str:
        """Whatever needs a LoRA."""
        return "" if doing == "export" else without_training(round_, doing)

    def candidates(self, wanted: int, with_references: int) -> int:
        """A setting of its own, so that it is quick."""
        return min(wanted, with_references)


INSTANT = Instant()
