"""What a round is answers by itself."""

import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

import gal_studio
from gal_studio.assets import assets_folder
from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.core.variants.registry import VARIANTS, find_variant, refuse
from gal_studio.core.variants.variant import TRAININGS, Doing
from gal_studio.state.hooks import actions_of

PACKAGE = Path(gal_studio.__file__).parent
FIRST = Round("r", "p", None, 1, "trained", 0.0)


def test_no_module_asks_by_a_text_whether_a_project_has_references() -> None:
    words = re.compile(r"\b(if|not|and|or) \(?[\w.]*\b(project|own)\.described\b")
    found = [path.name for path in PACKAGE.rglob("*.py") if words.search(path.read_text(encoding="utf-8"))]
    assert not found, "ask Project.has_references"
    assert words.search("if not task.project.described:")


def test_stored_names_stay() -> None:
    """They stand in every workspace and archive, and in the schema in this order."""
    assert VARIANTS.names()[:3] == ("fine_tune", "refine", "instant")
    assert {one.training for one in VARIANTS} - {None} == set(TRAININGS)


def test_every_button_is_on_the_page() -> None:
    """Those of features, too, which are named beside their words."""
    page = assets_folder() / "ui"
    sources = [path.read_text(encoding="utf-8") for path in page.rglob("*.js") if "vendor" not in path.parts]
    known = {name for source in sources for name in re.findall(r'\bname: "(\w+)"', source)}
    assert {name for one in VARIANTS for name in actions_of(one)} <= known
    assert {one.made_by for one in VARIANTS} == {None, "next_round", "refine"}


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        ("fine_tune", set()),
        ("refine", {"train", "continue"}),
        ("instant", set(get_args(Doing))),
    ],
)
def test_what_each_refuses(kind: str, refused: set[Doing]) -> None:
    round_ = replace(FIRST, kind=kind)
    assert {doing for doing in get_args(Doing) if round_.why_not(doing)} == refused
    for doing in refused:
        with pytest.raises(StudioError, match=r": |press"):
            refuse(doing, round_)


@pytest.mark.parametrize(
    ("given", "words"), [({"source": "ink.safetensors"}, "ink.saf"), ({"copy_of": "o"}, "branch")]
)
def test_a_lora_from_elsewhere_is_not_trained_and_can_be_measured(given: dict[str, str], words: str) -> None:
    round_ = replace(FIRST, **given)
    refused = [doing for doing in get_args(Doing) if round_.why_not(doing)]
    assert refused == ["train", "continue"]
    assert words in round_.why_not("train")


def test_what_can_generate() -> None:
    untrained = replace(FIRST, adapter=None)
    assert FIRST.can_generate and not untrained.can_generate
    assert replace(untrained, kind="instant").can_generate
    assert not replace(untrained, kind="refine").can_generate


def test_one_of_a_newer_version_is_refused() -> None:
    with pytest.raises(StudioError, match="'dream', which is not known here: update GAL Studio"):
        find_variant("dream")
