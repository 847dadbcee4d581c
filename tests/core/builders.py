"""Builders of small pools of anchors and candidates."""

from collections.abc import Sequence
from typing import Any

from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Anchor, AnchorScore

NAMES = ("tie", "drum", "koala", "shoe", "kite", "donut")


def anchor(order: int, prompt: str | None = None) -> Anchor:
    name = NAMES[order] if order < len(NAMES) else f"thing {order}"
    return Anchor(f"anchor-{order}", prompt or f"A {name} in oil painting style", order)


def candidate(of: Anchor, index: int, to_anchor: float, to_reference: float) -> Candidate:
    return Candidate(f"{of.id}-{index}", of.id, index, 1000 + index, "picture", to_anchor, to_reference)


def candidates_of(of: Anchor, margins: Sequence[float]) -> list[Candidate]:
    """One candidate for each margin; the similarity to the reference is 0.25, exact in binary."""
    return [candidate(of, index, 0.25 + margin, 0.25) for index, margin in enumerate(margins)]


def margins(copies: int, number: int, size: float = 0.125, good: float | None = None) -> list[float]:
    """`copies` margins of -size and the rest of +good (size by default)."""
    return [-size] * copies + [size if good is None else good] * (number - copies)


def pool_of(*by_anchor: Sequence[float]) -> tuple[list[Anchor], list[Candidate], tuple[AnchorScore, ...]]:
    anchors = [anchor(order) for order in range(len(by_anchor))]
    candidates = [made for of, row in zip(anchors, by_anchor, strict=True) for made in candidates_of(of, row)]
    return anchors, candidates, score_pool(anchors, candidates)


def snapshot_of(
    candidates: Sequence[Candidate], scores: Sequence[AnchorScore], top_k: int = 3, **more: Any
) -> PoolSnapshot:
    """A round as a policy sees it; `more` are further fields."""
    return PoolSnapshot(candidates=tuple(candidates), scores=tuple(scores), top_k=top_k, **more)
