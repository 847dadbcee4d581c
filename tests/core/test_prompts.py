import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    about_tokens,
    check_prompt,
    check_trigger_word,
    class_prompt,
    find_trigger_word,
    foreground_prompt,
    has_usual_style,
    plain_prompt,
    style_descriptor,
    tidy,
)
from gal_studio.core.references import describe

CAT = "A <cute-cat> cat on the stairs"
POT, POT_SNOW = "A <dotty> teapot on the stairs", "A <dotty> teapot in the snow"
BEAR = "A <brumm> teddy bear on a sofa"


@pytest.mark.parametrize(
    ("prompt", "descriptor"),
    [
        ("A cat in watercolor painting style", "in watercolor painting style"),
        ("Clouds in the sky in 3d rendering style", "in 3d rendering style"),
        ("  A cat \n in  watercolor   style ", "in watercolor style"),
        ("A CAT IN OIL", "IN OIL"),
        ("A cat inside a generating in ink", "in ink"),
    ],
)
def test_the_descriptor_is_what_follows_the_last_in(prompt, descriptor):
    assert style_descriptor(prompt) == descriptor


@pytest.mark.parametrize(
    ("prompt", "descriptor"),
    [
        ("in flat style", "in flat style"),
        ("A cat, watercolor style", "watercolor style"),
        ("A cat with a flat style.", "flat style"),
        ("A watercolor style cat", "watercolor style"),
        ("A cat, style of Ada", "style of Ada"),
        ("猫、水彩画風", "水彩画風"),
        ("кот в акварельном стиле", "кот в акварельном стиле"),
        ("A cat in 水彩画 style", "in 水彩画 style"),
    ],
)
def test_an_unusual_form_of_a_style_is_read(prompt, descriptor):
    assert style_descriptor(prompt) == descriptor
    assert has_usual_style(prompt) == (" in " in prompt)
    assert descriptor in describe("style", [(prompt, "")]).prompts.expand(["A tie {}"])[0]


def test_words_of_a_style_without_in_follow_a_comma():
    prompts = describe("style", [("A cat, watercolor style", "")]).prompts
    assert prompts.expand(["A tie {}", "{} of a kite", "Moon, watercolor style"]) == (
        "A tie, watercolor style",
        "watercolor style of a kite",
        "Moon, watercolor style",
    )


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("A cat in ink style", 7),
        ("a 3d cat, 12 cm", 10),
        ("", 2),
        ("水彩画 cat", 6),
        ("Katze über Brücke", 5),
    ],
)
def test_tokens_are_counted_roughly(prompt, tokens):
    assert about_tokens(prompt) == tokens


@pytest.mark.parametrize("prompt", ["A cat", "A cat in", "A cat inside a box", "Twins", "style", "a style"])
def test_a_style_prompt_without_a_style_is_refused(prompt):
    with pytest.raises(StudioError, match=r"names no style: end it with 'in \.\.\.'"):
        style_descriptor(prompt)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt):
    for reads in (check_prompt, style_descriptor):
        with pytest.raises(StudioError, match="The prompt is empty"):
            reads(prompt)
    with pytest.raises(StudioError, match="The prompt is empty"):
        plain_prompt(prompt, "<cute-cat>")


@pytest.mark.parametrize(
    ("prompt", "trigger", "plain"),
    [
        (CAT, "<cute-cat>", "A cat on the stairs"),
        (CAT, "cute-cat", "A cat on the stairs"),
        ("A cute-cat cat on the stairs", "<cute-cat>", "A cat on the stairs"),
        ("A cat , <cute-cat>, on the stairs", "<cute-cat>", "A cat,, on the stairs"),
        ("A <CUTE-CAT> cat", "<cute-cat>", "A cat"),
        ("A category of cats", "cat", "A category of cats"),
        ("A very-cute-cat here", "cute-cat", "A very-cute-cat here"),
        ("A c.t and a cat", "c.t", "A and a cat"),
    ],
)
def test_the_plain_prompt_drops_only_the_trigger_word(prompt, trigger, plain):
    assert plain_prompt(prompt, trigger) == plain


def test_a_prompt_with_only_the_trigger_word_is_refused():
    with pytest.raises(StudioError, match="has only the trigger word"):
        plain_prompt(" <cute-cat> ", "<cute-cat>")


@pytest.mark.parametrize("word", ["", "  ", "<>", "two words", "...", "<->"])
def test_a_trigger_word_is_one_word(word):
    with pytest.raises(StudioError, match="trigger word"):
        check_trigger_word(word)


def test_one_word_is_proposed_in_place_of_several():
    with pytest.raises(StudioError, match="as '<my robot>' does: write '<my-robot>' instead"):
        check_trigger_word(" <my  robot> ".replace("  ", " "))


@pytest.mark.parametrize(
    ("prompt", "foreground", "of_class"),
    [
        (CAT, "a <cute-cat> cat", "a photo of a cat"),
        (
            "A photo of a fluffy <cute-cat> cat on the stairs",
            "a fluffy <cute-cat> cat",
            "a photo of a fluffy cat",
        ),
        ("a <cute-cat> cat, on the stairs", "a <cute-cat> cat", "a photo of a cat"),
        ("My <cute-cat> cat under a tree", "my <cute-cat> cat", "a photo of a cat"),
        ("A photo of <cute-cat> owl", "<cute-cat> owl", "a photo of an owl"),
        ("A cat <cute-cat> in a garden", "a cat <cute-cat>", "a photo of a cat"),
        ("A <cute-cat> running shoe on a beach", "a <cute-cat> running shoe", "a photo of a running shoe"),
        ("<cute-cat> teddy bear sitting on a chair", "<cute-cat> teddy bear", "a photo of a teddy bear"),
    ],
)
def test_foreground_and_class_prompt(prompt, foreground, of_class):
    assert foreground_prompt(prompt, "<cute-cat>") == foreground
    assert class_prompt(prompt, "<cute-cat>") == of_class


def test_an_object_prompt_needs_its_trigger_word_and_its_class():
    with pytest.raises(StudioError, match="does not contain the trigger word '<cute-cat>'"):
        foreground_prompt("A cat on the stairs", "<cute-cat>")
    with pytest.raises(StudioError, match="does not say what '<cute-cat>' is"):
        class_prompt("A photo of <cute-cat> on the stairs", "<cute-cat>")
    with pytest.raises(StudioError, match="does not say what"):
        class_prompt("A photo of <cute-cat> sitting on the stairs", "<cute-cat>")


@pytest.mark.parametrize(
    ("prompts", "word"),
    [
        ([POT, POT_SNOW], "<dotty>"),
        (["A <dotty> teapot and a <brumm> bear", BEAR], "<brumm>"),
        ([POT, BEAR], ""),
        (["A cat < 3 kg", "x <> y"], ""),
        (["A cat < 3 kg and > 2 kg"], ""),
        (["A <my robot> toy on a desk"], "<my robot>"),
        ([], ""),
    ],
)
def test_a_trigger_word_in_angle_brackets_is_found(prompts, word):
    assert find_trigger_word(prompts) == word


@given(st.text(max_size=60))
def test_tidy_is_idempotent(text):
    assert tidy(tidy(text)) == tidy(text)


@given(st.text(max_size=60), st.text(alphabet="abc-<>. ", max_size=8))
def test_any_text_gives_a_prompt_or_an_expected_error(text, trigger):
    for reads in (plain_prompt, foreground_prompt, class_prompt):
        try:
            assert reads(text, trigger)
        except StudioError as problem:
            assert str(problem).endswith(".")
