"""A made-up round on which a policy of one's own is tried before anything is trained for it."""

import numpy

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import CHANCE, SHOWN, Anchor

PROMPTS, EACH = 4, 4


def made_up_round() -> PoolSnapshot:
    """Four test prompts with four images each, of which the first of prompt k are k copies."""
    anchors = tuple(Anchor(f"a{place}", f"A thing {place} in ink style", place) for place in range(PROMPTS))
    candidates = tuple(
        Candidate(
            f"{anchor.id}-{index}", anchor.id, index, index, "image", 0.3, 0.1,
            more_scores={CHANCE: 0.9 if index < anchor.order else 0.1, SHOWN: 0.0},
        )
        for anchor in anchors
        for index in range(EACH)
    )  # fmt: skip
    angles = numpy.linspace(0.0, 1.5, len(candidates))
    features = {
        one.id: numpy.array([numpy.cos(angle), numpy.sin(angle)], dtype=numpy.float32)
        for one, angle in zip(candidates, angles, strict=True)
    }
    return PoolSnapshot(
        candidates=candidates,
        scores=score_pool(anchors, candidates),
        top_k=2,
        features=features,
        reference_features={"reference": numpy.array([1.0, 0.0], dtype=numpy.float32)},
    )


def rehearse(policy: Policy, given: str) -> None:
    """Let a policy suggest on the made-up round; a StudioError says in which step it failed, and how."""
    pool = made_up_round()
    try:
        policy.suggest(pool), policy.reasons(pool), policy.ranked(pool)
    except Exception as error:  # whatever a class of one's own does
        raise StudioError(
            f"The selection strategy {given!r} failed on a made-up round of {PROMPTS} test prompts "
            f"({type(error).__name__}: {first_line(error)}): nothing was trained. Correct it first."
        ) from error
