"""The prompts and pictures of a test set, and what is read off one picture."""

from dataclasses import dataclass, replace
from typing import Literal, Self

from gal_studio.core.types import Candidate, Witnesses

Part = Literal["held_out", "accepted", "plain"]
Metric = Literal["success", "clip_t", "clip_i", "copies"]
When = Literal["auto", "always", "never"]
METRICS: tuple[Metric, ...] = ("success", "clip_t", "clip_i", "copies")


@dataclass(frozen=True)
class MeasuredPrompt:
    """A prompt of a project's test set.

    `part` is "held_out" for prompts that no training uses, "accepted" for anchors whose pictures are learned,
    and "plain" for held-out prompts without the trigger word or the style's words.
    """

    id: str
    part: Part
    prompt: str
    order: int
    enabled: bool = True


@dataclass(frozen=True)
class MeasuredPicture:
    """A picture that was drawn for the test set by a round, or by the base model (`round_id` None).

    `candidate` reads it like a candidate of its prompt, so that every flag of candidates holds for it too.
    `likeness` is its mean cosine to the references (CLIP-I), in [-1, 1].
    """

    prompt_id: str
    round_id: str | None
    candidate: Candidate
    likeness: float

    def judged_by(self, witnesses: Witnesses) -> Self:
        """The same picture, whose copies are found by these witnesses (Eq. G12)."""
        return replace(self, candidate=replace(self.candidate, witnesses=witnesses))

    @property
    def copies(self) -> bool:
        """Whether it is a copy of the reference, by the flag of the project's candidates (Eq. G12)."""
        return self.candidate.overfit

    @property
    def succeeds(self) -> bool:
        """Whether it shows what its prompt asks for: it is neither a copy nor blank."""
        return not (self.copies or self.candidate.is_blank)

    def figure(self, metric: Metric) -> float | None:
        """One metric of this picture; None for a similarity of a blank one."""
        if metric == "success":
            return float(self.succeeds)
        if metric == "copies":
            return float(self.copies)
        if self.candidate.is_blank:
            return None
        return self.candidate.similarity_anchor if metric == "clip_t" else self.likeness
