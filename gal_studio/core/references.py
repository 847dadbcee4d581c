"""The prompts of a project's references, parsed and checked once: its subjects and what names them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gal_studio.core import checks
from gal_studio.core.entered import entered
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import (
    check_prompt,
    check_trigger_word,
    class_prompt,
    foreground_prompt,
    plain_prompt,
    style_descriptor,
    trigger_key,
    trigger_pattern,
)
from gal_studio.core.types import Kind, Reference

MAX_SUBJECTS = 4
LONGEST_PROMPT = 1000  # characters of a new reference's prompt


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
        usual = self.kind == "object" or self.name.lower().startswith("in ")
        return self.name if usual else f", {self.name}"

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

    def _expanded(self, template: str) -> str:
        prompt = check_prompt(template.replace("{}", self.stands_for).removeprefix(", "))
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
    if not references and described:
        bare = plain_prompt(described, trigger_word) if kind == "object" else described
        references = [Reference("", described, bare, "", trigger_word)]
    if not references:
        raise StudioError("The project has no reference: add an image and say what it shows.")
    first = references[0]
    if kind == "style":
        style = Subject("", first.prompt, first.prompt, style_descriptor(first.prompt), "", {})
        return Prompts(kind, (style,), tuple(dict.fromkeys(each.prompt for each in references)))
    groups: dict[str, list[Reference]] = {}
    for reference in references:
        groups.setdefault(trigger_key(reference.trigger_word), []).append(reference)
    plain = tuple(dict.fromkeys(reference.plain_prompt for reference in references))
    return Prompts(kind, tuple(map(_parse_object, groups.values())), plain)


def _parse_object(references: Sequence[Reference]) -> Subject:
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


@dataclass(frozen=True)
class Described:
    """The references of a new project, without IDs and pictures yet, and their parsed prompts."""

    references: tuple[Reference, ...]
    prompts: Prompts


def describe(kind: Kind, texts: Sequence[tuple[str, str]]) -> Described:
    """Make the references of a new project from (prompt, trigger word) and check that they fit together.

    What other programs read beside words is left out (`gal_studio.core.entered.entered`).
    """
    texts = [(entered(prompt), entered(word)) for prompt, word in texts]
    for prompt, word in texts:
        checks.text("The prompt", prompt, LONGEST_PROMPT)
        checks.text("The trigger word", word)
    prompts = [check_prompt(prompt) for prompt, _ in texts]
    if kind == "style":
        _check_one_style(prompts, [word for _, word in texts])
        references = tuple(Reference("", prompt, prompt, "") for prompt in prompts)
        return Described(references, parse_prompts(kind, references))
    spelled: dict[str, str] = {}  # key: the first spelling
    words = [spelled.setdefault(trigger_key(word), check_trigger_word(word)) for _, word in texts]
    if len(spelled) > MAX_SUBJECTS:
        raise StudioError(f"The project has {len(spelled)} objects: use at most {MAX_SUBJECTS}.")
    references = tuple(
        Reference("", prompt, _without_trigger_words(prompt, spelled.values()), "", word)
        for prompt, word in zip(prompts, words, strict=True)
    )
    described = Described(references, parse_prompts(kind, references))
    for subject in described.prompts.subjects:
        _check_one_class(subject)
    return described


def _check_one_style(prompts: Sequence[str], trigger_words: Sequence[str]) -> None:
    if any(word.strip() for word in trigger_words):
        raise StudioError("A style has no trigger word: leave it empty, or choose the kind object.")
    styles = {style.lower(): style for style in map(style_descriptor, prompts)}
    if len(styles) > 1:
        first, second, *_ = styles.values()
        raise StudioError(
            f"The prompts name two styles, {first!r} and {second!r}, but a project trains only one: "
            "make a project for each."
        )


def _without_trigger_words(prompt: str, trigger_words: Iterable[str]) -> str:
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
