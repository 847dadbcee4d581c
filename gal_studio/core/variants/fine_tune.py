"""A round that is trained on the references and on what was accepted before, or judges a LoRA as it is."""

from typing import TYPE_CHECKING, ClassVar

from gal_studio.core.variants.variant import (
    Action,
    Doing,
    Training,
    Variant,
    given_lora,
    nothing_to_continue,
)

if TYPE_CHECKING:
    from gal_studio.core.records.round import Round


class FineTuned(Variant):
    """One with a LoRA of its own (Eq. G9), a `source` where that was made elsewhere."""

    name: ClassVar[str] = "fine_tune"
    training: ClassVar[Training | None] = "fine_tune"
    tunes: ClassVar[bool] = True
    varies_strength: ClassVar[bool] = True
    exports: ClassVar[bool] = True
    actions: ClassVar[tuple[Action, ...]] = ("run", "fine_tune", "generate", "accept", "next_round", "done")
    made_by: ClassVar[Action | None] = "next_round"
    counts_on: ClassVar[bool] = True

    def why_not(self, doing: Doing, round_: "Round") -> str:
        """A LoRA from elsewhere, or of the round that a branch left, is not trained."""
        why = given_lora(round_) if doing in ("train", "continue") else ""
        if doing == "continue" and round_.adapter is None:
            return why or nothing_to_continue(round_.number)
        return why

    def hands_on(self, continues: bool, after_refinement: str) -> bool:
        """A setting of the training."""
        return continues


FINE_TUNED = FineTuned()
