"""The prompts of a project's references, parsed and checked once: its subjects and what names them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from gal_studio.core import checks
from gal_studio.core.entered import entered
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import check_prompt, fill_subject, trigger_key, trigger_pattern
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Kind, Reference

MAX_SUBJECTS = 4
LONGEST_PROMPT = 1000  # characters of a new reference's prompt
LEAST_TO_HOLD_OUT = 3
"""References of an object from which on one may be kept out of training."""


def held_out(references: Sequence[Reference]) -> tuple[Reference, ...]:
    """The last reference of each object that has enough of them."""
    by_object: dict[str, list[Reference]] = {}
    for one in references:
        by_object.setdefault(one.trigger_word, []).append(one)
    return tuple(each[-1] for each in by_object.values() if len(each) >= LEAST_TO_HOLD_OUT)


@dataclass(frozen=True)
class Subject:
    """An object to learn, or a style, whose trigger word and class prompt are empty.

    `prompt` and `plain_prompt` are those of its first reference. `name` stands for `{}` in an anchor, such as
    `a <cute-cat> cat` or `in watercolor painting style`; `class_prompt` is the prompt of its class images
    (Eq. G9), such as `a photo of a cat`. `foregrounds` has the object alone for each prompt of a reference.
    """

    trigger_word: str
    prompt: str
    plain_prompt: str
    name: str
    class_prompt: str
    foregrounds: Mapping[str, str]

    def is_shown_by(self, reference: Reference) -> bool:
        """Whether this is a reference of the subject."""
        return trigger_key(reference.trigger_word) == trigger_key(self.trigger_word)


@dataclass(frozen=True)
class Prompts:
    """What the prompts of a project say. They never change, so this value can be passed on.

    `reference_prompts` are those whose largest similarity is s(x, ref) of Eq. G2: the distinct prompts of all
    references (style), or their distinct plain prompts (object).
    """

    kind: Kind
    subjects: tuple[Subject, ...]
    reference_prompts: tuple[str, ...]

    @property
    def taught(self) -> Taught:
        """What is learned."""
        return find_taught(self.kind)

    @property
    def trigger_words(self) -> tuple[str, ...]:
        """The trigger words of all objects; empty for a style."""
        return tuple(subject.trigger_word for subject in self.subjects if subject.trigger_word)

    @property
    def trigger(self) -> str:
        """What calls the subject in a prompt: the trigger words of objects, or the words of a style."""
        return ", ".join(self.trigger_words) or self.name

    @property
    def class_prompts(self) -> tuple[str, ...]:
        """The prompts of the class images of all objects; objects of one class share theirs."""
        return tuple(dict.fromkeys(subject.class_prompt for subject in self.subjects if subject.class_prompt))

    @property
    def name(self) -> str:
        """What stands for `{}` in an anchor: `a <dotty> teapot and a <brumm> teddy bear` for two objects."""
        *others, last = [subject.name for subject in self.subjects]
        return f"{', '.join(others)} and {last}" if others else last

    @property
    def stands_for(self) -> str:
        """The name as it is put in the place of `{}`: the words of a style without `in` follow a comma."""
        return self.taught.stands_for(self.name)

    def without_name(self, prompt: str) -> str:
        """A prompt without what calls the subject: without the style's words, or the trigger words."""
        return self.taught.without_name(self, prompt)

    @property
    def judged(self) -> dict[str, Subject]:
        """The subjects by the key of their heat maps: the trigger word, or "" for the only subject."""
        several = len(self.subjects) > 1
        return {subject.trigger_word if several else "": subject for subject in self.subjects}

    def named_in(self, prompt: str) -> tuple[str, ...]:
        """The keys of `judged` whose trigger word is in the prompt; all of them if none is."""
        keys = tuple(self.judged)
        return tuple(key for key in keys if key and trigger_pattern(key).search(prompt)) or keys

    def expand(self, templates: Iterable[str]) -> tuple[str, ...]:
        """The prompts of the anchors in the order of their templates; duplicates are dropped.

        A template that contains a trigger word or the style's own words needs no `{}`.
        """
        prompts = tuple(dict.fromkeys(map(self._expanded, templates)))
        if not prompts:
            raise StudioError("There are no test prompts: add at least one, or import the 18 default ones.")
        return prompts

    def filled(self, template: str) -> str:
        """A template with the words for the subject, whether it names one or not."""
        return check_prompt(fill_subject(template, self.stands_for).removeprefix(", "))

    def _expanded(self, template: str) -> str:
        prompt = self.filled(template)
        found = [word for word in self.trigger_words if trigger_pattern(word).search(prompt)]
        if not found and self.name not in prompt:
            raise StudioError(f"The test prompt {template!r} does not name the subject: write {{}} for it.")
        for word in found:  # spelled as in the references
            prompt = word.join(trigger_pattern(word).split(prompt))
        return prompt


def parse_prompts(
    kind: Kind, references: Sequence[Reference], described: str = "", trigger_word: str = ""
) -> Prompts:
    """Parse the prompts of a project's references; those with the same trigger word are one subject.

    A project without references has the prompt that it is `described` by, with its `trigger_word`.
    """
    taught = find_taught(kind)
    if not references and described:
        references = [Reference("", described, taught.plain(described, trigger_word), "", trigger_word)]
    if not references:
        raise StudioError("The project has no reference: add an image and say what it shows.")
    return taught.parse(references)


@dataclass(frozen=True)
class Described:
    """The references of a new project, without IDs and pictures yet, and their parsed prompts."""

    references: tuple[Reference, ...]
    prompts: Prompts

    @classmethod
    def of(cls, kind: Kind, references: Sequence[Reference]) -> Self:
        """References with what their prompts say."""
        return cls(tuple(references), parse_prompts(kind, references))


def describe(kind: Kind, texts: Sequence[tuple[str, str]]) -> Described:
    """Make the references of a new project from (prompt, trigger word) and check that they fit together.

    What other programs read beside words is left out (`gal_studio.core.entered.entered`).
    """
    texts = [(entered(prompt), entered(word)) for prompt, word in texts]
    for prompt, word in texts:
        checks.text("The prompt", prompt, LONGEST_PROMPT)
        checks.text("The trigger word", word)
    return find_taught(kind).describe(texts)
