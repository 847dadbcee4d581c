"""What a round says of itself before anything is suggested: whether copies can be told, what is to mend."""

from collections.abc import Sequence

from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.types import AnchorScore, Candidate

LOCKED_FROM = 0.5
"""Above this share of test prompts that are copies throughout, nobody can tell copies from the style."""
MENDED_BELOW = 0.1
"""Share of copies among pictures drawn with the LoRA as trained, up to which there is nothing to mend."""
FALLS_BY = 0.05
"""How much less likely copies must be with the weakest recipe than with the LoRA as trained."""


def self_check(candidates: Sequence[Candidate], scores: Sequence[AnchorScore]) -> str:
    """One sentence on a round whose chances (Eq. G16) are known; empty if there is nothing to say."""
    drawn = [one for one in candidates if not one.is_blank and not one.own]
    if not scores or not drawn or any(one.chance_by_witnesses is None for one in drawn):
        return ""
    locked = sum(score.overfit == score.candidates for score in scores)
    if locked > LOCKED_FROM * len(scores):
        return (
            f"All pictures of {locked} of {len(scores)} test prompts count as copies, so perhaps this "
            "reference cannot be told from its style: look, and mark some that are none."
        )
    full = [one for one in drawn if one.recipe == AS_TRAINED]
    copies = sum(one.overfit for one in full)
    if not full:
        return ""
    if copies <= MENDED_BELOW * len(full):
        return f"Nothing to mend: {copies} of {len(full)} pictures at full strength copy. Take this round."
    weakest = min((one.recipe for one in drawn), key=lambda recipe: recipe.mean)
    weak = [one for one in drawn if one.recipe == weakest]
    if weakest != AS_TRAINED and _mean(weak) > _mean(full) - FALLS_BY:
        return (
            "As many pictures count as copies with the weakest recipe as at full strength, so perhaps this "
            "reference cannot be told from its style: look, and mark some that are none."
        )
    return ""


def _mean(candidates: Sequence[Candidate]) -> float:
    return sum(one.chance for one in candidates) / len(candidates)
