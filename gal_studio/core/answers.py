"""What a language model answers, read with suspicion: the caption in it, and what of it is none.

Models think aloud, announce what they are about to say, offer several captions, refuse, or are cut off.
"""

import re
from dataclasses import dataclass

from gal_studio.core import strict_json
from gal_studio.core.entered import normalized
from gal_studio.core.errors import StudioError

_QUOTED = 80  # characters of an answer that a refusal shows
_TAGS = "think|thinking|thought|thoughts|reasoning|reflection|analysis|seed:think"
_OPENS = re.compile(
    rf"<(?:{_TAGS})>|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|channel\|>analysis<\|message\|>|<unused94>",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    rf"</(?:{_TAGS})>|\[/THINK\]|◁/think▷|<\|end_of_thought\|>|<\|channel\|>final<\|message\|>|<unused95>",
    re.IGNORECASE,
)
_MARKS = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|</?(?:s|eos|bos|answer|caption|output|response|end_of_turn|start_of_turn)>|```\w*",
    re.IGNORECASE,
)
"""Marks of chat templates, and those around an answer."""
_ADORNED = re.compile(r"\*\*|__|^\s*#{1,6}\s+|^\s*>\s+", re.MULTILINE)
_KINDS = r"(?:captions?|descriptions?|prompts?|answers?|outputs?|responses?|alt[- ]?text)"
_LABEL = re.compile(
    r"^(?:assistant|(?:(?:an?|the|my|one|possible|final|image|short|proposed|suggested|concise|detailed)\s+)*"
    rf"{_KINDS}(?:\s+(?:for|of)\s+(?:this|the|your)\s+(?:image|picture|photo))?"
    r"(?:\s+(?:is|could be|would be|might be))?\s*\d*)\s*:\s*",
    re.IGNORECASE,
)
_AGREES = r"(?:sure(?: thing)?|certainly|of course|okay|ok|absolutely|great|got it|alright|yes)"
_ANNOUNCES = re.compile(
    rf"^(?:{_AGREES}\b[^:\n]{{0,60}}?)?(?:here(?:['’]s|\s+(?:is|are))|this is|below is|the following is|"
    r"i['’]d suggest|i propose)\b[^:\n]{0,90}:\s*",
    re.IGNORECASE,
)
_AGREED = re.compile(rf"^{_AGREES}[!,.:]+\s+", re.IGNORECASE)
_HEADINGS = re.compile(r"^(?:.*:\s*|(?:image )?(?:caption|description)[ .!]*|title\s*:.*)$", re.IGNORECASE)
_MUSES = re.compile(
    r"^(?:okay|ok|hmm+|wait|let me|let['’]s|alright|first,|so,|now,|the user|i need to|i should|i have to|"
    r"we need to|we should|looking at (?:the|this) (?:image|picture|photo)|got it)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.):]|\(?[a-d]\)|option\s+\w+\s*[:.])\s+", re.IGNORECASE)
_REMARK = re.compile(
    r"\s*(?:(?:let me know|feel free|would you like|do you want|i hope this|is there anything|note:|"
    r"\(?word count)\b.*|\(\d+ words?\)\s*)$",
    re.IGNORECASE | re.DOTALL,
)
_REFUSES = re.compile(
    r"^(?:(?:i['’]?m|i am)\s+(?:(?:very |so |really )?sorry|unable|not able|afraid)|"
    r"(?:sorry|apologies|unfortunately)\b[,.]?\s*(?:but\s+)?i\b|i\s+(?:must decline|apologi)|"
    r"i\s+(?:can['’]?t|cannot|can not|won['’]?t|will not|do not|don['’]?t)\s+(?:\w+\s+)?(?:help|assist|"
    r"provide|describe|identify|comply|fulfill|create|generate|write|see|view|do|process|analy[sz]e|discuss|"
    r"answer|caption|have|access|feel)\b|as an ai\b|my apologies|"
    r"es tut mir leid|ich kann (?:leider|diese|dir|ihnen|das|nicht)|je suis désolé|désolée?,|je ne peux pas|"
    r"lo siento|no puedo|mi dispiace|desculpe|sinto muito|很?抱歉|对不起|對不起|我无法|我無法|申し訳|"
    r"すみません|죄송|извините|к сожалению, я)",
    re.IGNORECASE,
)
_SEES_NOTHING = re.compile(
    r"\b(?:(?:don['’]?t|do not|can['’]?t|cannot|no|not|haven['’]?t|without)\b[^.\n]{0,40}"
    r"\b(?:see|view|access|receive|attached|provided|uploaded|shared)|"
    r"(?:please|you)\b[^.\n]{0,30}\b(?:upload|provide|attach|share)\b)[^.\n]{0,40}\b(?:image|picture|photo)|"
    r"text-based|\bno (?:image|picture|photo)\b",
    re.IGNORECASE,
)
_SAYS = ("caption", "description", "prompt", "text", "answer", "response", "output")
_NAMES = (*_SAYS, *(f"{name}s" for name in _SAYS), "result", "results", "data")
_DEEPEST = 4  # lists and objects around a caption in JSON


class AnswerError(StudioError):
    """An answer that is no caption; another image may get one."""


@dataclass(frozen=True)
class Answer:
    """The words of an answer that describe an image, on one line, and what was left out, in words."""

    text: str
    left_out: tuple[str, ...] = ()


def read_answer(given: str) -> Answer:
    """What an answer says of an image; AnswerError for a refusal, and for one that ends while it thinks."""
    left_out: list[str] = []
    text = _unfenced(_without_thinking(normalized(given), left_out))
    paragraphs = [line.strip() for line in _ADORNED.sub("", text).splitlines() if line.strip(" -=*_~")]
    if not paragraphs:
        return Answer("", tuple(left_out))
    _refuse_refusals(paragraphs[0])
    line, rest = _first(paragraphs, left_out)
    _refuse_refusals(line)
    if (item := _ITEM.match(line)) is not None:
        line = line[item.end() :]
        if any(map(_ITEM.match, rest)):
            left_out.append("further proposals")
    line = _without_announcement(line, left_out)
    plain = _REMARK.sub("", line)
    if plain != line:
        left_out.append("remarks")
    return Answer(plain.strip("\"'“”„«»*`_ "), tuple(dict.fromkeys(left_out)))


