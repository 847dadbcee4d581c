"""A style: how all of a picture looks, called by the words that end its prompts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from gal_studio.core.entered import entered
from gal_studio.core.errors import StudioError
from gal_studio.core.prior import is_known, prior_prompts
from gal_studio.core.prompts import check_prompt, style_descriptor, tidy, without_words
from gal_studio.core.references import Described, Prompts, Subject
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Kind, Reference

if TYPE_CHECKING:
    from gal_studio.core.settings import TuneSettings


class Style(Taught):
    """One image is enough; its regularization images are test prompts in styles that the model knows."""

    name: ClassVar[Kind] = "style"
    has_trigger_word: ClassVar[bool] = False
    is_subject: ClassVar[bool] = False
    senses: ClassVar[Mapping[str, int]] = {"clip_i": 0}
    look: ClassVar[str] = "style"
    instead: ClassVar[str] = "and may take it for a part of the style"
    question: ClassVar[str] = " ".join(
        (
            "Write one caption of at most 12 words that names what the image shows.",
            "Do not mention its style, medium or technique.",
            "Answer with the caption alone.",
        )
    )
    demo: ClassVar[str] = "One image and its style"
    to_describe: ClassVar[str] = (
        "Write how a prompt calls the style, such as “A cat in ink style”: the file doesn’t."
    )
    example: ClassVar[str] = "--prompt 'A cat in ink style'"
    one: ClassVar[str] = "A style"
    called: ClassVar[str] = "the style"
    images: ClassVar[str] = "one image is enough"
    repeats: ClassVar[str] = "shows the reference"
    prompt: ClassVar[str] = "A cat in bold outline style"
    anchor: ClassVar[str] = "A lighthouse {}"

    def parse(self, references: Sequence[Reference]) -> Prompts:
        """One subject, whose name is how the first prompt ends."""
        first = references[0].prompt
        own = Subject("", first, first, style_descriptor(first), "", {})
        return Prompts(self.name, (own,), tuple(dict.fromkeys(each.prompt for each in references)))

    def describe(self, texts: Sequence[tuple[str, str]]) -> Described:
        """All prompts must name the same style."""
        prompts = [check_prompt(prompt) for prompt, _ in texts]
        if any(word.strip() for _, word in texts):
            raise StudioError("A style has no trigger word: leave it empty, or choose the kind object.")
        styles = {style.lower(): style for style in map(style_descriptor, prompts)}
        if len(styles) > 1:
            first, second, *_ = styles.values()
            raise StudioError(
                f"The prompts name two styles, {first!r} and {second!r}, but a project trains only one: "
                "make a project for each."
            )
        return Described.of(self.name, [Reference("", prompt, prompt, "") for prompt in prompts])

    def plain(self, prompt: str, word: str) -> str:
        """All of it is understood."""
        return prompt

    def stands_for(self, name: str) -> str:
        """Words without `in` follow a comma."""
        return name if name.lower().startswith("in ") else f", {name}"

    def without_name(self, prompts: Prompts, prompt: str) -> str:
        """Without its words."""
        return tidy(prompt.replace(prompts.name, " "))

    def called_in(self, prompts: Prompts, prompt: str) -> list[str]:
        """Its words, in any case."""
        return [prompts.name] if prompts.name.lower() in prompt.lower() else []

    def besides(self, prompt: str, word: str) -> str:
        """What is shown in it."""
        return without_words(prompt, style_descriptor(prompt))

    def thing(self, prompt: str, word: str) -> str:
        """What is shown in it."""
        return self.besides(prompt, word)

    def use(self, words: Sequence[str]) -> str:
        """It has one name."""
        return f"Use the words {words[0]} in a prompt to get this style."

    def is_known(self, prompts: Prompts, styles: Sequence[str]) -> bool:
        """Its name may be one of them."""
        return is_known(prompts.name, styles)

    def prior_images(self, tune: "TuneSettings") -> int:
        """Without styles that the model knows there are none."""
        return tune.prior_images if tune.prior_styles else 0

    def prior_anchors(self, tune: "TuneSettings") -> int:
        """One for each."""
        return tune.prior_images

    def prior_sets(
        self, anchors: Sequence[str], prompts: Prompts, tune: "TuneSettings"
    ) -> list[Counter[str]]:
        """Test prompts in other styles, of all prompts or of the first ones."""
        styles, count = tune.prior_styles, tune.prior_images
        return [
            Counter(prior_prompts(anchors[:first], prompts.name, styles, count))
            for first in range(min(len(anchors), count), 0, -1)
        ]

    def prior_seed(self, prompt: str, place: int) -> tuple[str | int, ...]:
        """There are many prompts with one picture each."""
        return "prior", prompt, place

    def prior_part(self, key: str, count: int) -> Any:
        """Each prompt has its own number."""
        return [key, count]

    def described_by(self, prompt: str, words: str, stated: str) -> str:
        """A prompt that names a style, or one with the words."""
        if not words and _names_a_style(prompt):
            return prompt
        return _with_style(prompt, words or stated) if words or stated else ""

    def undescribed(self, name: str) -> str:
        """Its words are missing."""
        return (
            f"{name} states no trigger words, and its references have no captions: write the words for its "
            "style, such as --trigger 'ink style'."
        )

    def caption(self, caption: str, words: str) -> str:
        """It ends with the words."""
        return _with_style(caption, words) if words else caption


def _names_a_style(prompt: str) -> bool:
    try:
        return bool(style_descriptor(entered(prompt)))
    except StudioError:
        return False


def _with_style(caption: str, words: str) -> str:
    """`a cat, inkstyle` with the words `inkstyle` as `a cat in inkstyle`."""
    bare = words[3:] if words.lower().startswith("in ") else words
    called = f"in {bare}"
    try:
        if caption and style_descriptor(caption).lower() == called.lower():
            return caption
    except StudioError:
        pass
    rest = tidy(entered(caption).replace(bare, " ")).strip(" ,.;:") if caption else ""
    rest = rest.removesuffix(" in").strip(" ,.;:")
    return f"{rest or 'An image'} {called}"


STYLE = Style()
