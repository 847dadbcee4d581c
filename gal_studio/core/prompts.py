"""From the prompt of a reference to the prompts of its anchors."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Kind, Reference

_ARTICLES = ("a", "an", "the", "my", "your", "our", "one", "this")
_PLACES = re.compile(
    "on|in|at|under|by|near|with|without|inside|outside|behind|beside|beneath|below|above|before|against|"
    "among|around|next|over|into|onto|through|along|across|between|from|for|and|while|that|which|wearing|"
    "sitting|standing|lying|walking|running|playing|holding|sleeping|eating|looking|is|has",
    flags=re.IGNORECASE,
)


def tidy(text: str) -> str:
    """The text with single spaces, none at the ends and none before punctuation."""
    return re.sub(r"\s+([,.;:!?])", r"\1", " ".join(text.split()))


def check_prompt(prompt: str) -> str:
    """The tidied prompt; an empty one is refused."""
    tidied = tidy(prompt)
    if not tidied:
        raise StudioError("The prompt is empty: write what the picture shows.")
    return tidied


def check_trigger_word(trigger_word: str) -> str:
    """The trigger word of an object without spaces around it; an empty or divided one is refused."""
    word = trigger_word.strip()
    if not any(letter.isalnum() for letter in word):
        raise StudioError("The trigger word is empty: choose a made-up word, such as <cute-cat>.")
    if len(word.split()) > 1:
        raise StudioError(f"The trigger word is {word!r}: write it as one word, such as <cute-cat>.")
    return word


def style_descriptor(prompt: str) -> str:
    """`in ` and what follows the last ` in ` of a style's reference prompt; it is the style's trigger."""
    found = list(re.finditer(r" in (?=\S)", check_prompt(prompt), flags=re.IGNORECASE))
    if not found:
        raise StudioError(
            f"The prompt {tidy(prompt)!r} names no style: end it with 'in ...', "
            "such as 'A cat in watercolor painting style'."
        )
    return check_prompt(prompt)[found[-1].start() + 1 :]


def _trigger_pattern(trigger_word: str) -> re.Pattern[str]:
    bare = re.escape(check_trigger_word(trigger_word).strip("<>"))
    return re.compile(rf"<{bare}>|(?<![\w<-]){bare}(?![\w>-])", flags=re.IGNORECASE)


def plain_prompt(prompt: str, trigger_word: str) -> str:
    """The prompt without the trigger word (bare or in brackets): what the model already understood."""
    without = tidy(_trigger_pattern(trigger_word).sub(" ", check_prompt(prompt)))
    if not without.strip(",.;:!? "):
        raise StudioError(f"The prompt {tidy(prompt)!r} is the trigger word alone: say what is shown.")
    return without


def foreground_prompt(prompt: str, trigger_word: str) -> str:
    """The object alone, `A <cute-cat> cat on the stairs` gives `a <cute-cat> cat`."""
    words = check_prompt(prompt).split(" ")
    pattern = _trigger_pattern(trigger_word)
    places = [number for number, word in enumerate(words) if pattern.search(word)]
    if not places:
        raise StudioError(
            f"The prompt {tidy(prompt)!r} does not hold the trigger word {trigger_word!r}: "
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
        if _PLACES.fullmatch(words[number]) or words[number].lower() == "of":
            return number + 1
    return 0


def _phrase_end(words: Sequence[str], trigger_at: int) -> int:
    for number in range(trigger_at + 1, len(words)):
        if _PLACES.fullmatch(words[number]) or words[number - 1].endswith((",", ".", ";", ":")):
            return number
    return len(words)


def class_prompt(prompt: str, trigger_word: str) -> str:
    """The prompt of the class images for prior preservation, such as `a photo of a cat`."""
    words = tidy(_trigger_pattern(trigger_word).sub(" ", foreground_prompt(prompt, trigger_word))).split(" ")
    noun = " ".join(words[1:] if words[0].lower() in _ARTICLES else words)
    if not noun:
        raise StudioError(
            f"The prompt {tidy(prompt)!r} does not say what kind of thing {trigger_word!r} is: "
            f"write it after the trigger word, such as 'A {trigger_word} cat'."
        )
    return f"a photo of {'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def find_trigger_word(prompts: Sequence[str]) -> str:
    """The word in angle brackets that all prompts hold, such as `<cute-cat>`; "" when there is none."""
    for word in re.findall(r"<[^<>\s]*\w[^<>\s]*>", prompts[0]) if prompts else ():
        if all(word.lower() in prompt.lower() for prompt in prompts):
            return str(word)
    return ""


@dataclass(frozen=True)
class Subject:
    """One thing to learn (or one style, whose trigger word is empty): the references that show it."""

    trigger_word: str
    references: tuple[Reference, ...]

    @property
    def foreground(self) -> str:
        """How an anchor names an object: `a <cute-cat> cat`."""
        return foreground_prompt(self.references[0].prompt, self.trigger_word)

    @property
    def class_prompt(self) -> str:
        """The prompt of its class images (Eq. G9), such as `a photo of a cat`."""
        return class_prompt(self.references[0].prompt, self.trigger_word)


def subjects(references: Iterable[Reference]) -> tuple[Subject, ...]:
    """References with the same trigger word are one subject; in the order of their first pictures."""
    groups: dict[str, list[Reference]] = {}
    for entry in references:
        groups.setdefault(bare_word(entry.trigger_word), []).append(entry)
    return tuple(Subject(group[0].trigger_word, tuple(group)) for group in groups.values())


def bare_word(trigger_word: str) -> str:
    """How subjects are told apart, however their trigger words are spelled: `<Cute-Cat>` is `cute-cat`."""
    return trigger_word.strip().strip("<>").lower()


def named_words(prompt: str, trigger_words: Iterable[str]) -> tuple[str, ...]:
    """Those of the trigger words that a prompt calls; all of them where it calls none."""
    words = tuple(trigger_words)
    return tuple(word for word in words if word and _trigger_pattern(word).search(prompt)) or words


def stands_for(kind: Kind, references: Sequence[Reference]) -> str:
    """What stands for `{}` in the anchors: a style's descriptor, or all objects by name.

    `a <dotty> teapot and a <brumm> teddy bear` for two of them.
    """
    if kind == "style":
        return style_descriptor(references[0].prompt)
    *others, last = [subject.foreground for subject in subjects(references)]
    return f"{', '.join(others)} and {last}" if others else last


def expand_anchors(kind: Kind, templates: Iterable[str], references: Sequence[Reference]) -> tuple[str, ...]:
    """The anchors' prompts in the order of their templates; a doubled one is kept once.

    A template that calls a subject itself, by its trigger word or by the style's own words, needs no `{}`.
    """
    words = stands_for(kind, references)
    called = () if kind == "style" else tuple(entry.trigger_word for entry in subjects(references))
    prompts: dict[str, None] = {}
    for template in templates:
        prompt = check_prompt(template.replace("{}", words))
        found = [word for word in called if _trigger_pattern(word).search(prompt)]
        if not found and words not in prompt:
            raise StudioError(f"The anchor {template!r} has no place for the subject: write {{}} there.")
        for word in found:  # as the references spell it
            prompt = word.join(_trigger_pattern(word).split(prompt))
        prompts[prompt] = None
    if not prompts:
        raise StudioError("There are no anchors: add at least one, or import the list of 18.")
    return tuple(prompts)


def class_prompts(references: Sequence[Reference]) -> tuple[str, ...]:
    """The prompts of the class images of all objects; objects of one class share theirs."""
    return tuple(dict.fromkeys(subject.class_prompt for subject in subjects(references)))


def reference_prompts(kind: Kind, references: Sequence[Reference]) -> tuple[str, ...]:
    """The prompts whose largest similarity is s(x, ref) of Eq. G2: one (style), all plain ones (object)."""
    if not references:
        raise StudioError("The project has no reference: add a picture and say what it shows.")
    if kind == "style":
        return (references[0].prompt,)
    return tuple(dict.fromkeys(reference.plain_prompt for reference in references))
