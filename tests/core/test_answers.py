"""Text of a language model is never believed as it comes."""

import pytest

from gal_studio.core.answers import AnswerError, is_unfinished, read_answer, whole_sentences

SAID = "A blue kettle on a stove"
THOUGHTS = ("its thinking",)
READ = {
    f"<think>\nA kettle. The user wants one line.\n</think>\n\n{SAID}": THOUGHTS,
    f"<thinking>short</thinking>{SAID}": THOUGHTS,
    f"Let me see: blue, a kettle.\n</think>\n{SAID}": THOUGHTS,
    f"<think>one</think>no, wait<think>two</think>{SAID}": THOUGHTS,
    f"{SAID}\n<think>was that right? I should": THOUGHTS,
    f"◁think▷hm◁/think▷{SAID}": THOUGHTS,
    f"[THINK]hm[/THINK]{SAID}": THOUGHTS,
    f"<reasoning>a kettle, I say</reasoning>\n<caption>{SAID}</caption>": THOUGHTS,
    f"Final caption: {SAID}": ("announcements",),
    f'{{"captions": ["{SAID}", "A kettle"]}}': (),
    f'{{"results": [{{"caption": "{SAID}", "confidence": 0.9}}]}}': (),
    f"<unused94>thought\nhm<unused95>{SAID}": THOUGHTS,
    f"<|channel|>analysis<|message|>hm<|end|><|channel|>final<|message|>{SAID}<|return|>": THOUGHTS,
    f"Okay, the user wants a caption.\n\nThe kettle is blue.\n\n{SAID}": THOUGHTS,
    f"Here is a caption for the picture:\n\n{SAID}": ("announcements",),
    f"**Caption:** {SAID}": ("announcements",),
    f"### Caption\n\n{SAID}": ("announcements",),
    f"Certainly! Here's a short caption: {SAID}": ("announcements",),
    f"Sure, {SAID}": ("announcements",),
    f"Sure, I can help with that! Here is one possible caption: {SAID}": ("announcements",),
    f"The caption for this image could be: {SAID}": ("announcements",),
    f"Title: Kitchen\n\nDescription: {SAID}": ("announcements",),
    f"Assistant: {SAID}": ("announcements",),
    f"1. {SAID}\n2. A kettle\n3. A kitchen": ("further proposals",),
    f"- {SAID}\n- A kettle": ("further proposals",),
    f"Option A: {SAID}\nOption B: A kettle": ("further proposals",),
    f"Here are three captions:\n\n1) {SAID}\n2) A kettle": ("announcements", "further proposals"),
    f"{SAID}. (9 words)": ("remarks",),
    f"{SAID}. Let me know if you would like another one!": ("remarks",),
    f'```json\n{{"caption": "{SAID}"}}\n```': (),
    f'["{SAID}", "A kettle"]': (),
    f"<|begin_of_box|>{SAID}<|end_of_box|>": (),
    f"<answer>{SAID}</answer>": (),
    f"“{SAID}”": (),
    f"> {SAID}</s>": (),
    SAID: (),
}
"""Answers with one caption in them, and what is left out of each."""
PLAIN = (
    "Great Dane asleep on a sofa", "OK Corral, a dusty street at noon", "A sign with the words: open late",
    "Sorry! board game on a table", "I can't believe it's not butter tub on a shelf",
    "Please do not feed the ducks sign at a pond", "First, Second and Third: three trophies on a shelf",
    "It seems like a quiet street at dusk", "Looking at the camera, a woman in a red coat",
    "A person with no picture frame beside them", "A <cute-cat> cat on the stairs",
)  # fmt: skip
"""Captions that only look like something else."""


@pytest.mark.parametrize("answer", READ)
def test_the_caption_is_read_and_what_is_left_out_is_named(answer: str) -> None:
    found = read_answer(answer)
    assert (found.text.rstrip("."), found.left_out) == (SAID, READ[answer])


@pytest.mark.parametrize("answer", PLAIN)
def test_a_plain_caption_stays_whole(answer: str) -> None:
    assert read_answer(answer) == read_answer(f"  {answer}\n") and read_answer(answer).text == answer


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't assist with that request.",
        "I cannot describe people in photographs.",
        "Unfortunately, I am unable to identify individuals.",
        "As an AI, I must be careful here.",
        "<think>May I?</think>I won't describe this image.",
        "Es tut mir leid, dabei kann ich nicht helfen.",
        "Lo siento, no puedo ayudar con eso.",
        "抱歉，我无法描述这张图片。",
    ],
)
def test_a_refusal_is_named_and_quoted(answer: str) -> None:
    with pytest.raises(AnswerError, match=r"The model refused \(“.*”\): write this caption yourself"):
        read_answer(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "I don't see any image attached to your message.",
        "Please upload the image that you want described.",
        "I'm sorry, but as a text-based model I can't look at files.",
        "It looks like no picture was provided.",
    ],
)
def test_a_model_without_eyes_is_another_matter_than_a_refusal(answer: str) -> None:
    with pytest.raises(AnswerError, match=r"got no image to see \(“.*”\): choose a model that reads images"):
        read_answer(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "<think>\nThe user wants a caption, so",
        "<|channel|>analysis<|message|>We need to",
        "Okay, the user wants a caption.\n\nI should mention the kettle",
    ],
)
def test_an_answer_that_ends_while_it_thinks_is_none(answer: str) -> None:
    with pytest.raises(AnswerError, match="only thought, and its answer was cut off before the caption"):
        read_answer(answer)


def test_thoughts_that_are_open_are_told_apart() -> None:
    assert is_unfinished("<think>hm") and is_unfinished("<think>a</think><think>b")
    assert not is_unfinished("<think>a</think>b") and not is_unfinished("a kettle")


def test_of_what_is_cut_off_the_whole_sentences_stay() -> None:
    assert whole_sentences("A kettle. It is blue. It stands") == "A kettle. It is blue."
    assert whole_sentences("<think>a. b</think>A kettle. It") == "<think>a. b</think>A kettle."
    with pytest.raises(AnswerError, match=r"was cut off \(“A kettle that”\): write this caption yourself"):
        whole_sentences("A kettle that")
    with pytest.raises(AnswerError, match="only thought"):
        whole_sentences("<think>One. Two. Three")


@pytest.mark.parametrize("answer", ["", "\n \n", "**", "```\n```", "Caption:", "---"])
def test_nothing_is_nothing(answer: str) -> None:
    assert read_answer(answer).text == ""