def is_unfinished(given: str) -> bool:
    """Whether an answer ends while the model still thinks."""
    opened = list(_OPENS.finditer(given))
    return bool(opened) and not _CLOSES.search(given, opened[-1].end())


def whole_sentences(given: str) -> str:
    """An answer that was cut off without its last sentence; AnswerError if no sentence of it is whole."""
    if is_unfinished(given):
        raise thinks()
    found = re.match(r".*[.!?。！？](?=[\s\"'”*]|$)", given, re.DOTALL)
    if found is None or not found[0].rpartition("\n")[2].strip():
        raise AnswerError(
            f"The model’s answer was cut off{_shown(given)}: write this caption yourself, or have a model "
            "propose it that says less."
        )
    return found[0]


def thinks() -> AnswerError:
    """The error for a model that has said nothing yet when its answer ends."""
    return AnswerError(
        "The model only thought, and its answer was cut off before the caption: turn its thinking off, or "
        "choose a model that answers at once."
    )


def _without_thinking(text: str, left_out: list[str]) -> str:
    """What follows the last thought; AnswerError if there is only an unfinished one."""
    parts = _CLOSES.split(text)
    if len(parts) > 1:
        left_out.append("its thinking")
    after = parts[-1]
    opened = _OPENS.search(after)
    if opened is None:
        return after
    before = after[: opened.start()]
    if not _MARKS.sub("", before).strip():
        raise thinks()
    left_out.append("its thinking")
    return before


def _unfenced(text: str) -> str:
    """An answer without marks of templates; of one in JSON, its caption."""
    plain = _MARKS.sub(" ", text).strip()
    if not plain.startswith(("{", "[")):
        return plain
    try:
        value = strict_json.loads(plain)
    except StudioError:
        return plain
    for _ in range(_DEEPEST):  # such as a list of captions, each with a confidence
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = next(
                (value[name] for name in _NAMES if isinstance(value.get(name), str | list | dict)), None
            )
    return value if isinstance(value, str) else plain


def _first(paragraphs: list[str], left_out: list[str]) -> tuple[str, list[str]]:
    """The paragraph that describes the image, and those after it.

    It is the first one that announces nothing; after thoughts without marks, the last one that is no thought.
    """
    several = len(paragraphs) > 1
    heads = [bool(_HEADINGS.match(line)) for line in paragraphs]
    thoughts = [bool(several and _MUSES.match(line) and not _ANNOUNCES.match(line)) for line in paragraphs]
    said = [place for place in range(len(paragraphs)) if not (heads[place] or thoughts[place])]
    if not said:
        if any(thoughts):
            raise thinks()
        return "", []
    place = said[-1] if any(thoughts[: said[0]]) else said[0]
    if any(heads[:place]):
        left_out.append("announcements")
    if any(thoughts[:place]):
        left_out.append("its thinking")
    return paragraphs[place], paragraphs[place + 1 :]


def _without_announcement(line: str, left_out: list[str]) -> str:
    """A line without what announces the caption in it."""
    plain = line
    for pattern in (_ANNOUNCES, _LABEL, _AGREED, _LABEL):
        plain = pattern.sub("", plain, count=1) or plain
    if plain != line:
        left_out.append("announcements")
    return plain


def _refuse_refusals(line: str) -> None:
    if _REFUSES.match(line) is None and not line.lower().startswith(
        ("please ", "it seems ", "it looks like ")
    ):
        return
    if _SEES_NOTHING.search(line):
        raise AnswerError(
            f"The model got no image to see{_shown(line)}: choose a model that reads images, with its vision "
            "part loaded."
        )
    if _REFUSES.match(line):
        raise AnswerError(
            f"The model refused{_shown(line)}: write this caption yourself, or try another model."
        )


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return f" (“{line if len(line) <= _QUOTED else line[: _QUOTED - 1] + '…'}”)" if line else ""
