import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    called_trigger_words,
    check_prompt,
    check_trigger_word,
    class_prompt,
    class_prompts,
    expand_anchors,
    find_trigger_word,
    foreground_prompt,
    plain_prompt,
    reference_prompts,
    style_descriptor,
    subject_phrase,
    subjects,
    tidy,
)
from gal_studio.core.references import make_references
from gal_studio.core.types import Reference

CAT = "A <cute-cat> cat on the stairs"
OIL = make_references("style", [("A cat in oil painting style", "")])
POT, POT_SNOW = "A <dotty> teapot on the stairs", "A <dotty> teapot in the snow"
BEAR = "A <brumm> teddy bear on a sofa"
BOTH = make_references("object", [(POT, "<dotty>"), (BEAR, "<brumm>"), (POT_SNOW, "dotty")])


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
    "prompt", ["A cat", "A cat in", "in watercolor style", "A cat inside a box", "Twins"]
)
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
    assert expand_anchors("style", ["A tie {}", "Moon {}"], OIL) == (
        "A tie in oil painting style",
        "Moon in oil painting style",
    )
    things = expand_anchors(
        "object", ["{} in a bank", "{} under a tree"], make_references("object", [(CAT, "<cute-cat>")])
    )
    assert things == ("a <cute-cat> cat in a bank", "a <cute-cat> cat under a tree")


def test_duplicate_anchors_are_dropped_and_other_braces_are_text():
    odd = make_references("style", [("A cat in {0} style", "")])
    prompts = expand_anchors("style", ["A tie {}", "A  tie {}", "A {x} {}"], odd)
    assert prompts == ("A tie in {0} style", "A {x} in {0} style")


def test_no_anchors_and_anchors_without_the_subject_are_refused():
    with pytest.raises(StudioError, match="There are no test prompts"):
        expand_anchors("style", [], OIL)
    with pytest.raises(StudioError, match=r"'A tie' does not name the subject: write \{\} in its place"):
        expand_anchors("style", ["A tie"], OIL)
    with pytest.raises(StudioError, match="'a teapot in a bank' does not name"):
        expand_anchors("object", ["a teapot in a bank"], BOTH)


def test_an_anchor_with_a_trigger_word_needs_no_braces():
    assert expand_anchors("style", ["Fog in oil painting style"], OIL) == ("Fog in oil painting style",)
    hug = "a <brumm> teddy bear hugs a <DOTTY> teapot"
    assert expand_anchors("object", [hug, "brumm in a bank"], BOTH) == (
        "a <brumm> teddy bear hugs a <dotty> teapot",
        "<brumm> in a bank",
    )


def test_references_with_the_same_trigger_word_are_one_subject():
    pot, bear = subjects(BOTH)
    assert (pot.trigger_word, bear.trigger_word) == ("<dotty>", "<brumm>")
    assert [reference.prompt for reference in pot.references] == [POT, POT_SNOW]
    assert [reference.trigger_word for reference in pot.references] == ["<dotty>", "<dotty>"]
    assert (pot.foreground, bear.foreground) == ("a <dotty> teapot", "a <brumm> teddy bear")
    assert class_prompts(BOTH) == ("a photo of a teapot", "a photo of a teddy bear")


def test_objects_of_one_class_share_its_class_prompt():
    two = make_references("object", [("A <rex> dog on a rug", "<rex>"), ("A <lady> dog on a bed", "<lady>")])
    assert len(subjects(two)) == 2
    assert class_prompts(two) == ("a photo of a dog",)


def test_anchors_name_all_subjects():
    assert subject_phrase("object", BOTH) == "a <dotty> teapot and a <brumm> teddy bear"
    assert expand_anchors("object", ["{} in a bank"], BOTH) == (
        "a <dotty> teapot and a <brumm> teddy bear in a bank",
    )
    three = make_references("object", [(POT, "<dotty>"), (BEAR, "<brumm>"), (CAT, "<cute-cat>")])
    assert subject_phrase("object", three) == "a <dotty> teapot, a <brumm> teddy bear and a <cute-cat> cat"


def test_plain_prompts_contain_no_trigger_word():
    together = ("A <brumm> teddy bear beside a <dotty> teapot", "<brumm>")
    references = make_references("object", [(POT, "<dotty>"), together])
    assert [reference.plain_prompt for reference in references] == [
        "A teapot on the stairs",
        "A teddy bear beside a teapot",
    ]
    assert reference_prompts("object", BOTH) == (
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
            "'<dotty>' stands for both a teapot and a teddy bear: give each object a trigger word of its own",
        ),
        ("object", [(f"A <x{i}> cat", f"<x{i}>") for i in range(5)], "5 objects: use at most 4"),
        ("style", [("A cat in ink", "<ink>")], "A style has no trigger word"),
        ("style", [("A cat in ink", ""), ("A dog in oil", "")], "two styles, 'in ink' and 'in oil'"),
    ],
)
def test_invalid_references_are_refused_in_one_sentence(kind, texts, words):
    with pytest.raises(StudioError, match=words) as refusal:
        make_references(kind, texts)
    assert str(refusal.value).count(".") == 1


def test_four_subjects_and_varying_class_names_are_accepted():
    assert len(subjects(make_references("object", [(f"A <x{i}> cat", f"<x{i}>") for i in range(4)]))) == 4
    worded = ["A <sks> cat on a rug", "A sleepy <sks> cat jumping high", "Two <sks> cats"]
    assert len(subjects(make_references("object", [(prompt, "<sks>") for prompt in worded]))) == 1


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
        Reference("1", "A <x> cat on the stairs", "A cat on the stairs", "p1"),
        Reference("2", "A <x> cat on a sofa", "A cat on a sofa", "p2"),
        Reference("3", "A <x> cat on the stairs", "A cat on the stairs", "p3"),
    ]
    assert reference_prompts("object", made) == ("A cat on the stairs", "A cat on a sofa")
    assert reference_prompts("style", made) == ("A <x> cat on the stairs",)
    with pytest.raises(StudioError, match="no reference"):
        reference_prompts("style", [])


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
        references = make_references("object", texts)
    except StudioError as problem:
        assert str(problem).endswith(".")
    else:
        assert subject_phrase("object", references)
        assert 1 <= len(class_prompts(references)) <= len(subjects(references)) <= len(references)


def test_trigger_words_in_a_prompt() -> None:
    words = ["<dotty>", "<brumm>"]
    assert called_trigger_words("a <Dotty> teapot and a brumm bear in a gym", words) == ("<dotty>", "<brumm>")
    assert called_trigger_words("a <brumm> bear on the stairs", words) == ("<brumm>",)
    assert called_trigger_words("A koala in ink style", words) == ("<dotty>", "<brumm>")
    assert called_trigger_words("A koala in ink style", [""]) == ("",)
