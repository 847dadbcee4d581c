import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.references import describe, held_out, parse_prompts
from gal_studio.core.types import Reference

CAT = "A <cute-cat> cat on the stairs"
OIL = describe("style", [("A cat in oil painting style", "")]).prompts
POT, POT_SNOW = "A <dotty> teapot on the stairs", "A <dotty> teapot in the snow"
BEAR = "A <brumm> teddy bear on a sofa"
TEXTS = [(POT, "<dotty>"), (BEAR, "<brumm>"), (POT_SNOW, "dotty")]
BOTH = describe("object", TEXTS).prompts


def test_anchors_of_both_kinds():
    assert OIL.expand(["A tie {}", "Moon {}"]) == (
        "A tie in oil painting style",
        "Moon in oil painting style",
    )
    cat = describe("object", [(CAT, "<cute-cat>")]).prompts
    things = cat.expand(["{} in a bank", "{} under a tree"])
    assert things == ("a <cute-cat> cat in a bank", "a <cute-cat> cat under a tree")


def test_of_two_articles_that_would_meet_the_objects_own_stays():
    cat = describe("object", [(CAT, "<cute-cat>")]).prompts
    things = cat.expand(["A {} in a bank", "Two boys with the {}", "A bank with {}"])
    assert things == (
        "a <cute-cat> cat in a bank",
        "Two boys with a <cute-cat> cat",
        "A bank with a <cute-cat> cat",
    )
    assert OIL.expand(["A {}"]) == ("A in oil painting style",)


def test_a_doubled_anchor_is_kept_once_and_braces_are_text():
    odd = describe("style", [(r"A cat in \{0\} style", "")]).prompts
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


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ("aa", ()),  # two are too few
        ("aaaa", (3,)),
        ("aabbb", (4,)),  # the other object keeps both
        ("ababab", (4, 5)),  # of two objects one each, in whatever order they come
    ],
)
def test_of_each_object_with_three_references_the_last_one_is_held_out(
    words: str, out: tuple[int, ...]
) -> None:
    references = [Reference("", f"A {word} cat {at}", "A cat", "", word) for at, word in enumerate(words)]
    assert held_out(references) == tuple(references[at] for at in out)
