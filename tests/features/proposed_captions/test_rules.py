"""What of a model's answer becomes a caption."""

import pytest

from gal_studio.features.proposed_captions.rules import MOST_WORDS, NoCaptionError, proposal


@pytest.mark.parametrize(
    ("answer", "trigger", "caption"),
    [
        ("  The image shows a cat on wooden stairs.\n\nIt is cute.", "", "A cat on wooden stairs"),
        ('"a cat in the snow"', "", "A cat in the snow"),
        ("A <cute-cat> cat under a red lamp.", "<cute-cat>", "A cat under a red lamp"),
        ("A <cute-cat> on a sofa", "<cute-cat>", "On a sofa"),
        ("Caption: This picture depicts two boats, at dusk", "", "Two boats, at dusk"),
        ("<think>A cat.\n</think>\n\nHere is a caption for the picture:\n\n**A cat**", "", "A cat"),
        ("Sure! Here is one possible caption: a cat", "", "A cat"),
        ("Great Dane asleep on a sofa", "", "Great Dane asleep on a sofa"),
        ("A sign with the words: open late", "", "A sign with the words: open late"),
        ("I can't believe it's not butter tub", "", "I can't believe it's not butter tub"),
        (f"A cat sits on a rug. {'It is a very fine day. ' * 20}", "", "A cat sits on a rug"),
    ],
)
def test_a_caption_is_one_plain_line_without_the_trigger_word(
    answer: str, trigger: str, caption: str
) -> None:
    assert proposal(answer, trigger) == caption


def test_it_is_never_long() -> None:
    assert len(proposal("a cat and " * 100).split()) <= MOST_WORDS


@pytest.mark.parametrize("answer", ["", " \n ", "...", "<cute-cat>"])
def test_an_answer_without_words_is_refused(answer: str) -> None:
    with pytest.raises(NoCaptionError, match="proposed no words: try another model"):
        proposal(answer, "<cute-cat>")


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't assist with that.",
        "<think>May I?</think>I cannot describe people.",
        "I don't see it",
    ],
)
def test_a_refusal_is_quoted(answer: str) -> None:
    with pytest.raises(NoCaptionError, match=r"The model refused \(“I.*”\): write this caption yourself"):
        proposal(answer)
