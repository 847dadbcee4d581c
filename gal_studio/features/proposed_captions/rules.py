"""What a vision-language model is asked for a caption, and what of its answer is proposed."""

import re

from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import tidy, trigger_pattern

MOST_WORDS = 40
"""Of a proposal; a prompt of CLIP has room for about so many."""

_SAID_OF = r"(?:in )?(?:the|this) (?:image|pic(?:ture)?|photo|illustration|drawing)"
_SAYS = r"(?: (?:shows|depicts|features|is of|contains)|,)?"
_OPENING = re.compile(rf"^(?:caption:\s*)?(?:{_SAID_OF}{_SAYS}\s+)?", re.IGNORECASE)
_EMPTY_WORD = re.compile(r"\b(an?|the)\s+(?=(?:an?|the|on|in|at|with|of|and)\b)", re.IGNORECASE)


def proposed(answer: str, trigger_word: str = "") -> str:
    """The caption in a model's answer: its first paragraph, without a trigger word and "This image shows".

    Refused if no words are left.
    """
    paragraph = next(filter(None, map(str.strip, normalized(answer).splitlines())), "")
    text = _OPENING.sub("", tidy(paragraph).strip("\"'“”*` "))
    if trigger_word:
        text = tidy(_EMPTY_WORD.sub("", trigger_pattern(trigger_word).sub(" ", text)))
    words = text.split(" ")
    if len(words) > MOST_WORDS:
        whole = re.match(r".*?[.;](?=\s)", text)
        words = (whole[0] if whole and len(whole[0].split()) <= MOST_WORDS else text).split(" ")[:MOST_WORDS]
    text = " ".join(words).strip(" .,;:")
    if not re.search(r"\w\w", text):
        raise StudioError("The model proposed no words: try another model, or write the caption yourself.")
    return text[0].upper() + text[1:]
