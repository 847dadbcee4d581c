"""What is accepted when nobody watches: for replay and comparison, and for the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy

from gal_studio.core.errors import StudioError
from gal_studio.core.gal import balance
from gal_studio.core.gal.selection import suggest
from gal_studio.core.gal.uncertainty import group_by_anchor
from gal_studio.core.types import AnchorScore, Candidate


@dataclass(frozen=True)
class Choice:
    """A candidate that a policy accepts, and why."""

    anchor_id: str
    candidate_id: str
    reason: str


@dataclass(frozen=True)
class PolicyOutcome:
    """What a policy accepts in a round; `openness` (Eq. G8) is the whole pool's, whatever was chosen."""

    choices: tuple[Choice, ...]
    openness: float
    sentence: str


class Policy(Protocol):
    """Decides for one round on its candidates and the scores of its pool."""

    def __call__(
        self,
        candidates: Sequence[Candidate],
        scores: Sequence[AnchorScore],
        rng: numpy.random.Generator,
        top_k: int,
    ) -> PolicyOutcome:
        """The accepted candidates; the order of candidates and scores does not matter."""
        ...


def uncertainty(
    candidates: Sequence[Candidate],
    scores: Sequence[AnchorScore],
    rng: numpy.random.Generator,
    top_k: int,
) -> PolicyOutcome:
    """Accept what the sampler suggests (Eq. G5 to G7)."""
    proposal = suggest(scores, group_by_anchor(candidates), top_k)
    choices = tuple(Choice(made.anchor_id, made.candidate_id, made.reason) for made in proposal.suggestions)
    return PolicyOutcome(choices, balance.openness(scores), proposal.sentence)


def random(
    candidates: Sequence[Candidate],
    scores: Sequence[AnchorScore],
    rng: numpy.random.Generator,
    top_k: int,
) -> PolicyOutcome:
    """Accept the first picture of `top_k` anchors drawn at random.

    The published program draws one picture for each anchor here, so that every H is 0 and with balance its
    examples weigh nothing. Ours: they weigh what the same round's uncertainty pool gives (Eq. G8), so that
    the comparison is about selection alone.
    """
    groups = group_by_anchor(candidates)
    pool = sorted(scores, key=lambda score: (score.anchor.order, score.anchor.id))
    drawn = sorted(rng.choice(len(pool), size=min(top_k, len(pool)), replace=False)) if pool else []
    reason = f"Drawn at random, 1 of {len(pool)} anchors: its first picture, whatever it shows."
    choices = tuple(
        Choice(pool[place].anchor.id, groups[pool[place].anchor.id][0].id, reason) for place in drawn
    )
    return PolicyOutcome(choices, balance.openness(scores), f"{len(choices)} anchors were drawn at random.")


POLICIES: Mapping[str, Policy] = {"uncertainty": uncertainty, "random": random}


def find_policy(name: str) -> Policy:
    """The policy of that name."""
    if name not in POLICIES:
        raise StudioError(f"There is no policy {name!r}: choose one of {', '.join(POLICIES)}.")
    return POLICIES[name]
