"""The pocket model's captions and concepts: wording, rates, determinism."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from gal_studio.assets import load_presets
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.scenes.places import PLACES

pytestmark = pytest.mark.thorough


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
