"""What the results of the bundled model are measured on is in no picture that it was trained on."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.workshop.pocket.test_stretch import archive
from workshop.pocket.data import art, dataset, icons
from workshop.pocket.data import views as data
from workshop.pocket.data.concepts import CLEAR_PACKS, CONCEPTS, HELD_OUT_DESIGNS, OWN_CLEAR_PACKS
from workshop.pocket.data.dataset import make_plan
from workshop.pocket.data.icons import PACKS, Design
from workshop.pocket.data.recipe_pictures import RECIPES
from workshop.pocket.data.views import draw_subject, held_out
from workshop.pocket.scenes.recipe_kinds import KINDS
from workshop.pocket.scenes.recipes import Recipe
from workshop.pocket.scenes.recipes import held_out as held_out_recipes
from workshop.pocket.scenes.styles import STYLES

pytestmark = pytest.mark.thorough

DESIGNS = [
    Design(concept.name, code, pack, np.full((1, 1, 4), (255, 0, 0, 255), np.uint8))
    for concept in CONCEPTS
    for code in concept.codepoints
    for pack in PACKS
]
BY_NAME = {concept.name: concept for concept in CONCEPTS}


def test_held_out_designs_leave_three_to_train_on() -> None:
    held = Counter(name for name, _, _ in HELD_OUT_DESIGNS)
    for name, code, pack in HELD_OUT_DESIGNS:
        concept = BY_NAME[name]
        assert code in concept.codepoints
        assert pack in icons.PACKS
        assert concept.in_denoiser
        assert len(concept.codepoints) * len(icons.PACKS) - held[name] >= 3


def test_subjects_are_of_no_design_that_is_measured_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "designs_of", lambda icons: DESIGNS)
    monkeypatch.setattr(data, "OTHER", 0.0)
    data.known_designs.cache_clear()
    rng = np.random.default_rng(0)
    drawn = [draw_subject(Path("icons"), rng) for _ in range(2000)]
    data.known_designs.cache_clear()
    learned = {(one.design.concept, one.design.codepoint, one.design.pack) for one in drawn}
    measured = held_out(Path("icons"))
    kept = {(one.design.concept, one.design.codepoint, one.design.pack) for one in measured}
    assert learned.isdisjoint(kept) and kept > HELD_OUT_DESIGNS
    assert all(one.concept.in_denoiser for one in drawn) and not all(
        one.concept.in_denoiser for one in measured
    )


def test_held_out_and_measured_art_is_never_trained_on(tmp_path: Path) -> None:
    square = {"body": '<path d="M4 4h8v8h-8z"/>'}
    for name in ("noto", "twemoji"):
        codes = {code: f"icon-{code}" for _, code, pack in HELD_OUT_DESIGNS if pack == name}
        drawn = {"icons": dict.fromkeys((*codes.values(), "free"), square)}
        archive(tmp_path / art.archive_name(name), icons=drawn, chars=codes)
    found = [(name, icon) for name, icon, _ in art.general_icons(tmp_path, ["noto", "twemoji"])]
    assert found == [("noto", "free"), ("twemoji", "free")]
    assert not set(art.MEASURED) & set(art.SETS)
    with pytest.raises(ValueError, match="measuring only"):
        list(art.general_icons(tmp_path, ["openmoji"]))


def test_a_clear_picture_shows_one_of_few_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "designs_of", lambda icons: DESIGNS)
    known, rng = (dataset.designs_by_concept, dataset.clear_designs), np.random.default_rng(0)
    for each in known:
        each.cache_clear()
    plans = [make_plan(Path("icons"), "clear", rng) for _ in range(3000)]
    for each in known:
        each.cache_clear()
    by_concept: dict[str, set[str]] = {}
    for (number,) in {plan.designs for plan in plans}:
        design = DESIGNS[number]
        assert design.pack in OWN_CLEAR_PACKS.get(design.concept, CLEAR_PACKS)
        assert (design.concept, design.codepoint, design.pack) not in HELD_OUT_DESIGNS
        by_concept.setdefault(design.concept, set()).add(design.codepoint)
    assert all(len(codes) == 1 for codes in by_concept.values())
    assert by_concept["leaf"] == {"1f341"}
    assert {concept.name for concept in CONCEPTS if not concept.in_denoiser}.isdisjoint(by_concept)
    assert not any(plan.mirrored for plan in plans)


def test_nothing_that_is_learned_is_of_a_held_out_kind() -> None:
    kinds = [Recipe(number).kind for number in range(RECIPES)]
    assert not any(kind.held_out for kind in kinds)
    assert len(set(kinds)) == sum(not kind.held_out for kind in KINDS)
    judged = [recipe.kind.name for recipe in held_out_recipes(2)]
    assert len(set(judged)) == 6 and all(judged.count(name) == 2 for name in judged)
    words = {word for kind in KINDS if kind.held_out for word in kind.words}
    assert not any(word in " ".join(Recipe(number).words) for number in range(300) for word in words)


def test_sixteen_styles_of_which_two_are_held_out() -> None:
    assert len(STYLES) == 16
    assert [style.name for style in STYLES if style.held_out] == ["ink", "crayon"]
    words = [word for style in STYLES for word in style.words]
    assert len(set(words)) == len(words)
