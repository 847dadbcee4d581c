"""What a person chose beside what was suggested."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gal_studio.core.decisions import Decided
from gal_studio.core.types import Author, Verdict

ChoiceKind = Literal["agreed", "other picture", "other prompt", "left out", "added"]
OVERRIDES = frozenset({"other picture", "other prompt", "left out"})
"""The kinds in which the person decided otherwise than the sampler."""


@dataclass(frozen=True, kw_only=True)
class NewChoice:
    """A decision beside what was suggested for its test prompt at that moment (None: nothing was).

    `first` says whether the prompt had no accepted picture before. `scores` holds the scores at that moment:
    those of the prompt, of the suggested picture and of the chosen one.
    """

    anchor_id: str
    suggested_id: str | None
    chosen_id: str
    verdict: Verdict
    first: bool
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict, hash=False)

    @property
    def agrees(self) -> bool:
        """Whether the suggested picture was accepted."""
        return self.verdict == "accepted" and self.chosen_id == self.suggested_id

    @property
    def kind(self) -> ChoiceKind:
        """How the choice relates to what was suggested."""
        if self.verdict == "rejected":
            return "left out"
        if not self.first:
            return "added"
        if self.agrees:
            return "agreed"
        return "other prompt" if self.suggested_id is None else "other picture"


@dataclass(frozen=True, kw_only=True)
class Choice(NewChoice):
    """A stored choice; `step` is its step in the log of decisions, and `reason` what the person typed."""

    id: int
    step: int
    round_id: str
    time: float
    author: Author
    reason: str


def standing_steps(decided: Decided) -> dict[str, tuple[int, str]]:
    """The step that gave each candidate its present verdict, and this verdict."""
    found: dict[str, tuple[int, str]] = {}
    for step in decided.steps:
        if step.stands:
            changed = {
                name: state.verdict
                for name, state in step.after.items()
                if state.verdict != step.before[name].verdict
            }
            found |= {name: (step.id, verdict) for name, verdict in changed.items()}
    return found
