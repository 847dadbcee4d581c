"""A text that a person or another program wrote, as the studio keeps it: normalized, without weights."""

import re
import unicodedata
from collections.abc import Callable, Iterable

_JOINERS = "\u200c\u200d"  # they shape letters of some scripts and emoji, and are invisible elsewhere
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # invisible, though called letters or marks
_BLANK = "\u2800"  # a blank sign that is no white space
_LAST_LATIN = "\u024f"

_TAG = re.compile(r"<\s*(?:lora|lyco|lycoris|locon|hypernet)\s*:[^<>]*>", flags=re.IGNORECASE)
_BREAK = re.compile(r"\s*,?\s*(?<!\w)BREAK(?!\w)\s*,?")
_WEIGHT = r"[+-]?(?:\d?\.\d+|\d\.?)"
_AFTER_COLON = rf"[:：]\s*(?:{_WEIGHT}|[+-]?\d,\d+)\s*"
_ROUND = re.compile(rf"\(([^()]*?)(?:{_AFTER_COLON})?\)(?:{_WEIGHT}(?![\w.])|[+-]+(?!\w))?")
_WIDE = re.compile(rf"（([^（）]*?){_AFTER_COLON}）")
_CURLY = re.compile(rf"\{{(?=[^{{}}]*\w)([^{{}}|]*?)(?:{_AFTER_COLON})?\}}(?:[+-]+(?!\w))?")
_ONE_OF = re.compile(r"\{([^{}|]*\w[^{}|]*)(?:\|[^{}|]*)+\}")
_SIGNS = re.compile(r"(?<![\w+-])([^\W\d_]{2,})(?:\+{2,}|-{2,})(?=[\s,.;:!?]|$)")
_EDITED = re.compile(r"\[([^\[\]:|]*):([^\[\]:|]*):\s*\d*\.?\d+\s*\]")
_LATER = re.compile(r"\[([^\[\]:|]+):\s*\d*\.?\d+\s*\]")
_ALTERNATING = re.compile(r"\[([^\[\]|]+)(?:\|[^\[\]|]*)+\]")
_DEEP = re.compile(r"\[\[+([^\[\]]*)\]\]+")
_ESCAPED = {r"\(": "\ue000", r"\)": "\ue001", r"\[": "\ue002", r"\]": "\ue003"}
_ESCAPED |= {r"\{": "\ue004", r"\}": "\ue005"}
_EMPTY_PARTS = re.compile(r"(?:\s*,){2,}")
_MOST_SHOWN = 6


def normalized(text: str) -> str:
    """The text in Unicode's form NFC, without characters that nobody sees.

    A joiner stays where it shapes letters: after one that is not Latin. Control characters and halves of
    characters stay, since `gal_studio.core.checks.text` refuses them.
    """
    if text.isascii():
        return text
    kept: list[str] = []
    for letter in unicodedata.normalize("NFC", text.replace(_BLANK, " ")):
        if letter in _JOINERS:
            is_seen = bool(kept) and kept[-1] > _LAST_LATIN
        else:
            is_seen = unicodedata.category(letter) != "Cf" and letter not in _UNSEEN
        if is_seen:
            kept.append(letter)
    return unicodedata.normalize("NFC", "".join(kept))


def entered(prompt: str) -> str:
    """A prompt as it is kept: normalized, and without what other programs read beside words.

    These are weights, `(sks:1.3)`, `((sks))`, `[[sks]]`, `{sks}` and `sks++`; tags, `<lora:name:0.8>`;
    changes during drawing, `[cat:dog:0.5]` and `[cat|dog]`; and `BREAK`. Their words stay. A bracket after a
    backslash is a bracket; `[V]`, a usual made-up word, `{}`, where a test prompt has its subject, and `C++`
    are left as they are.
    """
    return _read(prompt)[0]


def left_out(prompt: str) -> tuple[str, ...]:
    """What `entered` leaves out, in the order of its kinds, each once: `<lora:ink:0.8>`, `(…:1.3)`."""
    return _read(prompt)[1]


def about_entered(text: str, name: str = "prompt") -> str:
    """What is said where weights or tags were left out of a prompt, or of what is called so; "" if none."""
    kept = entered(text)
    sentence = about_several([text])
    return f"{sentence} The {name} is: {kept}" if sentence and kept else sentence


def about_several(prompts: Iterable[str]) -> str:
    """What was left out of any of several prompts, in one sentence."""
    pieces = list(dict.fromkeys(piece for prompt in prompts for piece in left_out(prompt)))
    if not pieces:
        return ""
    shown = ", ".join(pieces[:_MOST_SHOWN]) + (", …" if pieces[_MOST_SHOWN:] else "")
    return f"Left out, since only other programs read it: {shown}."


def _read(prompt: str) -> tuple[str, tuple[str, ...]]:
    """What is kept of a prompt, and what is left out."""
    text = normalized(prompt)
    plain = text
    for written, mark in _ESCAPED.items():
        plain = plain.replace(written, mark)
    pieces: list[str] = []

    def without(pattern: re.Pattern[str], keep: Callable[[re.Match[str]], str], shows: bool) -> None:
        """Leave out of each match all but what is kept; its words are shown as `…` unless it `shows` them."""
        nonlocal plain

        def replaced(found: re.Match[str]) -> str:
            kept = keep(found)
            whole = found[0].strip(" ,")
            pieces.append(whole if shows or not kept else whole.replace(kept, "…", 1))
            return kept

        plain = pattern.sub(replaced, plain)

    without(_TAG, lambda _: " ", shows=True)
    without(_BREAK, lambda _: ", ", shows=True)
    before = None
    while plain != before:
        before = plain
        without(_ROUND, lambda found: found[1], shows=False)
        without(_WIDE, lambda found: found[1], shows=False)
        without(_CURLY, lambda found: found[1], shows=False)
        without(_ONE_OF, lambda found: found[1], shows=True)
        without(_SIGNS, lambda found: found[1], shows=False)
        without(_EDITED, lambda found: found[2] if found[2].strip() else found[1], shows=True)
        without(_LATER, lambda found: found[1], shows=True)
        without(_ALTERNATING, lambda found: found[1], shows=True)
        without(_DEEP, lambda found: found[1], shows=False)
    if plain == text:
        return text, ()
    for written, mark in _ESCAPED.items():
        if mark in plain:
            pieces.append(written[0])
        plain = plain.replace(mark, written[1:])
        pieces = [piece.replace(mark, written) for piece in pieces]
    tidied = _EMPTY_PARTS.sub(",", " ".join(plain.split())).strip(" ,") if plain.strip() else ""
    return tidied, tuple(dict.fromkeys(pieces))
