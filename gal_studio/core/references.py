"""Make the references of a new project from the user's prompts and trigger words, and check them."""

from collections.abc import Iterable, Sequence

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    Subject,
    check_prompt,
    check_trigger_word,
    class_prompt,
    foreground_prompt,
    plain_prompt,
    style_descriptor,
    subjects,
    trigger_key,
)
from gal_studio.core.types import Kind, Reference

MAX_SUBJECTS = 4


def make_references(kind: Kind, texts: Sequence[tuple[str, str]]) -> tuple[Reference, ...]:
    """Check each (prompt, trigger word) and make its reference, still without id and image."""
    if not texts:
        raise StudioError("The project has no reference: add a picture and say what it shows.")
    prompts = [check_prompt(prompt) for prompt, _ in texts]
    if kind == "style":
        _check_one_style(prompts, [word for _, word in texts])
        return tuple(Reference("", prompt, prompt, "") for prompt in prompts)
    spelled: dict[str, str] = {}  # key: the first spelling
    words = [spelled.setdefault(trigger_key(word), check_trigger_word(word)) for _, word in texts]
    if len(spelled) > MAX_SUBJECTS:
        raise StudioError(f"The project has {len(spelled)} objects: use at most {MAX_SUBJECTS}.")
    references = tuple(
        Reference("", prompt, _without_trigger_words(prompt, word, spelled.values()), "", word)
        for prompt, word in zip(prompts, words, strict=True)
    )
    for subject in subjects(references):
        _check_one_class(subject)
    return references


def _check_one_style(prompts: Sequence[str], trigger_words: Sequence[str]) -> None:
    if any(word.strip() for word in trigger_words):
        raise StudioError("A style has no trigger word: leave it empty, or choose the kind object.")
    styles = {style.lower(): style for style in map(style_descriptor, prompts)}
    if len(styles) > 1:
        first, second, *_ = styles.values()
        raise StudioError(
            f"The prompts name two styles, {first!r} and {second!r}, but a project learns only one: "
            "make a project for each."
        )


def _without_trigger_words(prompt: str, own: str, trigger_words: Iterable[str]) -> str:
    """Remove all trigger words; refuse a prompt that does not contain its own."""
    foreground_prompt(prompt, own)
    for word in trigger_words:
        prompt = plain_prompt(prompt, word)
    return prompt


def _check_one_class(subject: Subject) -> None:
    """Refuse prompts of one subject whose nouns have no word in common."""
    nouns = [
        class_prompt(reference.prompt, subject.trigger_word).removeprefix("a photo of ")
        for reference in subject.references
    ]
    for noun in nouns:
        if not _share_a_word(nouns[0].lower().split()[1:], noun.lower().split()[1:]):
            raise StudioError(
                f"The trigger word {subject.trigger_word!r} stands for both {nouns[0]} and {noun}: "
                "give each object a trigger word of its own."
            )


def _share_a_word(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a word of one is a prefix of a word of the other: true for `sleepy dog` and `dogs`."""
    return any(word.startswith(other) or other.startswith(word) for word in words for other in others)
