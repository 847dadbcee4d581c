"""An object, or a few: the subjects of the references, each called by a trigger word of its own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    check_prompt,
    check_trigger_word,
    class_prompt,
    foreground_prompt,
    plain_prompt,
    trigger_key,
    trigger_pattern,
    without_words,
)
from gal_studio.core.references import MAX_SUBJECTS, Described, Prompts, Subject
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Kind, Reference
from gal_studio.core.words import listed

if TYPE_CHECKING:
    from gal_studio.core.settings import TuneSettings


class Object(Taught):
    """A few images of the same thing in different places; its regularization images show its class."""

    name: ClassVar[Kind] = "object"
    has_trigger_word: ClassVar[bool] = True
    is_subject: ClassVar[bool] = True
    senses: ClassVar[Mapping[str, int]] = {"clip_i": 1}
    look: ClassVar[str] = "likeness"
    instead: ClassVar[str] = "and shows something it knows instead"
    question: ClassVar[str] = " ".join(
        (
            "Write one caption of at most 20 words.",
            "Call the main object by one plain noun, without its colors or details,",
            "and name what surrounds it: the place, the ground, the light, other things.",
            "Answer with the caption alone.",
        )
    )
    demo: ClassVar[str] = "A few images of one thing"
    to_describe: ClassVar[str] = "Write what the object is, with its trigger word, such as “A <sks> cat”."
    example: ClassVar[str] = "--prompt 'A <sks> cat'"
    one: ClassVar[str] = "An object"
    called: ClassVar[str] = "the object"
    images: ClassVar[str] = "3 to 6 images of the same thing"
    repeats: ClassVar[str] = "same place as the reference"
    prompt: ClassVar[str] = "A <cute-cat> cat on the stairs"
    anchor: ClassVar[str] = "{} on a bridge"

    def parse(self, references: Sequence[Reference]) -> Prompts:
        """Those with the same trigger word are one subject."""
        groups: dict[str, list[Reference]] = {}
        for reference in references:
            groups.setdefault(trigger_key(reference.trigger_word), []).append(reference)
        plain = tuple(dict.fromkeys(reference.plain_prompt for reference in references))
        return Prompts(self.name, tuple(map(_parsed, groups.values())), plain)

    def describe(self, texts: Sequence[tuple[str, str]]) -> Described:
        """The prompts of each trigger word must name things of one class."""
        prompts = [check_prompt(prompt) for prompt, _ in texts]
        spelled: dict[str, str] = {}  # key: the first spelling
        words = [spelled.setdefault(trigger_key(word), check_trigger_word(word)) for _, word in texts]
        if len(spelled) > MAX_SUBJECTS:
            raise StudioError(f"The project has {len(spelled)} objects: use at most {MAX_SUBJECTS}.")
        described = Described.of(self.name, [
            Reference("", prompt, _without(prompt, spelled.values()), "", word)
            for prompt, word in zip(prompts, words, strict=True)
        ])  # fmt: skip
        for subject in described.prompts.subjects:
            _check_one_class(subject)
        return described

    def plain(self, prompt: str, word: str) -> str:
        """Without its trigger word."""
        return plain_prompt(prompt, word)

    def without_name(self, prompts: Prompts, prompt: str) -> str:
        """Without all trigger words."""
        return _without(prompt, prompts.trigger_words)

    def called_in(self, prompts: Prompts, prompt: str) -> list[str]:
        """The trigger words in it."""
        return [word for word in prompts.trigger_words if trigger_pattern(word).search(prompt)]

    def besides(self, prompt: str, word: str) -> str:
        """What surrounds it."""
        name = self.describe([(prompt, word)]).prompts.name
        return without_words(prompt.lower(), name.lower())

    def thing(self, prompt: str, word: str) -> str:
        """What it is."""
        return class_prompt(prompt, word).removeprefix("a photo of ")

    def use(self, words: Sequence[str]) -> str:
        """Each has its word."""
        if len(words) == 1:
            return f"Use the trigger word {words[0]} in a prompt to get this object."
        return f"Use the trigger words {listed(words)} in a prompt to get these objects."

    def prior_sets(
        self, anchors: Sequence[str], prompts: Prompts, tune: "TuneSettings"
    ) -> list[Counter[str]]:
        """The class prompts, each as often."""
        return [Counter({prompt: tune.prior_images for prompt in prompts.class_prompts})]

    def described_by(self, prompt: str, words: str, stated: str) -> str:
        """A prompt, once there is a trigger word."""
        return prompt if words or stated else ""

    def undescribed(self, name: str) -> str:
        """Both are missing."""
        return (
            f"Without images of it, say what {name} was trained on: its trigger word and a prompt with it, "
            "such as --trigger '<sks>' --prompt 'A <sks> cat'."
        )


def _parsed(references: Sequence[Reference]) -> Subject:
    first, word = references[0], references[0].trigger_word
    foregrounds = {each.prompt: foreground_prompt(each.prompt, word) for each in references}
    return Subject(
        trigger_word=word,
        prompt=first.prompt,
        plain_prompt=first.plain_prompt,
        name=foregrounds[first.prompt],
        class_prompt=class_prompt(first.prompt, word),
        foregrounds=foregrounds,
    )


def _without(prompt: str, trigger_words: Iterable[str]) -> str:
    for word in trigger_words:
        prompt = plain_prompt(prompt, word)
    return prompt


def _check_one_class(subject: Subject) -> None:
    """Refuse prompts of one subject whose nouns have no word in common."""
    nouns = [
        class_prompt(prompt, subject.trigger_word).removeprefix("a photo of ")
        for prompt in subject.foregrounds
    ]
    for noun in nouns:
        if not _share_a_word(nouns[0].lower().split()[1:], noun.lower().split()[1:]):
            raise StudioError(
                f"The trigger word {subject.trigger_word!r} stands for both {nouns[0]} and {noun}: "
                "give each object its own trigger word."
            )


def _share_a_word(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a word of one is a prefix of a word of the other: true for `sleepy dog` and `dogs`."""
    return any(word.startswith(other) or other.startswith(word) for word in words for other in others)


OBJECT = Object()
