"""What stands for any policy in a project without references: nobody knows which images are copies."""

from collections.abc import Sequence

from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.types import AnchorScore, Kind


class Unjudged(Policy):
    """Suggests nothing, and says why and what can be done instead."""

    stops_when_clean = False

    def __init__(self, policy: Policy, kind: Kind) -> None:
        self.name, self.label = policy.name, policy.label  # type: ignore[misc] # of this one alone
        self.sentence = (
            f"No reference images: copies and {kind} match are not judged. Compare the strengths, and accept "
            "any images you like."
        )

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """None."""
        return ()

    def suggest(self, pool: PoolSnapshot) -> SuggestionSet:
        """Nothing: there is nothing to mend that is known."""
        return SuggestionSet((), True, self.sentence, ends=True)

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Never asked for, since nothing is suggested."""
        return self.sentence

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """How many images match the test prompt."""
        matching, number = score.candidates - score.off_prompt, score.candidates
        return f"{matching} of {number} {'matches' if matching == 1 else 'match'} the prompt."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """Why nothing is suggested."""
        return self.sentence
