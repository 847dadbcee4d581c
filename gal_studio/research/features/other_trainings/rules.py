"""Which pictures of a round other trainings draw again, and with which seeds they train (Eq. G21)."""

from collections.abc import Collection, Mapping

from gal_studio.core.gal.ladder import first_indices
from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import named_seed
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT
from gal_studio.rounds.lineage import pool

DISAGREEMENTS = frozenset({AREA_DISAGREEMENT, COPY_DISAGREEMENT})
EACH = 3  # pictures of a prompt, spread over the strengths of the LoRA


def asked_pictures(here: RoundSnapshot) -> tuple[Candidate, ...]:
    """Eq. G21: what other trainings draw again, a few pictures of each prompt over all strengths."""
    chosen: list[Candidate] = []
    for anchor in pool(here):
        group = [one for one in here.candidates if one.anchor_id == anchor.id and one.image]
        group.sort(key=lambda one: one.index)
        strengths = [one.recipe.mean for one in group]
        chosen += [group[place] for place in first_indices(strengths, min(EACH, len(group)))] if group else []
    return tuple(chosen)


def lacks_trainings(
    here: RoundSnapshot, policy: str, drawn: Mapping[str, Collection[int]], trainings: int
) -> bool:
    """Whether a policy needs so many trainings of the round to be compared, which can be and are not yet.

    A round that has no pictures yet lacks them, too.
    """
    if not find_policy(policy).needs_trainings or not here.variant.tunes or here.round.source:
        return False
    is_known = bool(here.candidates) and is_compared(here, drawn, trainings)
    return here.project.project.has_references and not is_known


def is_compared(here: RoundSnapshot, drawn: Mapping[str, Collection[int]], trainings: int) -> bool:
    """Whether so many trainings, the round's own among them, were compared on all asked pictures.

    `drawn` are the numbers of the other trainings that drew in place of each candidate.
    """
    return all(
        len({number for number in drawn.get(one.id, ()) if 0 < number < trainings}) >= trainings - 1
        and not DISAGREEMENTS.isdisjoint(one.more_scores)
        for one in asked_pictures(here)
    )


def training_seed(own: int, number: int) -> int:
    """The seed of the other training of this number (from 1) beside one with the seed `own`."""
    return named_seed(own, "other training", number)
