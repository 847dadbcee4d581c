"""The pocket model's captions and concepts: wording, rates, determinism."""

from __future__ import annotations

import io
import json
import re
import tarfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from gal_studio.assets import load_presets
from workshop.pocket.data import icons
from workshop.pocket.data.captions import CLEAN_WORDS, caption, trigger_word, with_trigger
from workshop.pocket.data.concepts import CONCEPTS, HELD_OUT_DESIGNS, Concept
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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tie", "A tie"),
        ("candy", "candy"),
        ("moon", "Moon"),
        ("beach scene", "Beach scene"),
        ("grapes", "A cluster of grapes"),
        ("cheese", "A cheese"),
    ],
)
def test_anchor_wording_is_frequent(name: str, said: str) -> None:
    assert many(name, styled=True)[f"{said} in watercolor painting style"] > 120


def test_object_prompts_are_frequent() -> None:
    assert many("cat", place=PLACE)["A cat in a workshop"] > 200
    assert many("cat", place=CLEAN_WORDS)["a cat, clean background"] > 200
    assert many("cat", place=CLEAN_WORDS)["a cat on a plain white background"] > 20
    assert many("cat")["a photo of a cat"] > 200
    assert many("cat+teapot", place=PLACE)["a cat and a teapot in a workshop"] > 100


def test_trigger_words_stand_before_the_noun() -> None:
    said = many("cat", place=PLACE, trigger=True)
    assert any("a <cute-cat> cat in a workshop" in text for text in said)
    assert "a cat" not in said
    assert with_trigger("an apple", "<vel>") == "a <vel> apple"
    assert with_trigger("a cat", "<own-cat>") == "an <own-cat> cat"
    assert with_trigger("candy", "zwx") == "zwx candy"


def test_the_generator_alone_decides() -> None:
    assert many("dog", styled=True, n=50) == many("dog", styled=True, n=50)
    first, second = (trigger_word(np.random.default_rng(seed)) for seed in (1, 2))
    assert first != second


def test_concepts_are_sound() -> None:
    assert len(CONCEPTS) == 92
    assert sum(concept.in_denoiser for concept in CONCEPTS) == 82
    said = [words for c in CONCEPTS for words in {c.name, c.phrase, *c.synonyms}]
    assert len(BY_NAME) == 92
    assert len(set(said)) == len(said)
    codes = [code for concept in CONCEPTS for code in concept.codepoints]
    assert len(set(codes)) == len(codes)


def test_held_out_designs_leave_three_to_train_on() -> None:
    held = Counter(name for name, _, _ in HELD_OUT_DESIGNS)
    for name, code, pack in HELD_OUT_DESIGNS:
        concept = BY_NAME[name]
        assert code in concept.codepoints
        assert pack in icons.PACKS
        assert concept.in_denoiser
        assert len(concept.codepoints) * len(icons.PACKS) - held[name] >= 3


def _write_set(folder: Path, pack: str, icons_json: dict[str, object], chars: dict[str, str] | None) -> Path:
    archive = folder / icons.archive_name(pack)
    files = {"package/icons.json": icons_json} | ({"package/chars.json": chars} if chars else {})
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return archive


def test_designs_come_from_the_archives_and_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("resvg_py")
    monkeypatch.setattr(icons, "CONCEPTS", (Concept("cat", "a cat", (), ("1f431", "1f408-200d-2b1b")),))
    monkeypatch.setattr(icons, "PACKS", ("noto", "fxemoji"))
    square = {"body": '<path fill="blue" d="M4 4h8v8h-8z"/>'}
    names = {"1f431": "cat-face", "1f408-200d-2b1b": "black-cat"}
    first = _write_set(tmp_path, "noto", {"icons": {"cat-face": square}}, names)
    second = _write_set(tmp_path, "fxemoji", {"icons": {"blackcat": square}}, None)
    designs = icons.load_designs(tmp_path)
    assert [(d.codepoint, d.pack) for d in designs] == [("1f431", "noto"), ("1f408-200d-2b1b", "fxemoji")]
    assert (designs[0].rgba[64, 64] == (0, 0, 255, 255)).all()
    first.unlink()
    second.unlink()
    again = icons.load_designs(tmp_path)
    assert (again[0].rgba == designs[0].rgba).all()
    assert icons.counts(again) == {"cat": 2}


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
