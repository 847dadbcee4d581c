"""A text that a person or another program wrote, as the studio keeps it: normalized, without weights."""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # they shape letters of some scripts and emoji, and are invisible elsewhere
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")  # invisible, though called letters or marks
_BLANK = "\u2800"  # a blank sign that is no white space
_LAST_LATIN = "\u024f"

_TAG = re.compile(r"<\s*(?:lora|lyco|lycoris|locon|hypernet)\s*:[^<>]*>", flags=re.IGNORECASE)
_BREAK = re.compile(r"\s*,?\s*(?<!\w)BREAK(?!\w)\s*,?")
_WEIGHT = r"[+-]?(?:\d?\.\d+|\d\.?)"
_ROUND = re.compile(rf"\(([^()]*?)(?::\s*{_WEIGHT}\s*)?\)(?:{_WEIGHT}(?![\w.])|[+-]+(?!\w))?")
_EDITED = re.compile(r"\[([^\[\]:|]*):([^\[\]:|]*):\s*\d*\.?\d+\s*\]")
_LATER = re.compile(r"\[([^\[\]:|]+):\s*\d*\.?\d+\s*\]")
_ALTERNATING = re.compile(r"\[([^\[\]|]+)(?:\|[^\[\]|]*)+\]")
_DEEP = re.compile(r"\[\[+([^\[\]]*)\]\]+")
_ESCAPED = {r"\(": "\ue000", r"\)": "\ue001", r"\[": "\ue002", r"\]": "\ue003"}
_EMPTY_PARTS = re.compile(r"(?:\s*,){2,}")


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

    These are weights, `(sks:1.3)`, `((sks))` and `[[sks]]`; tags, `<lora:name:0.8>`; changes during drawing,
    `[cat:dog:0.5]` and `[cat|dog]`; and `BREAK`. Their words stay. A bracket after a backslash is a bracket,
    and `[V]`, a usual made-up word, is left as it is.
    """
    text = normalized(prompt)
    plain = text
    for written, mark in _ESCAPED.items():
        plain = plain.replace(written, mark)
    plain = _BREAK.sub(", ", _TAG.sub(" ", plain))
    before = None
    while plain != before:
        before = plain
        plain = _ROUND.sub(r"\1", plain)
        plain = _EDITED.sub(lambda found: found[2] if found[2].strip() else found[1], plain)
        plain = _ALTERNATING.sub(r"\1", _LATER.sub(r"\1", plain))
        plain = _DEEP.sub(r"\1", plain)
    if plain == text:
        return text
    for written, mark in _ESCAPED.items():
        plain = plain.replace(mark, written[1:])
    return _EMPTY_PARTS.sub(",", " ".join(plain.split())).strip(" ,") if plain.strip() else ""


def about_entered(prompt: str) -> str:
    """What is said where weights or tags were left out of a prompt; "" if there were none."""
    kept = entered(prompt)
    if " ".join(kept.split()) == " ".join(normalized(prompt).split()):
        return ""
    return f"Weights, tags and brackets of other programs are left out. The prompt is: {kept}"
