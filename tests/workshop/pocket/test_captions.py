"""The pocket model's captions and concepts: wording, rates, determinism."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from gal_studio.assets import load_presets
from workshop.pocket.data import icons
from workshop.pocket.data.captions import caption, with_trigger
from workshop.pocket.data.concepts import CONCEPTS, HELD_OUT_DESIGNS
from workshop.pocket.scenes.places import PLACES

pytestmark = pytest.mark.thorough

BY_NAME = {concept.name: concept for concept in CONCEPTS}
STYLE = ("watercolor painting", "watercolour", "aquarelle")
PLACE = ("in a workshop", "inside a workshop")


def many(
    names: str,
    styled: bool = False,
    place: tuple[str, ...] = (),
    trigger: bool = False,
    n: int = 4000,
) -> Counter[str]:
    """The frequency of each caption for these concepts."""
    rng = np.random.default_rng(0)
    concepts = [BY_NAME[name] for name in names.split("+")]
    style, words = ("watercolor", STYLE) if styled else (None, ())
    where = "somewhere" if place else None
    return Counter(caption(rng, concepts, style, words, where, place, trigger) for _ in range(n))


def test_trigger_words_stand_before_the_noun() -> None:
    said = many("cat", place=PLACE, trigger=True)
    assert any("a <cute-cat> cat in a workshop" in text for text in said)
    assert "a cat" not in said
    assert with_trigger("an apple", "<vel>") == "a <vel> apple"
    assert with_trigger("a cat", "<own-cat>") == "an <own-cat> cat"
    assert with_trigger("candy", "zwx") == "zwx candy"


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
