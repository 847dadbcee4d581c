"""What everything that a project may learn answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from gal_studio.core.references import Described, Prompts
    from gal_studio.core.settings import TuneSettings
    from gal_studio.core.types import Kind, Reference


class Taught:
    """What a project learns. Its `name` is stored, and never changes; its file is called by it.

    Workspaces know another one once `gal_studio.state.database.upgrades.VERSION` is raised.
    """

    name: ClassVar["Kind"]
    like: ClassVar["Kind"] = ""
    """The one whose presets, test prompts and demo it has; empty where `assets/` has its own."""
    has_trigger_word: ClassVar[bool]
    """Is it called by a made-up word? Then there may be several, each with its own."""
    is_subject: ClassVar[bool]
    """Is it the subject of its references, of which a copy repeats what surrounds it?

    If not, it is how all of a picture looks, and a copy repeats the subject.
    """
    senses: ClassVar[Mapping[str, int]]
    """Of measures that tell something else of it: 1 where more is better, 0 where that is not known."""
    look: ClassVar[str]
    """What of it a schedule of the LoRA keeps, in a word (Eq. G18)."""
    instead: ClassVar[str]
    """What the base model does with a thing of the references that it does not know."""
    question: ClassVar[str]
    """What a vision model is asked for the caption of a picture."""
    demo: ClassVar[str]
    """What its bundled demo has."""
    to_describe: ClassVar[str]
    """What to write where a LoRA is judged without pictures."""
    example: ClassVar[str]
    """A prompt for pictures without captions."""
    one: ClassVar[str]
    """With its article, as the form of a new project offers it."""
    called: ClassVar[str]
    """The same within a sentence."""
    images: ClassVar[str]
    """How many images it needs."""
    repeats: ClassVar[str]
    """What a copy does."""
    prompt: ClassVar[str]
    """An example of a reference's prompt."""
    anchor: ClassVar[str]
    """An example of a test prompt."""

    def word(self, typed: str) -> str:
        """The trigger word that was given; empty where it has none."""
        return typed if self.has_trigger_word else ""

    def parse(self, references: Sequence["Reference"]) -> "Prompts":
        """What the prompts of references say, of which there is at least one."""
        raise NotImplementedError

    def describe(self, texts: Sequence[tuple[str, str]]) -> "Described":
        """New references by (prompt, trigger word), checked to fit together."""
        raise NotImplementedError

    def plain(self, prompt: str, word: str) -> str:
        """A prompt as the base model understands it."""
        raise NotImplementedError

    def stands_for(self, name: str) -> str:
        """Its name as it is put in the place of `{}`."""
        return name

    def without_name(self, prompts: "Prompts", prompt: str) -> str:
        """A prompt without what calls it."""
        raise NotImplementedError

    def called_in(self, prompts: "Prompts", prompt: str) -> list[str]:
        """What calls it in a prompt."""
        raise NotImplementedError

    def besides(self, prompt: str, word: str) -> str:
        """What the prompt of a reference says besides what calls it."""
        raise NotImplementedError

    def thing(self, prompt: str, word: str) -> str:
        """What the prompt of a reference shows, which the base model should know."""
        raise NotImplementedError

    def use(self, words: Sequence[str]) -> str:
        """How to ask for it with these words, which are in quotes."""
        raise NotImplementedError

    def is_known(self, prompts: "Prompts", styles: Sequence[str]) -> bool:
        """Whether its words are already one of the styles of the regularization images."""
        return False

    def prior_images(self, tune: "TuneSettings") -> int:
        """How many regularization images are generated (Eq. G9)."""
        return tune.prior_images

    def prior_anchors(self, tune: "TuneSettings") -> int:
        """How many of the first test prompts they ask for at most, whether these are on or not."""
        return 0

    def prior_sets(
        self, anchors: Sequence[str], prompts: "Prompts", tune: "TuneSettings"
    ) -> list[Counter[str]]:
        """How many images of which prompts; of several sets the first that is generated already counts."""
        raise NotImplementedError

    def prior_seed(self, prompt: str, place: int) -> tuple[str | int, ...]:
        """What names the seed of one of them."""
        return "regularization image", place

    def prior_part(self, key: str, count: int) -> Any:
        """What a fingerprint says of the images of one prompt."""
        return key

    def described_by(self, prompt: str, words: str, stated: str) -> str:
        """The prompt that describes what a LoRA was taught, where no picture shows it; "" if unknown.

        `words` are the trigger words that a person gives, `stated` those of the file.
        """
        raise NotImplementedError

    def undescribed(self, name: str) -> str:
        """What is missing where neither a picture nor the file of this name says what it was taught."""
        raise NotImplementedError

    def caption(self, caption: str, words: str) -> str:
        """A picture's caption with the words that call it; "" without any."""
        return caption
