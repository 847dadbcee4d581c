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
from gal_studio.core.references import describe, parse_prompts
from gal_studio.core.types import Reference

CAT = "A <cute-cat> cat on the stairs"
OIL = describe("style", [("A cat in oil painting style", "")]).prompts
POT, POT_SNOW = "A <dotty> teapot on the stairs", "A <dotty> teapot in the snow"
BEAR = "A <brumm> teddy bear on a sofa"
TEXTS = [(POT, "<dotty>"), (BEAR, "<brumm>"), (POT_SNOW, "dotty")]
BOTH = describe("object", TEXTS).prompts


@pytest.mark.parametrize(
    ("prompt", "descriptor"),
    [
        ("A cat in watercolor painting style", "in watercolor painting style"),
        ("Clouds in the sky in 3d rendering style", "in 3d rendering style"),
        ("  A cat \n in  watercolor   style ", "in watercolor style"),
        ("A CAT IN OIL", "IN OIL"),
        ("A cat inside a drawing in ink", "in ink"),
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


def test_anchors_of_both_kinds():
    assert OIL.expand(["A tie {}", "Moon {}"]) == (
        "A tie in oil painting style",
        "Moon in oil painting style",
    )
    cat = describe("object", [(CAT, "<cute-cat>")]).prompts
    things = cat.expand(["{} in a bank", "{} under a tree"])
    assert things == ("a <cute-cat> cat in a bank", "a <cute-cat> cat under a tree")


def test_a_doubled_anchor_is_kept_once_and_braces_are_text():
    odd = describe("style", [("A cat in {0} style", "")]).prompts
    prompts = odd.expand(["A tie {}", "A  tie {}", "A {x} {}"])
    assert prompts == ("A tie in {0} style", "A {x} in {0} style")


def test_no_anchors_and_anchors_without_the_subject_are_refused():
    with pytest.raises(StudioError, match="There are no test prompts"):
        OIL.expand([])
    with pytest.raises(StudioError, match=r"'A tie' does not name the subject: write \{\} for it"):
        OIL.expand(["A tie"])
    with pytest.raises(StudioError, match="'a teapot in a bank' does not name"):
        BOTH.expand(["a teapot in a bank"])


def test_an_anchor_that_calls_a_subject_itself_needs_no_braces():
    assert OIL.expand(["Fog in oil painting style"]) == ("Fog in oil painting style",)
    hug = "a <brumm> teddy bear hugs a <DOTTY> teapot"
    assert BOTH.expand([hug, "brumm in a bank"]) == (
        "a <brumm> teddy bear hugs a <dotty> teapot",
        "<brumm> in a bank",
    )


def test_references_with_the_same_trigger_word_are_one_subject():
    references = describe("object", TEXTS).references
    pot, bear = BOTH.subjects
    assert BOTH.trigger_words == (pot.trigger_word, bear.trigger_word) == ("<dotty>", "<brumm>")
    assert [reference.trigger_word for reference in references] == ["<dotty>", "<brumm>", "<dotty>"]
    assert [reference.prompt for reference in references if pot.is_shown_by(reference)] == [POT, POT_SNOW]
    assert pot.foregrounds == {POT: "a <dotty> teapot", POT_SNOW: "a <dotty> teapot"}
    assert (pot.name, bear.name) == ("a <dotty> teapot", "a <brumm> teddy bear")
    assert BOTH.class_prompts == ("a photo of a teapot", "a photo of a teddy bear")


def test_stored_references_are_parsed_as_new_ones_are():
    assert parse_prompts("object", describe("object", TEXTS).references) == BOTH
    assert (OIL.name, OIL.trigger_words, OIL.class_prompts) == ("in oil painting style", (), ())


def test_objects_of_one_class_share_its_class_prompt():
    two = describe("object", [("A <rex> dog on a rug", "<rex>"), ("A <lady> dog on a bed", "<lady>")]).prompts
    assert len(two.subjects) == 2
    assert two.class_prompts == ("a photo of a dog",)


def test_anchors_name_all_subjects():
    assert BOTH.name == "a <dotty> teapot and a <brumm> teddy bear"
    assert BOTH.expand(["{} in a bank"]) == ("a <dotty> teapot and a <brumm> teddy bear in a bank",)
    three = describe("object", [(POT, "<dotty>"), (BEAR, "<brumm>"), (CAT, "<cute-cat>")]).prompts
    assert three.name == "a <dotty> teapot, a <brumm> teddy bear and a <cute-cat> cat"


def test_plain_prompts_contain_no_trigger_word():
    together = ("A <brumm> teddy bear beside a <dotty> teapot", "<brumm>")
    references = describe("object", [(POT, "<dotty>"), together]).references
    assert [reference.plain_prompt for reference in references] == [
        "A teapot on the stairs",
        "A teddy bear beside a teapot",
    ]
    assert BOTH.reference_prompts == (
        "A teapot on the stairs",
        "A teddy bear on a sofa",
        "A teapot in the snow",
    )


@pytest.mark.parametrize(
    ("kind", "texts", "words"),
    [
        ("object", [], "no reference"),
        ("object", [(CAT, "")], "trigger word is empty"),
        ("object", [(POT, "<dotty>"), ("A teddy bear", "<brumm>")], "not contain the trigger word '<brumm>'"),
        (
            "object",
            [(POT, "<dotty>"), ("A <dotty> teddy bear", "<dotty>")],
            "'<dotty>' stands for both a teapot and a teddy bear: give each object its own trigger word",
        ),
        ("object", [(f"A <x{i}> cat", f"<x{i}>") for i in range(5)], "5 objects: use at most 4"),
        ("style", [("A cat in ink", "<ink>")], "A style has no trigger word"),
        ("style", [("A cat in ink", ""), ("A dog in oil", "")], "two styles, 'in ink' and 'in oil'"),
    ],
)
def test_invalid_references_are_refused_in_one_sentence(kind, texts, words):
    with pytest.raises(StudioError, match=words) as refusal:
        describe(kind, texts)
    assert str(refusal.value).count(".") == 1


def test_four_subjects_and_other_words_for_one_class_are_fine():
    assert len(describe("object", [(f"A <x{i}> cat", f"<x{i}>") for i in range(4)]).prompts.subjects) == 4
    worded = ["A <sks> cat on a rug", "A sleepy <sks> cat jumping high", "Two <sks> cats"]
    assert len(describe("object", [(prompt, "<sks>") for prompt in worded]).prompts.subjects) == 1


@pytest.mark.parametrize(
    ("prompts", "word"),
    [
        ([POT, POT_SNOW], "<dotty>"),
        (["A <dotty> teapot and a <brumm> bear", BEAR], "<brumm>"),
        ([POT, BEAR], ""),
        (["A cat < 3 kg", "x <> y"], ""),
        ([], ""),
    ],
)
def test_a_trigger_word_in_angle_brackets_is_found(prompts, word):
    assert find_trigger_word(prompts) == word


def test_what_candidates_are_compared_with():
    made = [
        Reference("1", "A <x> cat in snow", "A cat in snow", "p1", "<x>"),
        Reference("2", "A <x> cat on a sofa", "A cat on a sofa", "p2", "<x>"),
        Reference("3", "A <x> cat in snow", "A cat in snow", "p3", "<x>"),
    ]
    assert parse_prompts("object", made).reference_prompts == ("A cat in snow", "A cat on a sofa")
    assert parse_prompts("style", made).reference_prompts == ("A <x> cat in snow", "A <x> cat on a sofa")
    with pytest.raises(StudioError, match="no reference"):
        parse_prompts("style", [])


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


@given(st.lists(st.tuples(st.text(max_size=40), st.text(alphabet="abc-<>. ", max_size=8)), max_size=3))
def test_any_texts_give_references_or_an_expected_error(texts):
    try:
        described = describe("object", texts)
    except StudioError as problem:
        assert str(problem).endswith(".")
    else:
        prompts = described.prompts
        assert prompts.name
        assert 1 <= len(prompts.class_prompts) <= len(prompts.subjects) <= len(described.references)


def test_subjects_that_a_prompt_names() -> None:
    assert BOTH.named_in("a <Dotty> teapot and a brumm bear in a gym") == ("<dotty>", "<brumm>")
    assert BOTH.named_in("a <brumm> bear on the stairs") == ("<brumm>",)
    assert BOTH.named_in("A koala in ink style") == ("<dotty>", "<brumm>")
    assert OIL.named_in("A koala in ink style") == ("",)
    assert tuple(BOTH.judged) == ("<dotty>", "<brumm>")
