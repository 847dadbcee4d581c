"""What stands for a policy that cannot suggest: its plug-in is missing or fails, or no copy is known."""

from collections.abc import Sequence
from typing import Self

from gal_studio.core.errors import first_line
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.reasons import count_copies
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.types import AnchorScore, Kind


class Absent(Policy):
    """Suggests nothing, and says why."""

    stops_when_clean = False

    def __init__(self, name: str, label: str, sentence: str) -> None:
        self.name, self.label = name, label  # type: ignore[misc] # of this one, as of a class elsewhere
        self.sentence = sentence

    @classmethod
    def of(cls, name: str) -> Self:
        """One that is not installed here."""
        return cls(
            name,
            f"{name} (not installed)",
            f"The selection strategy {name!r} is not installed here: install its package, or choose "
            "another one under Advanced.",
        )

    @classmethod
    def failing(cls, policy: Policy, package: str, error: Exception) -> Self:
        """In the place of one of a plug-in that failed."""
        return cls(
            policy.name,
            policy.label,
            f"The selection strategy {policy.label!r} of {package} failed ({type(error).__name__}: "
            f"{first_line(error)}): update {package}, or choose another one.",
        )

    def order(self, pool: PoolSnapshot) -> Sequence[AnchorScore]:
        """None."""
        return ()

    def reason(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """Never asked for, since nothing is suggested."""
        return self.sentence

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """How many are copies; that nothing is suggested is said once."""
        return f"{count_copies(score)}."

    def summary(self, pool: PoolSnapshot, available: int) -> str:
        """Why nothing is suggested."""
        return self.sentence


class Unjudged(Absent):
    """In the place of any policy in a project without references; says what can be done instead."""

    def __init__(self, policy: Policy, kind: Kind) -> None:
        super().__init__(
            policy.name,
            policy.label,
            f"No reference images: copies and {kind} match are not judged. Compare the strengths, and accept "
            "any images you like.",
        )

    def suggest(self, pool: PoolSnapshot) -> SuggestionSet:
        """Nothing: there is nothing to mend that is known."""
        return SuggestionSet((), True, self.sentence, ends=True)

    def why_not(self, pool: PoolSnapshot, score: AnchorScore) -> str:
        """How many images match the test prompt."""
        matching, number = score.candidates - score.off_prompt, score.candidates
        return f"{matching} of {number} {'matches' if matching == 1 else 'match'} the prompt."
