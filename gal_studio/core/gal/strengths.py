"""The LoRA strengths with which the candidates of an anchor are drawn (Eq. G13)."""

LEVELS = 5


def candidate_strength(lowest: float, index: int) -> float:
    """Eq. G13: from 1 down to `lowest` in five even steps, over and over.

    It depends on the candidate's index alone, so that an anchor's further candidates change none.
    """
    return 1.0 - (1.0 - lowest) * (index % LEVELS) / (LEVELS - 1)
