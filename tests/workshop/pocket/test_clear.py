"""The clear pictures, and the denoiser's last stage on them."""

from pathlib import Path

import numpy as np
import pytest

from workshop.pocket.data import dataset
from workshop.pocket.data.concepts import (
    CLEAR_PACKS,
    CONCEPTS,
    HELD_OUT_DESIGNS,
    OWN_CLEAR_PACKS,
)
from workshop.pocket.data.dataset import Plan, make_plan
from workshop.pocket.data.icons import PACKS, Design

pytestmark = pytest.mark.thorough

ICONS = Path("icons")
RED = np.full((1, 1, 4), (255, 0, 0, 255), np.uint8)
DESIGNS = [
    Design(concept.name, code, pack, RED)
    for concept in CONCEPTS
    for code in concept.codepoints
    for pack in PACKS
]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    monkeypatch.setattr(dataset, "designs_of", lambda icons: DESIGNS)
    for known in (dataset.designs_by_concept, dataset.clear_designs):
        known.cache_clear()
    rng = np.random.default_rng(0)
    made = [make_plan(ICONS, "clear", rng) for _ in range(3000)]
    for known in (dataset.designs_by_concept, dataset.clear_designs):
        known.cache_clear()
    return made


def test_a_clear_picture_shows_one_of_few_designs(plans: list[Plan]) -> None:
    shown = {plan.designs for plan in plans}
    by_concept: dict[str, set[str]] = {}
    for (number,) in shown:
        design = DESIGNS[number]
        assert design.pack in OWN_CLEAR_PACKS.get(design.concept, CLEAR_PACKS)
        assert (design.concept, design.codepoint, design.pack) not in HELD_OUT_DESIGNS
        by_concept.setdefault(design.concept, set()).add(design.codepoint)
    assert all(len(codes) == 1 for codes in by_concept.values())
    assert by_concept["leaf"] == {"1f341"}
    assert {concept.name for concept in CONCEPTS if not concept.in_denoiser}.isdisjoint(by_concept)
    assert not any(plan.mirrored for plan in plans)
