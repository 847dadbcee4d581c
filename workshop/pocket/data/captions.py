"""Captions of composed pictures, varied as users may write them.

The wording of GAL's anchors and prompts ("A tie in watercolor painting style", "a <cute-cat> cat in a
workshop") is frequent. Some captions have a made-up style or trigger word, so that a model learns to ignore
unknown words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workshop.pocket.data.concepts import Concept

CLEAN_WORDS = (
    "clean background",
    "on a plain white background",
    "on a white background",
    "plain background",
    "white background",
)

SYNONYM_RATE = 0.15
BARE_RATE = 0.5
STYLE_LEFT_OUT_RATE = 0.15
UNKNOWN_STYLE_RATE = 0.08
FIRST_WORD_RATE = 0.6

_STYLE_FORMS = (
    # form, share; {x} the subject, {p} the place with its leading space or comma, {w} the style
    ("{x}{p} in {w} style", 0.62),
    ("{x}{p}, {w} style", 0.10),
    ("{x} in {w} style{p}", 0.05),
    ("{x}{p} as {a} {w}", 0.05),
    ("{w} of {x}{p}", 0.07),
    ("{a} {w} of {x}{p}", 0.04),
    ("{w} style, {x}{p}", 0.04),
    ("{x}{p}, {w}", 0.03),
)

_PLAIN_FORMS = (
    ("{x}{p}", 0.50),
    ("a photo of {x}{p}", 0.30),
    ("a picture of {x}{p}", 0.08),
    ("an image of {x}{p}", 0.06),
    ("an icon of {x}{p}", 0.06),
)

_UNNAMED_FORMS = (
    ("{x}{p}", 0.85),
    ("a picture of {x}{p}", 0.08),
    ("an image of {x}{p}", 0.07),
)

_LEADS = ("a drawing of ", "an icon of ", "a picture of ")
_NOT_DRAWN = ("photo", "3d", "render", "clay", "neon", "paper")
_ARTICLES = ("a ", "an ", "the ")
_JOINS = (" and ", " and ", " and ", " and ", " with ", " next to ")
_PREPOSITIONS = ("in", "on", "at", "inside", "by", "near", "under", "outside", "over", "with")
_KIND_WORDS = ("cute", "my", "new", "dear", "own", "that", "some", "tiny")
_CONSONANTS = "bcdfghjklmnprstvwxz"
_VOWELS = "aeiou"


def caption(
    rng: np.random.Generator,
    concepts: Sequence[Concept],
    style: str | None,
    style_words: tuple[str, ...],
    place: str | None,
    place_words: tuple[str, ...],
    trigger: bool,
) -> str:
    """A caption of a picture of ``concepts``; the trigger word goes to the first of them.

    ``style`` and ``place`` are those of the picture (None: no style, no place). The words are phrases for
    them, the most common first; without any, the name is used.
    """
    subject = _subject(rng, concepts, trigger)
    where = "" if place is None else _place(_pick(rng, place_words or (place,)))
    words = style_words or ((style,) if style else ())
    return _finish(rng, _text(rng, subject, where, style, words))


def _text(
    rng: np.random.Generator, subject: str, where: str, style: str | None, words: tuple[str, ...]
) -> str:
    """Subject and place with the style named, left out, or replaced by an unknown one."""
    if rng.random() < UNKNOWN_STYLE_RATE:
        return _styled(rng, subject, where, unknown_style(rng), drawn=False)
    if style is None:
        return _fill(_weighted(rng, _PLAIN_FORMS), subject, where)
    if rng.random() < STYLE_LEFT_OUT_RATE:
        return _fill(_weighted(rng, _UNNAMED_FORMS), subject, where)
    drawn = not any(part in style.lower() for part in _NOT_DRAWN)
    return _styled(rng, subject, where, _pick(rng, words), drawn)


def trigger_word(rng: np.random.Generator, noun: str | None = None) -> str:
    """A made-up identifier such as ``<vel>``, ``<cute-cat>``, ``zwx`` or ``sks``."""
    kind = rng.random()
    if kind < 0.25:
        tail = noun.split()[-1] if noun and rng.random() < 0.8 else _syllables(rng, 1)
        return f"<{_choose(rng, _KIND_WORDS)}-{tail}>"
    if kind < 0.40:
        return f"<{_syllables(rng, 1)}-{_syllables(rng, 2)}>"
    if kind < 0.60:
        return f"<{_syllables(rng, int(rng.integers(1, 3)))}>"
    rare = (
        "sks"
        if rng.random() < 0.2
        else "".join(_CONSONANTS[i] for i in rng.permutation(len(_CONSONANTS))[:3])
    )
    return f"<{rare}>" if kind < 0.75 else rare


def unknown_style(rng: np.random.Generator) -> str:
    """The name of a style that does not exist, such as ``zorvik``, ``mel tabun`` or ``<daru>``."""
    name = _syllables(rng, int(rng.integers(2, 4)))
    if rng.random() < 0.25:
        return f"{name} {_syllables(rng, 2)}"
    return f"<{name}>" if rng.random() < 0.15 else name


def _subject(rng: np.random.Generator, concepts: Sequence[Concept], trigger: bool) -> str:
    """The phrases of the concepts, joined: ``a zwx cat and a teapot``."""
    if not concepts:
        raise ValueError("a caption needs at least one concept, got none")
    phrases = [_phrase(rng, concept) for concept in concepts]
    if trigger:
        phrases[0] = with_trigger(phrases[0], trigger_word(rng, concepts[0].name))
    text = phrases[0]
    for phrase in phrases[1:]:
        text += _choose(rng, _JOINS) + phrase
    return text


def _phrase(rng: np.random.Generator, concept: Concept) -> str:
    if concept.synonyms and rng.random() < SYNONYM_RATE:
        return _choose(rng, concept.synonyms)
    if concept.bare and rng.random() < BARE_RATE:
        return _split_article(concept.phrase)[1]
    return concept.phrase


def with_trigger(phrase: str, word: str) -> str:
    """``a cat`` and ``<vel>`` give ``a <vel> cat``; the article fits the trigger word."""
    article, noun = _split_article(phrase)
    if article in ("a ", "an "):
        article = _article(word) + " "
    return f"{article}{word} {noun}"


def _split_article(phrase: str) -> tuple[str, str]:
    for article in _ARTICLES:
        if phrase.startswith(article):
            return article, phrase[len(article) :]
    return "", phrase


def _article(word: str) -> str:
    return "an" if word.lstrip("<")[:1].lower() in tuple(_VOWELS + "8") else "a"


def _place(words: str) -> str:
    """`` in a garden`` for a phrase with a preposition, ``, clean background`` for another."""
    joined = words.split()[0] in _PREPOSITIONS
    return f" {words}" if joined else f", {words}"


def _styled(rng: np.random.Generator, subject: str, where: str, words: str, drawn: bool) -> str:
    """The subject with its style named before or after it."""
    form = _weighted(rng, _STYLE_FORMS)
    if drawn and form.startswith("{x}") and rng.random() < 0.1:
        subject = _choose(rng, _LEADS) + subject
    return _fill(form, subject, where, words.removesuffix(" style"))


def _fill(form: str, subject: str, where: str, words: str = "") -> str:
    return form.format(x=subject, p=where, w=words, a=_article(words))


def _finish(rng: np.random.Generator, text: str) -> str:
    """Vary the case of the first letter, rarely of all letters, and the full stop."""
    text = text.replace(",,", ",")
    kind = rng.random()
    if kind < 0.5:
        text = text[0].upper() + text[1:]
    elif kind < 0.52:
        text = text.upper()
    return text + "." if rng.random() < 0.03 else text


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    """The first phrase most often, otherwise any of the others."""
    if len(words) == 1 or rng.random() < FIRST_WORD_RATE:
        return words[0]
    return _choose(rng, words[1:])


def _choose(rng: np.random.Generator, items: Sequence[str]) -> str:
    return items[int(rng.integers(len(items)))]


def _weighted(rng: np.random.Generator, forms: tuple[tuple[str, float], ...]) -> str:
    """A form, drawn with its share as the probability; shares sum to 1."""
    left = rng.random()
    for form, share in forms:
        left -= share
        if left < 0:
            return form
    return forms[0][0]


def _syllables(rng: np.random.Generator, count: int) -> str:
    """Pronounceable nonsense such as ``zorvik``: consonant and vowel, some closed."""
    parts = []
    for index in range(count):
        part = _choose(rng, _CONSONANTS) + _choose(rng, _VOWELS)
        closed = index == count - 1 or rng.random() < 0.4
        parts.append(part + _choose(rng, "klnrsv") if closed else part)
    return "".join(parts)
