"""What an acquisition policy decides on: a round as it stands, with all that is known of its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.selection import rank_anchors
from gal_studio.core.gal.self_check import SelfCheck, self_check
from gal_studio.core.gal.standard import Standard
from gal_studio.core.gal.uncertainty import group_by_anchor
from gal_studio.core.loss_trend import Trend
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import generator
from gal_studio.core.types import AnchorScore, Kind

Floats = NDArray[numpy.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolSnapshot:
    """The drawn pictures of a round, the scores of its test prompts, and what a person decided so far.

    Each candidate has its scores, its copy flag and probability (Eq. G12) and the strength that it was drawn
    with; `first` are those of the first round of its line, empty in that round. `top_k` is how many to
    suggest; `seed` and `number` (of the round) seed what is random. `rejected` holds candidates,
    `accepted_anchors` anchors with an accepted picture, and `accepted` are the pictures that were accepted in
    this round and those above it. `features` are unit-norm CLIP features by candidate, of this round and
    of what is accepted, and `reference_features` those by reference; both are empty unless the policy needs
    them. `is_full`: the round trained the whole denoiser.
    `held_out` are its pictures of benchmark prompts, and `loss` says where that of its training went. `kind`
    is what the project learns.
    """

    candidates: tuple[Candidate, ...]
    first: tuple[Candidate, ...] = ()
    scores: tuple[AnchorScore, ...]
    top_k: int
    seed: int = 0
    number: int = 1
    rejected: frozenset[str] = frozenset()
    accepted_anchors: frozenset[str] = frozenset()
    accepted: tuple[Candidate, ...] = ()
    features: Mapping[str, NDArray[numpy.float32]] = field(default_factory=dict)
    reference_features: Mapping[str, NDArray[numpy.float32]] = field(default_factory=dict)
    is_full: bool = False
    held_out: tuple[Candidate, ...] = ()
    loss: Trend = "unclear"
    kind: Kind = "style"

    @cached_property
    def groups(self) -> Mapping[str, tuple[Candidate, ...]]:
        """The candidates of each anchor by index, blank ones left out."""
        return group_by_anchor(self.candidates)

    @cached_property
    def ranked(self) -> tuple[AnchorScore, ...]:
        """All test prompts by Eq. G5."""
        return rank_anchors(self.scores)

    @cached_property
    def standard(self) -> Standard:
        """What a picture of the round must be to be suggested (Eq. G6)."""
        return Standard.of(self.candidates, Standard.of(self.first) if self.first else None)

    @cached_property
    def check(self) -> SelfCheck:
        """What the round says of itself."""
        return self_check(self.candidates, self.number, self.is_full, self.held_out, self.loss)

    def rng(self, name: str) -> numpy.random.Generator:
        """The random generator of a policy in this round."""
        return generator(self.seed, "policy", name, self.number)
