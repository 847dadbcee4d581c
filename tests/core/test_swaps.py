"""What a small model knows stands in the place of a related thing, with its own article."""

import pytest

from gal_studio.assets import load_presets
from gal_studio.core.swaps import _INSTEAD, swaps

KNOWN = next(one.known_things for one in load_presets() if one.known_things)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A swan on a lake {}", ["A parrot on a lake {}", "A penguin on a lake {}", "An owl on a lake {}"]),
        ("a <dotty> Tiger", ["a <dotty> cat", "a <dotty> lion"]),
        ("The rocket in ink style", ["The airplane in ink style"]),
        ("two swans", []),
        ("A catapult", []),
    ],
)
def test_a_related_thing_is_named_instead(prompt: str, expected: list[str]) -> None:
    assert [one.prompts for one in swaps([prompt], KNOWN)] == [(one,) for one in expected]


def test_only_what_the_model_knows_is_offered() -> None:
    assert {word for words in _INSTEAD for word in words.split(", ")} <= set(KNOWN)
    assert [one.word for one in swaps(["A swan"], ["owl"])] == ["owl"] and swaps(["A swan"], []) == ()


def test_the_name_of_what_is_learned_stays() -> None:
    assert swaps(["a <sks> robot on a volcano"], KNOWN, "a <sks> robot") == ()
    (first, *_) = swaps(["A swan in tiger ink style"], KNOWN, "in tiger ink style")
    assert first.prompts == ("A parrot in tiger ink style",)
    assert [one.word for one in swaps(["A swan and a tiger"], ["cat"])] == ["cat"]


def test_one_answer_is_for_all_prompts_and_about_the_thing_alone() -> None:
    prompts = ["A <tink> robot on a desk", "A <tink> cat", "An <tink> old Robot"]
    (bear, *_) = swaps(prompts, KNOWN, thing="robot")
    assert bear.word == "teddy bear"
    assert bear.prompts == ("A <tink> teddy bear on a desk", "A <tink> cat", "An <tink> old teddy bear")
