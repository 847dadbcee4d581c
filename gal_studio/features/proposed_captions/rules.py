"""What of a vision-language model's answer is proposed as a caption."""

import re

from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import tidy, trigger_pattern

MOST_WORDS = 40
"""Of a proposal; a prompt of CLIP has room for about so many."""

_THOUGHT = re.compile(r".*</?think(?:ing)?>", re.IGNORECASE | re.DOTALL)
_ANNOUNCED = re.compile(
    r"^(?:(?:sure|certainly|of course|okay)\b[^:\n]{0,60})?"
    r"(?:here (?:is|are)\b[^:\n]{0,90}|(?:\w+ )?caption)?:\s*",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:i['’]?m|i am) (?:\w+ )?(?:sorry|unable|not able)|(?:sorry|unfortunately),? (?:but )?i\b"
    r"|i (?:can['’]?t|cannot|won['’]?t|don['’]?t) (?:\w+ )?"
    r"(?:help|assist|see|view|describe|identify|provide)\b",
    re.IGNORECASE,
)
_SAID_OF = r"(?:in )?(?:the|this) (?:image|pic(?:ture)?|photo(?:graph)?|illustration|drawing|scene)"
_VERBS = "shows|depicts|features|is of|contains|captures|displays|presents|portrays|illustrates"
_OPENING = re.compile(rf"^(?:{_SAID_OF}(?: (?:{_VERBS})|,)?\s+)?", re.IGNORECASE)
_EMPTY_WORD = re.compile(r"\b(an?|the)\s+(?=(?:an?|the|on|in|at|with|of|and)\b)", re.IGNORECASE)


class NoCaptionError(StudioError):
    """An answer that is no caption; another image may get one."""


def proposal(answer: str, trigger_word: str = "") -> str:
    """The caption in a model's answer, on one line, without thoughts, a trigger word and "This image shows".

    NoCaptionError if it refuses or has no words.
    """
    lines = [
        line for line in _THOUGHT.sub("", normalized(answer)).replace("*", "").splitlines() if line.strip()
    ]
    announced = [_ANNOUNCED.sub("", tidy(line)) for line in lines]
    said = next(filter(None, announced), "").strip("\"'“”` ")
    if _REFUSAL.match(said):
        raise NoCaptionError(
            f"The model refused (“{said[:80]}”): write this caption yourself, or try another model."
        )
    text = _OPENING.sub("", said)
    if trigger_word:
        text = tidy(_EMPTY_WORD.sub("", trigger_pattern(trigger_word).sub(" ", text)))
    words = text.split(" ")
    if len(words) > MOST_WORDS:
        whole = re.match(r".*?[.;](?=\s)", text)
        words = (whole[0] if whole and len(whole[0].split()) <= MOST_WORDS else text).split(" ")[:MOST_WORDS]
    text = " ".join(words).strip(" .,;:")
    if not re.search(r"\w\w", text):
        raise NoCaptionError("The model proposed no words: try another model, or write the caption yourself.")
    return text[0].upper() + text[1:]
