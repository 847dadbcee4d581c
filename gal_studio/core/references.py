"""The references of a new project, from what a person says of each picture: checked before they are kept."""

from collections.abc import Iterable, Sequence

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    Subject,
    bare_word,
    check_prompt,
    check_trigger_word,
    class_prompt,
    foreground_prompt,
    plain_prompt,
    style_descriptor,
    subjects,
)
from gal_studio.core.types import Kind, Reference

MOST_SUBJECTS = 4


def describe(kind: Kind, texts: Sequence[tuple[str, str]]) -> tuple[Reference, ...]:
    """References of a new project from their (prompt, trigger word), checked; without id and picture yet."""
    if not texts:
        raise StudioError("The project has no reference: add a picture and say what it shows.")
    prompts = [check_prompt(prompt) for prompt, _ in texts]
    if kind == "style":
        _check_one_style(prompts, [word for _, word in texts])
        return tuple(Reference("", prompt, prompt, "") for prompt in prompts)
    spelled: dict[str, str] = {}  # the first spelling counts
    words = [spelled.setdefault(bare_word(word), check_trigger_word(word)) for _, word in texts]
    if len(spelled) > MOST_SUBJECTS:
        raise StudioError(f"The project has {len(spelled)} objects: learn at most {MOST_SUBJECTS} at once.")
    references = tuple(
        Reference("", prompt, _plain_of_all(prompt, word, spelled.values()), "", word)
        for prompt, word in zip(prompts, words, strict=True)
    )
    for subject in subjects(references):
        _check_one_class(subject)
    return references


def _check_one_style(prompts: Sequence[str], trigger_words: Sequence[str]) -> None:
    if any(word.strip() for word in trigger_words):
        raise StudioError(
            "A style has no trigger word of a picture's own: leave it out, or choose the kind object."
        )
    styles = {style.lower(): style for style in map(style_descriptor, prompts)}
    if len(styles) > 1:
        first, second, *_ = styles.values()
        raise StudioError(
            f"The pictures name two styles, {first!r} and {second!r}: a project learns one style; "
            "make a project for each."
        )


def _plain_of_all(prompt: str, own: str, trigger_words: Iterable[str]) -> str:
    """The prompt without any trigger word; a prompt that lacks its own one is refused."""
    foreground_prompt(prompt, own)
    for word in trigger_words:
        prompt = plain_prompt(prompt, word)
    return prompt


def _check_one_class(subject: Subject) -> None:
    """Refuse pictures of one subject whose words for its kind have nothing in common."""
    nouns = [
        class_prompt(entry.prompt, subject.trigger_word).removeprefix("a photo of ")
        for entry in subject.references
    ]
    for noun in nouns:
        if not _akin(nouns[0].lower().split()[1:], noun.lower().split()[1:]):
            raise StudioError(
                f"The trigger word {subject.trigger_word!r} calls both {nouns[0]} and {noun}: "
                "give each object a trigger word of its own."
            )


def _akin(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a word of one begins a word of the other: `sleepy dog` and `dogs` do."""
    return any(word.startswith(other) or other.startswith(word) for word in words for other in others)
