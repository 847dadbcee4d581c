"""Parse one prompt: its style, or its object with and without the trigger word, and its class."""

import re
from collections.abc import Sequence

from gal_studio.core.entered import entered, normalized
from gal_studio.core.errors import StudioError

_ARTICLES = ("a", "an", "the", "my", "your", "our", "one", "this")
_PHRASE_BREAKS = re.compile(
    "on|in|at|under|by|near|with|without|inside|outside|behind|beside|beneath|below|above|before|against|"
    "among|around|next|over|into|onto|through|along|across|between|from|for|and|while|that|which|wearing|"
    "sitting|standing|lying|walking|running|playing|holding|sleeping|eating|looking|is|has",
    flags=re.IGNORECASE,
)

_OF_A_NAME = re.compile("sitting|standing|walking|running|playing|sleeping|looking", flags=re.IGNORECASE)
"""Breaks that may also begin a name: "running shoe", "sleeping bag"."""
_PLACEHOLDER = re.compile(r"\[trigger\]", flags=re.IGNORECASE)
_STYLE_IN = re.compile(r"(?:^| )in (?=\S)", flags=re.IGNORECASE)
_PARTS = re.compile("[,;:，、；：]")
_OTHER_SCRIPT = re.compile(r"(?![\u0000-\u024f])[^\W\d_]")
_PIECES = re.compile(r"[A-Za-z\u00c0-\u024f]+|\d|[^\W\d_]|[^\w\s]+|_")


def tidy(text: str) -> str:
    """Normalize a text, collapse white space, and remove it at the ends and before punctuation."""
    return re.sub(r"\s+([,.;:!?])", r"\1", " ".join(normalized(text).split()))


def check_prompt(prompt: str) -> str:
    """Tidy a prompt; refuse an empty one."""
    tidied = tidy(prompt)
    if not tidied:
        raise StudioError("The prompt is empty: write what the image shows.")
    return tidied


def check_trigger_word(trigger_word: str) -> str:
    """A trigger word without weights and outer space; refuse an empty one, or one with spaces inside."""
    word = entered(trigger_word).strip()
    if not any(letter.isalnum() for letter in word):
        raise StudioError("The trigger word is empty: choose a made-up word, such as <cute-cat>.")
    if len(word.split()) > 1:
        one = "-".join(word.split())
        raise StudioError(f"A trigger word cannot contain spaces, as {word!r} does: write {one!r} instead.")
    return word


def style_descriptor(prompt: str) -> str:
    """The words that trigger the style: `in ` and what follows the last ` in ` of its reference prompt.

    Without an `in `, they are the words up to `style` (`watercolor style`, `style of Ada`), or in another
    script the last part of the prompt. These forms are taken, but a person should see what was read.
    """
    tidied = check_prompt(prompt)
    found = list(_STYLE_IN.finditer(tidied))
    words = tidied[found[-1].start() :].lstrip() if found else _unusual_style(tidied)
    if not words:
        raise StudioError(
            f"The prompt {tidied!r} names no style: end it with 'in ...', "
            "such as 'A cat in watercolor painting style'."
        )
    return words


def has_usual_style(prompt: str) -> bool:
    """Whether a style prompt says what the picture shows and then names its style by `in ...`."""
    found = list(_STYLE_IN.finditer(tidy(prompt)))
    return bool(found) and found[-1].start() > 0


def _unusual_style(prompt: str) -> str:
    """The words of a style that is not named by `in ...`; empty if there are none."""
    parts = [part.strip() for part in _PARTS.split(prompt)]
    named = [part for part in parts if re.search(r"\bstyle\b", part, flags=re.IGNORECASE)]
    if named:
        return _style_phrase(named[-1].rstrip(".!?").split(" "))
    return next((part for part in reversed(parts) if _OTHER_SCRIPT.search(part)), "")


def _style_phrase(words: Sequence[str]) -> str:
    """`flat style` of `a cat with flat style`, `style of Ada` of `a cat, style of Ada`; empty for `style`."""
    at = max(place for place, word in enumerate(words) if word.lower() == "style")
    if words[at + 1 : at + 2] and words[at + 1].lower() == "of":
        return " ".join(words[at:])
    breaks = [place for place in range(at) if _PHRASE_BREAKS.fullmatch(words[place])]
    phrase = list(words[breaks[-1] + 1 if breaks else 0 : at + 1])
    if phrase[0].lower() in _ARTICLES:
        phrase = phrase[1:]
    return " ".join(phrase) if len(phrase) > 1 else ""


def about_tokens(prompt: str) -> int:
    """About how many tokens a prompt has for a text encoder, with those of start and end; rarely more.

    Each word, digit and sign is one, and each letter of a script other than the Latin one.
    """
    return len(_PIECES.findall(prompt)) + 2


