"""The domain types that all layers share: immutable, without files, models or SQL."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gal_studio.core.taught import NAMES

if TYPE_CHECKING:
    Kind = str  # what a project learns
else:
    Kind = Literal[NAMES]
Verdict = Literal["accepted", "rejected", "undecided"]
Author = Literal["human", "sampler", "policy"]
PauseReason = Literal["", "room"]  # empty: by the user; room: until there is disk space
Remark = Literal["", "redrawn", "flat"]
CopyDetectors = Literal["both", "prompts", "pictures"]  # what says that a picture is a copy (Eq. G12)
UsedDetectors = CopyDetectors | Literal["none"]  # none where there is no reference to copy
CopySource = Literal["", "prompts", "pictures", "both", "person"]  # who says so of one picture
JobState = Literal[
    "queued", "running", "pausing", "paused", "stopping", "stopped", "interrupted", "completed", "error"
]
MapPlace = tuple[float, float]
PicturePlace = tuple[str, int]
"""A prompt, or its ID, and the number of an image of it, which has the same seed in every round."""


SHOWN = "shows_reference"  # the name of the score of how much of the reference shows
SHOWS_REFERENCE = 0.5  # of that score, see Eq. G12
LIKENESS = "likeness"  # the name of the score by which a picture may lack the style, see Eq. G6
CHANCE = "copy_chance"  # the name of the score of Eq. G16
COPY_FROM = 0.5  # of that score, see Eq. G12
CARRIES = "carries"  # the name of the score of Eq. G17
OBJECT = "object "  # before its trigger word, the name of the score of an object (Eq. G25)
FOUND_FROM = 1.0  # of that score: a picture shows the object
ASKED = "asked"  # the name of the score of Eq. G14
NOISE = "noise"  # the name of the score of color noise
NOISY_FROM = 2.0  # of that score, from which a picture is noise


@dataclass(frozen=True)
class Reference:
    """A picture that the user gives, with its prompt.

    `plain_prompt` is the prompt without the trigger word (objects), or equal to `prompt` (styles). `image` is
    the picture's content hash in the store, `mask` that of its foreground mask (white on the subject; None:
    found automatically). References with the same trigger word show the same subject.
    """

    id: str
    prompt: str
    plain_prompt: str
    image: str
    trigger_word: str = ""
    mask: str | None = None


@dataclass(frozen=True)
class Anchor:
    """A prompt that asks for the style or the object in another picture; the page says *test prompt*."""

    id: str
    prompt: str
    order: int
    enabled: bool = True


@dataclass(frozen=True)
class CopyCurve:
    """The mean copy risk of a prompt's images (Eq. G16) at each mean strength, the strongest first."""

    strengths: tuple[float, ...]
    mean: tuple[float, ...]

    @property
    def rounded(self) -> "CopyCurve":
        """To the places that are shown."""
        return CopyCurve(*(tuple(round(value, 3) for value in part) for part in (self.strengths, self.mean)))


@dataclass(frozen=True)
class AnchorScore:
    """Overfit rate and entropy of an anchor's candidates (Eq. G3, G4), not counting the `blank` ones.

    `overfit` counts the copies, and `overfit_rate` is the mean of their chances (Eq. G16). `by_prompts`,
    `by_pictures` and `by_person` are the overfit ones by who says so (Eq. G12); `compared` are the candidates
    of which the pictures say anything. `weakest` is the least mean strength (Eq. G13), `copied_from` the
    least at which there is a copy, `clean_up_to` the largest at which there is none. Of those that are not
    copies, `off_prompt` are not as asked, and `too_weak` of the rest carry too little (Eq. G6). `turn` is the
    copy risk by strength, None where all pictures have one strength. `by_model`: the entropy is what differs
    between pictures at the schedules that all prompts share (Eq. G4), without the detector's own doubt; a
    round of an earlier version has that of the rate.
    """

    anchor: Anchor
    candidates: int
    overfit: int
    overfit_rate: float
    entropy: float
    mean_margin: float
    blank: int = 0
    by_prompts: int = 0
    by_pictures: int = 0
    by_person: int = 0
    compared: int = 0
    weakest: float = 1.0
    copied_from: float = 1.0
    clean_up_to: float = 1.0
    off_prompt: int = 0
    too_weak: int = 0
    turn: CopyCurve | None = None
    by_model: bool = False

    @property
    def good(self) -> int:
        """How many candidates may be suggested (Eq. G6)."""
        return self.candidates - self.overfit - self.off_prompt - self.too_weak

    @property
    def is_counted(self) -> bool:
        """Whether the rate is that of flags, as published, and not of chances."""
        return self.overfit_rate == self.overfit / self.candidates


@dataclass(frozen=True)
class Suggestion:
    """A suggested candidate of an anchor (Eq. G5, G6), its rank from 1, and a one-sentence reason."""

    anchor_id: str
    candidate_id: str
    rank: int
    reason: str


@dataclass(frozen=True)
class Decision:
    """A row of the append-only log of verdicts; a candidate's newest row is its current verdict."""

    id: int
    candidate_id: str
    verdict: Verdict
    author: Author
    time: float
    mask: str | None = None  # accepted in part: white where the picture is good


@dataclass(frozen=True)
class TrainingExample:
    """A picture to train on: a reference (weight 1) or an accepted candidate (weight of Eq. G8).

    With a `mask`, only its white part is learned: the weight is multiplied by the mask at latent size.
    """

    image: str
    prompt: str
    weight: float
    is_reference: bool
    mask: str | None = None


@dataclass(frozen=True)
class Job:
    """A unit of work for the worker, of one kind (`gal_studio.core.jobs.kinds`), with its state and progress.

    A job paused for lack of disk space resumes by itself; one paused by the user waits for the user.
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
