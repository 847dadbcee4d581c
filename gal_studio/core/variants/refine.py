"""A refinement (PatchDPO) of the round above it."""

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


_ON_PAIRS = (
    "This is the refinement of round {}, which is trained on pairs: press Train on these pairs, or go on to "
    "the next round."
)


class Refined(Variant):
    """One whose LoRA starts from that of the round above, and is trained on pairs."""

    name: ClassVar[str] = "refine"
    training: ClassVar[Training | None] = "refine"
    refines: ClassVar[bool] = True
    varies_strength: ClassVar[bool] = True
    exports: ClassVar[bool] = True
    actions: ClassVar[tuple[Action, ...]] = ("generate", "accept", "next_round", "done")
    made_by: ClassVar[Action | None] = "refine"
    suffix: ClassVar[str] = "refined"

    def why_not(self, doing: Doing, round_: "Round") -> str:
        """It is trained on its pairs alone; refining it is refining the round above it once more."""
        if doing == "train":
            return (
                given_lora(round_) or self.why_no_training(round_.number) or _ON_PAIRS.format(round_.number)
            )
        if doing == "continue":
            return given_lora(round_) or nothing_to_continue(round_.number)
        return ""

    def untrained(self, number: int) -> str:
        """Its training has a button of its own."""
        return self.why_no_training(number) or (
            f"Round {number} is not refined yet: press Train on these pairs first."
        )

    def training_seed(self, seed: int, number: int) -> int:
        """Apart from that of the round above, which has the same number."""
        from gal_studio.core.seeds import named_seed

        return named_seed(seed, "refinement", number)

    def hands_on(self, continues: bool, after_refinement: str) -> bool:
        """A setting of the refinement."""
        return after_refinement == "continue"

    def lost_start(self, number: int, own: int) -> str:
        """The round that it refines is there, as a rule."""
        return (
            f"Round {number} starts from the refinement of round {own}, whose LoRA is missing: refine "
            f"round {own} again, or let the round after a refinement repeat it."
        )


REFINED = Refined()
