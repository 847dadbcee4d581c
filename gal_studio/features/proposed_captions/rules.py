"""What of a vision-language model's answer is proposed as a caption."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from gal_studio.core.answers import Answer, AnswerError, read_answer
from gal_studio.core.prompts import tidy, trigger_pattern
from gal_studio.core.words import counted, listed

MOST_WORDS = 40
"""Of a proposal; a prompt of CLIP has room for about so many."""

_SAID_OF = r"(?:in )?(?:the|this) (?:image|pic(?:ture)?|photo(?:graph)?|illustration|drawing|scene)"
_VERBS = "shows|depicts|features|is of|contains|captures|displays|presents|portrays|illustrates"
_OPENING = re.compile(rf"^(?:{_SAID_OF}(?: (?:{_VERBS})|,)?\s+)?", re.IGNORECASE)
_EMPTY_WORD = re.compile(r"\b(an?|the)\s+(?=(?:an?|the|on|in|at|with|of|and)\b)", re.IGNORECASE)


def proposal(answer: str, trigger_word: str = "") -> Answer:
    """The caption in a model's answer, on one line, without a trigger word and "This image shows".

    AnswerError if it refuses, is cut off, or has no words.
    """
    read = read_answer(answer)
    text = _OPENING.sub("", tidy(read.text).strip("\"'“”*` "))
    if trigger_word:
        text = tidy(_EMPTY_WORD.sub("", trigger_pattern(trigger_word).sub(" ", text)))
    words = text.split(" ")
    if len(words) > MOST_WORDS:
        whole = re.match(r".*?[.;](?=\s)", text)
        words = (whole[0] if whole and len(whole[0].split()) <= MOST_WORDS else text).split(" ")[:MOST_WORDS]
    text = " ".join(words).strip(" .,;:")
    if not re.search(r"\w\w", text):
        raise AnswerError("The model proposed no words: try another model, or write the caption yourself.")
    return replace(read, text=text[0].upper() + text[1:])


def left_out_of(proposals: Iterable[Answer]) -> str:
    """What was left out of the answers, in one sentence; "" for nothing."""
    kinds = Counter(kind for one in proposals for kind in one.left_out)
    told = [f"{kind} ({counted(number, 'answer')})" for kind, number in kinds.items()]
    return f"Left out of what the model said: {listed(told)}." if told else ""
