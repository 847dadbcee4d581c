"""What a person or another program wrote beside words is left out, wherever a prompt enters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.entered import about_entered, about_several, entered, normalized
from gal_studio.core.naming import check_name
from gal_studio.core.prompts import check_trigger_word, find_trigger_word, plain_prompt, tidy, trigger_key
from gal_studio.core.references import describe

WEIGHTS = {  # what is written: what is kept, and what is said to be left out
    "photo of (sks:1.3) cup": ("photo of sks cup", "(…:1.3)"),
    "一只（猫：1.2）在(墨水：1.1)里": ("一只猫在墨水里", "(…：1.1), （…：1.2）"),
    "photo of ((sks)) cup": ("photo of sks cup", "(…)"),
    "((a cat:1.2), in ink)": ("a cat, in ink", "(…:1.2), (…)"),
    "A (cat)1.3 and a (dog)++ sit": ("A cat and a dog sit", "(…)1.3, (…)++"),
    "a (cat:1,3) in ink": ("a cat in ink", "(…:1,3)"),
    "a (cat)1.3 in ink": ("a cat in ink", "(…)1.3"),
    "a {cat} and a {{dog}} in ink": ("a cat and a dog in ink", "{…}"),
    "a {cat:1.2} beside {a boat|a house}": ("a cat beside a boat", "{…:1.2}, {a boat|a house}"),
    "a cat++, a dog-- in ink+++": ("a cat, a dog in ink", "…++, …--, …+++"),
    "a cat (sitting)": ("a cat sitting", "(…)"),
    r"a \{cat\} on {paper}": ("a {cat} on paper", "{…}, \\"),
    "a [[cat]] and a [[[dog]]]": ("a cat and a dog", "[[…]], [[[…]]]"),
    "[cat:dog:0.5] on a hill": ("dog on a hill", "[cat:dog:0.5]"),
    "[cat::0.5] on a hill": ("cat on a hill", "[cat::0.5]"),
    "a [cat|dog|cow] on a hill": ("a cat on a hill", "[cat|dog|cow]"),
    "A cat <lora:foo:0.8> in ink style <hypernet:x:1>": (
        "A cat in ink style",
        "<lora:foo:0.8>, <hypernet:x:1>",
    ),
    "<lora:a:1>, a cat, <lyco:b:1>, in ink style": ("a cat, in ink style", "<lora:a:1>, <lyco:b:1>"),
    "a cat BREAK in ink style": ("a cat, in ink style", "BREAK"),
    r"miku \(series\), (blue:1.1) hair": ("miku (series), blue hair", "(…:1.1), \\"),
}
LEFT = [
    "A <cute-cat> cat on the stairs",
    "a [V] dog",
    "a cat :) in ink",
    "a boat {}",
    "a {} (",
    "10:30 at night",
    "一只猫（橘色）",
    "a book about C++ in ink",
    "a cat -- and a dog",
    "a well-known cat, 3-- 4++",
    "an A+ and a cat+",
    "{} with a {} hat",
    "a cat--dog",
]


@pytest.mark.parametrize("written", WEIGHTS)
def test_weights_and_tags_are_left_out_and_their_words_stay(written: str) -> None:
    kept, pieces = WEIGHTS[written]
    assert entered(written) == kept
    said = f"Removed weights and tags that GAL Studio ignores: {pieces}. The prompt is: {kept}"
    assert about_entered(written) == said


def test_what_was_left_out_of_several_prompts_is_said_once() -> None:
    assert about_several(["a cat", "a {}"]) == about_several([]) == ""
    assert about_several(["a (cat:1.2)", "a (dog:1.2) BREAK"]).endswith(": (…:1.2), BREAK.")
    assert about_several(f"<lora:{number}:1>" for number in range(9)).endswith("<lora:5:1>, ….")
    assert about_entered("<lora:a:1>").endswith("GAL Studio ignores: <lora:a:1>."), "nothing is kept"


@pytest.mark.parametrize("written", LEFT)
def test_a_plain_prompt_stays_as_it_is(written: str) -> None:
    assert (entered(written), about_entered(written)) == (written, "")


INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u200e\u061c\u3164\u034f"


@pytest.mark.parametrize("letter", INVISIBLE)
def test_invisible_characters_are_removed(letter: str) -> None:
    assert normalized(f"sk{letter}s") == "sks"
    assert trigger_key(f"<Sk{letter}s>") == "sks"
    assert check_name(f"Te{letter}a") == "Tea"
    assert about_entered(f"a{letter} cat") == ""


def test_a_joiner_stays_where_it_shapes_letters() -> None:
    for text in ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f680"):
        assert normalized(text) == text


def test_texts_are_compared_in_one_form() -> None:
    one, other = "\u00e9tude", "e\u0301tude"
    assert tidy(other) == one and trigger_key(other) == trigger_key(one)
    assert plain_prompt(f"a {other} cat", one) == "a cat"
    assert find_trigger_word([f"a <{other}> cat", f"a <{one}> cat"]) == f"<{one}>"
    assert check_name(other) == one


def test_an_object_with_weights_is_described_as_without() -> None:
    texts = [("photo of (sks:1.3) cup", "(sks:1.2)"), ("photo of ((sks)) cup", "sks"), ("a sks cup", "sks")]
    plain = [("photo of sks cup", "sks"), ("photo of sks cup", "sks"), ("a sks cup", "sks")]
    assert describe("object", texts) == describe("object", plain)
    assert describe("object", texts).prompts.class_prompts == ("a photo of a cup",)


def test_a_style_with_weights_is_described_as_without() -> None:
    with_weights = describe("style", [("A (cat:1.2) in (watercolor style:1.3) <lora:foo:0.8>", "")])
    assert with_weights == describe("style", [("A cat in watercolor style", "")])


def test_a_tag_is_no_trigger_word() -> None:
    assert find_trigger_word(["a <lora:x:1> <dotty> pot"]) == "<dotty>"
    assert check_trigger_word("(<dotty>:1.2)") == "<dotty>"


@given(st.text())
def test_normalizing_twice_is_normalizing_once(text: str) -> None:
    assert normalized(normalized(text)) == normalized(text)
