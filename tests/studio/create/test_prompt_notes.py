"""Warnings that a base model was not taught what a prompt names."""

import pytest

from gal_studio.assets import load_anchors, load_presets
from gal_studio.core.types import Kind
from gal_studio.studio.create.prompt_notes import (
    about_shared_words,
    about_test_prompts,
    about_things,
    known_instead,
    unknown_prompt,
)

POCKET, OTHER = (preset.base_model for preset in load_presets()[:2])
UNTAUGHT = ("robot", "dragon", "elephant", "guitar", "umbrella", "rocket", "castle", "scarf", "catapult")


def style(thing: str, model: str = POCKET) -> str:
    return about_things("style", f"A {thing} in lumira style", "", model)


def an_object(thing: str, model: str = POCKET) -> str:
    return about_things("object", f"A <dotty> {thing} on the stairs", "<dotty>", model)


@pytest.mark.parametrize("thing", ["cat", "teddy bear", "two shoes", "Old Teapot", "red car"])
def test_what_was_taught_is_not_warned_of(thing: str) -> None:
    assert style(thing) == an_object(thing) == ""


@pytest.mark.parametrize("thing", UNTAUGHT)
def test_what_was_not_taught_is_named(thing: str) -> None:
    assert f"cannot generate “{thing}”" in an_object(thing) and f"“{thing}”" in style(thing)


def test_a_model_with_no_list_of_things_warns_of_none() -> None:
    assert not any(style(thing, OTHER) or an_object(thing, OTHER) for thing in UNTAUGHT)


@pytest.mark.parametrize(
    ("kind", "prompts", "shared"),
    [
        ("object", ["A <dotty> cat on the white stairs", "A <dotty> cat in white snow"], "white"),
        ("object", ["A <dotty> cat on the stairs", "A <dotty> cat in the snow"], ""),
        ("object", ["A <dotty> cat on the stairs"] * 3, "stairs"),
        ("object", ["A <dotty> cat"] * 3, ""),
        ("style", ["A cat on a sofa in ink style", "A cat in the snow in ink style"], "cat"),
        ("style", ["A cat in ink style", "A dog in ink style"], ""),
        ("style", ["A cat in ink style"], ""),
    ],
)
def test_words_that_all_prompts_share_are_warned_of(kind: Kind, prompts: list[str], shared: str) -> None:
    said = about_shared_words(kind, [(prompt, "<dotty>" if kind == "object" else "") for prompt in prompts])
    assert (f"“{shared}”" in said) if shared else said == ""
    assert said.count(". ") == 0


def test_the_default_test_prompts_are_known() -> None:
    assert about_test_prompts(load_anchors("style"), "in lumira style", POCKET) == ""
    assert about_test_prompts(load_anchors("object"), "a <dotty> teapot", POCKET) == ""


def test_a_test_prompt_is_known_by_its_thing_or_its_place() -> None:
    asked = ["a <dotty> teapot in a sauna"]
    assert "“in a sauna”" in about_test_prompts(asked, "a <dotty> teapot", POCKET)
    assert about_test_prompts(["{} in a sauna with a cat"], "a <dotty> teapot", POCKET) == ""
    assert about_test_prompts(["a <dotty> teapot", "{}"], "a <dotty> teapot", POCKET) == ""
    assert "“robot”" in about_test_prompts(["A cat {}", "A robot {}"], "in lumira style", POCKET)


def test_of_what_it_does_not_know_something_near_is_offered() -> None:
    assert "such as parrot, penguin, owl, or another base model." in style("swan")
    found = unknown_prompt(["A cat {}", "A swan {}"], "in lumira style", POCKET)
    assert found is not None and found.prompts == ("A swan {}", "A cat {}")
    assert [one.prompts[0] for one in found.swaps] == ["A parrot {}", "A penguin {}", "An owl {}"]
    assert unknown_prompt(["A cat {}"], "in lumira style", POCKET) is None
    assert known_instead("style", [("A swan in felt style", "")], 0, OTHER) == ()