def trigger_pattern(trigger_word: str) -> re.Pattern[str]:
    """Matches the trigger word as a word of its own, bare or in brackets, in any case."""
    bare = re.escape(check_trigger_word(trigger_word).strip("<>"))
    return re.compile(rf"<{bare}>|(?<![\w<-]){bare}(?![\w>-])", flags=re.IGNORECASE)


def fill_trigger(prompt: str, trigger_word: str) -> str:
    """Put the trigger word where a caption has `[trigger]`, as other trainers write it, in any case.

    Without a trigger word the prompt stays as it is.
    """
    word = trigger_word.strip()
    return _PLACEHOLDER.sub(lambda _: word, prompt) if word else prompt


def fill_subject(template: str, words: str) -> str:
    """Put the words in the place of `{}`: of two articles that would meet, as in `A {}`, theirs stays."""
    if words.split(" ")[0].lower() in _ARTICLES:
        template = re.sub(rf"\b(?:{'|'.join(_ARTICLES)}) (?={{}})", "", template, flags=re.IGNORECASE)
    return template.replace("{}", words)


def plain_prompt(prompt: str, trigger_word: str) -> str:
    """Remove the trigger word, with or without brackets: the rest is what the base model understands."""
    without = tidy(trigger_pattern(trigger_word).sub(" ", check_prompt(prompt)))
    if not without.strip(",.;:!? "):
        raise StudioError(
            f"The prompt {tidy(prompt)!r} has only the trigger word: also say what the image shows."
        )
    return without


def foreground_prompt(prompt: str, trigger_word: str) -> str:
    """The noun phrase with the trigger word: `A <cute-cat> cat on the stairs` gives `a <cute-cat> cat`."""
    words = check_prompt(prompt).split(" ")
    pattern = trigger_pattern(trigger_word)
    places = [number for number, word in enumerate(words) if pattern.search(word)]
    if not places:
        raise StudioError(
            f"The prompt {tidy(prompt)!r} does not contain the trigger word {trigger_word!r}: "
            f"write it before the object, such as 'A {trigger_word} cat on the stairs'."
        )
    start = _phrase_start(words, places[0])
    end = _phrase_end(words, places[0])
    first = words[start].lower() if words[start].lower() in _ARTICLES else words[start]
    return " ".join([first, *words[start + 1 : end]]).rstrip(",.;:!?")


def _phrase_start(words: Sequence[str], trigger_at: int) -> int:
    for number in range(trigger_at, -1, -1):
        if words[number].lower() in _ARTICLES:
            return number
        if _PHRASE_BREAKS.fullmatch(words[number]) or words[number].lower() == "of":
            return number + 1
    return 0


def _phrase_end(words: Sequence[str], trigger_at: int) -> int:
    first = trigger_at + 1
    if len(words) > first + 1 and _OF_A_NAME.fullmatch(words[first]):
        after = words[first + 1].lower()
        if after not in _ARTICLES and not _PHRASE_BREAKS.fullmatch(after):
            first += 1
    for number in range(first, len(words)):
        if _PHRASE_BREAKS.fullmatch(words[number]) or words[number - 1].endswith((",", ".", ";", ":")):
            return number
    return len(words)


def class_prompt(prompt: str, trigger_word: str) -> str:
    """The prompt of class images for prior preservation, such as `a photo of a cat`."""
    words = tidy(trigger_pattern(trigger_word).sub(" ", foreground_prompt(prompt, trigger_word))).split(" ")
    noun = " ".join(words[1:] if words[0].lower() in _ARTICLES else words)
    if not noun:
        raise StudioError(
            f"The prompt {tidy(prompt)!r} does not say what {trigger_word!r} is: "
            f"put a noun after the trigger word, such as 'A {trigger_word} cat'."
        )
    return f"a photo of {'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def find_trigger_word(prompts: Sequence[str]) -> str:
    """Find the word in angle brackets that all prompts share, such as `<cute-cat>`; "" if there is none.

    What has spaces, such as `<cute cat>`, is found as well: `check_trigger_word` says what is wrong with it.
    """
    prompts = [entered(prompt) for prompt in prompts]
    for word in re.findall(r"<(?!\s)[^<>]*\w[^<>]*(?<!\s)>", prompts[0]) if prompts else ():
        if all(word.lower() in prompt.lower() for prompt in prompts):
            return str(word)
    return ""


def without_words(prompt: str, words: str) -> str:
    """A prompt without these words, and without what is then left at its ends."""
    return " ".join(prompt.replace(words, " ").split()).strip(" ,.;")


def trigger_key(trigger_word: str) -> str:
    """Normalize a trigger word for comparison: `<Cute-Cat>` becomes `cute-cat`."""
    return normalized(trigger_word).strip().strip("<>").lower()
