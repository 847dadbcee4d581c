"""The pocket model's captions and concepts: wording, rates, determinism."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pytest

from gal_studio.assets import load_presets
from workshop.pocket.data import icons
from workshop.pocket.data.concepts import CONCEPTS, HELD_OUT_DESIGNS
from workshop.pocket.scenes.places import PLACES

pytestmark = pytest.mark.thorough

BY_NAME = {concept.name: concept for concept in CONCEPTS}


def test_held_out_designs_leave_three_to_train_on() -> None:
    held = Counter(name for name, _, _ in HELD_OUT_DESIGNS)
    for name, code, pack in HELD_OUT_DESIGNS:
        concept = BY_NAME[name]
        assert code in concept.codepoints
        assert pack in icons.PACKS
        assert concept.in_denoiser
        assert len(concept.codepoints) * len(icons.PACKS) - held[name] >= 3


def test_the_preset_lists_what_the_denoiser_was_taught() -> None:
    """Without the longer phrases that contain a shorter one of the list."""
    pocket = load_presets()[0]
    things = [phrase for one in CONCEPTS if one.in_denoiser for phrase in (one.phrase, *one.synonyms)]
    assert_covers(pocket.known_things, things)
    assert_covers(pocket.known_places, [phrase for place in PLACES for phrase in place.words])


def assert_covers(known: Sequence[str], phrases: Sequence[str]) -> None:
    def has(phrase: str, word: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", phrase) is not None

    assert [phrase for phrase in phrases if not any(has(phrase, word) for word in known)] == []
    assert [word for word in known if not any(has(phrase, word) for phrase in phrases)] == []
    assert [word for word in known if any(word != other and has(word, other) for other in known)] == []
