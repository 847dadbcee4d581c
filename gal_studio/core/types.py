"""The nouns that cross floors: immutable, free of files, models and SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["style", "object"]
Verdict = Literal["accepted", "rejected", "undecided"]
Author = Literal["human", "sampler", "policy"]
PauseReason = Literal["", "room"]  # empty: a person pressed Pause
Remark = Literal["", "redrawn", "flat"]
RoundKind = Literal["fine_tune", "refine"]
JobState = Literal[
    "queued", "running", "pausing", "paused", "stopping", "stopped", "interrupted", "completed", "error"
]


@dataclass(frozen=True)
class Reference:
    """A user's picture of the subject of interest, with its prompt.

    `plain_prompt` is the prompt without the trigger word (objects); for styles it equals `prompt`.
    `image` is the content hash under which the store keeps the picture, `mask` that of its foreground (white
    where the subject is; None: found automatically). References with the same trigger word show one subject.
    """

    id: str
    prompt: str
    plain_prompt: str
    image: str
    trigger_word: str = ""
    mask: str | None = None


@dataclass(frozen=True)
class Anchor:
    """A prompt that asks for the subject of interest together with something else."""

    id: str
    prompt: str
    order: int
    enabled: bool = True


@dataclass(frozen=True)
class Candidate:
    """One generated picture of an anchor with its scores (Eq. G1) and its place on the map.

    `remark` tells of a picture that was drawn again in full precision, and of one that is a flat colour: a
    blank picture is never scored, and neither a copy nor a success.
    """

    id: str
    anchor_id: str
    index: int
    seed: int
    image: str
    similarity_anchor: float
    similarity_reference: float
    x: float | None = None
    y: float | None = None
    remark: Remark = ""
    more_scores: Mapping[str, float] = field(default_factory=dict, hash=False)

    def score(self, name: str) -> float | None:
        """The score of that name (`core.gal.scores`); None if the picture was drawn before there was one."""
        own = {
            "similarity_anchor": self.similarity_anchor, "similarity_reference": self.similarity_reference
        }  # fmt: skip
        return own.get(name, self.more_scores.get(name))

    @property
    def margin(self) -> float:
        """s(x, a) - s(x, ref), in [-2, 2]."""
        return self.similarity_anchor - self.similarity_reference

    @property
    def is_blank(self) -> bool:
        """Whether it is one flat colour, whatever CLIP says of it."""
        return self.remark == "flat"

    @property
    def overfit(self) -> bool:
        """Eq. G2: whether the picture shows the reference; equality counts as a copy."""
        return not self.is_blank and self.similarity_anchor <= self.similarity_reference


@dataclass(frozen=True)
class AnchorScore:
    """What the candidates of one anchor say together (Eq. G3, G4); `blank` ones are not among them."""

    anchor: Anchor
    candidates: int
    overfit: int
    overfit_rate: float
    entropy: float
    mean_margin: float
    blank: int = 0


@dataclass(frozen=True)
class Suggestion:
    """The sampler's proposal for one anchor (Eq. G5, G6), with one sentence that explains it."""

    anchor_id: str
    candidate_id: str
    rank: int
    reason: str


@dataclass(frozen=True)
class Decision:
    """One entry of the log of verdicts; the newest entry of a candidate is its verdict."""

    id: int
    candidate_id: str
    verdict: Verdict
    author: Author
    time: float
    mask: str | None = None  # accepted in part: white where the picture is right


@dataclass(frozen=True)
class TrainingExample:
    """A picture of a training set: a reference (weight 1) or an accepted candidate (Eq. G8).

    With a `mask`, only its white part is learned: the weight is multiplied by the mask at latent size.
    """

    image: str
    prompt: str
    weight: float
    is_reference: bool
    mask: str | None = None


@dataclass(frozen=True)
class Round:
    """A node in the tree of rounds: one training and the candidates drawn after it.

    A refinement (PatchDPO) is a child of the round that it refines and bears its number.
    """

    id: str
    project_id: str
    parent_id: str | None
    number: int
    adapter: str | None
    created: float
    kind: RoundKind = "fine_tune"


@dataclass(frozen=True)
class Job:
    """A piece of long work of one kind (`gal_studio.core.job_kinds`), and how far it is.

    A job that is paused for room goes on by itself; one that a person paused waits for a person.
    """

    id: str
    project_id: str
    round_id: str
    kind: str
    state: JobState
    phase: str
    done: int
    total: int
    message: str
    created: float
    started: float | None
    finished: float | None
    paused_for: PauseReason = ""
