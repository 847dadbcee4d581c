"""A round: what is stored of it, what follows, and what is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from typing_extensions import Doc

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.core.loops import ordered
from gal_studio.core.records.candidate import PictureRef
from gal_studio.core.records.columns import Column, is_id
from gal_studio.core.variants.registry import VARIANTS, find_variant
from gal_studio.core.variants.variant import Action, Doing, Variant

if TYPE_CHECKING:
    from gal_studio.core.settings import GenerationSettings, Settings

Step = Literal["fine_tune", "refine", "generate", "accept", "next_round", "wait", "done"]
_VARIANTS = ", ".join(f"'{name}'" for name in VARIANTS.names())


@dataclass(frozen=True)
class ShownRound:
    """What is stored of a round and the page gets as it is.

    `kind` is the name of its variant, which says what can be done with it. `title` is the name that a person
    gave it, empty for none. An `archived` round is not shown, nor is any round after it.
    Its training `ends_at` this step, where a person kept an earlier one than the last. A round with a
    `source` was not trained here: its adapter is a LoRA from elsewhere, the file of that name.
    One that is a `copy_of` another begins a branch: it has the images of that one and a choice of its own.
    `changes` are the settings that differ after it (JSON), `seed` is that of the trainings after it (None:
    the project's), `difference` says so in words. `kept` grows
    with each line that is made the main one: the largest counts.
    """

    id: Annotated[str, Column(f"TEXT PRIMARY KEY {is_id()}")]
    project_id: Annotated[str, Column("TEXT NOT NULL REFERENCES projects (id)")]
    parent_id: Annotated[str | None, Column("TEXT REFERENCES rounds (id)")]
    number: Annotated[int, Column("INTEGER NOT NULL")]
    adapter: Annotated[str | None, Column("TEXT", folder="adapters")]
    created: Annotated[float, Column("REAL NOT NULL")]
    kind: Annotated[str, Column(f"TEXT NOT NULL DEFAULT 'fine_tune' CHECK (kind IN ({_VARIANTS}))")] = (
        "fine_tune"
    )
    title: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""
    starred: Annotated[bool, Column("INTEGER NOT NULL DEFAULT 0")] = False
    archived: Annotated[bool, Column("INTEGER NOT NULL DEFAULT 0")] = False
    ends_at: Annotated[int | None, Column("INTEGER")] = None
    source: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""
    copy_of: Annotated[str | None, Column("TEXT REFERENCES rounds (id)")] = None
    changes: Annotated[str, Column("TEXT NOT NULL DEFAULT '{}'")] = "{}"
    seed: Annotated[int | None, Column("INTEGER")] = None
    difference: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""
    kept: Annotated[float | None, Column("REAL")] = None

    @property
    def variant(self) -> Variant:
        """What it is."""
        return find_variant(self.kind)

    @property
    def can_generate(self) -> bool:
        """Whether it is trained, or needs no training."""
        return self.adapter is not None or self.variant.training is None


@dataclass(frozen=True, kw_only=True)
class Round(ShownRound):
    """A node in the tree of rounds: one training and the candidates generated after it.

    Its settings are parsed when they are asked for: a damaged round hides no other. `trained_as` is the
    fingerprint of the training behind its adapter, None before the first one; `unet_forwards` are those for
    its candidates, two per step with guidance.
    """

    stored_settings: Annotated[str, Column("TEXT NOT NULL", "settings", after="number")] = "{}"
    trained_as: Annotated[str | None, Column("TEXT", after="adapter")] = None
    unet_forwards: Annotated[int, Column("INTEGER NOT NULL DEFAULT 0", after="trained_as")] = 0
    stored_prior_drawing: Annotated[str | None, Column("TEXT", "prior_drawing", after="archived")] = None

    def why_not(self, doing: Doing) -> str:
        """Why something cannot be done with it, and what to do instead; empty if it can."""
        return self.variant.why_not(doing, self)

    @cached_property
    def settings(self) -> "Settings":
        """The settings of this round."""
        from gal_studio.core.settings import read_settings  # with numpy, for which no refused start waits

        return read_settings(self.stored_settings)

    @property
    def prior_drawing(self) -> "GenerationSettings":
        """How the prior pictures of its training are drawn: as its settings say, unless that was kept."""
        own, kept = self.settings.generation, self.stored_prior_drawing
        return own if kept is None else own.from_dict(strict_json.loads(kept))


def shown_rounds(rounds: Iterable[Round]) -> tuple[Round, ...]:
    """Those that are neither archived nor come after an archived one, in the same order: parents first."""
    hidden: set[str | None] = set()
    shown = []
    for round_ in rounds:
        if round_.archived or round_.parent_id in hidden:
            hidden.add(round_.id)
        else:
            shown.append(round_)
    return tuple(shown)


def check_no_loop(rounds: Iterable[Round]) -> None:
    """Refuse rounds of which one comes after itself, or is a copy of itself."""
    _, cut = ordered({one.id: [name for name in (one.parent_id, one.copy_of) if name] for one in rounds})
    if cut:
        raise StudioError("Its rounds form a loop: run gal-studio doctor --repair on this workspace.")


@dataclass(frozen=True, kw_only=True)
class RoundSummary(ShownRound):
    """One chip in the strip of rounds; `suggested` counts the test prompts with a suggestion, `copies`
    the candidates that are copies. `wanted` pictures are to be accepted.
    """

    name: str
    step: Step
    accepted: int
    suggested: int
    candidates: int
    copies: int
    wanted: int
    cover: PictureRef | None
    empty: Annotated[bool, Doc("Nothing was done in it or after it yet: it can go without a loss.")]
    refines: Annotated[bool, Doc("Is it a refinement of the round above it?")]
    made_by: Annotated[Action | None, Doc("The button in the round above it that makes such a round.")]
    aside: Annotated[bool, Doc("Another line was made the main one at the branch that it is in.")]
    doubt: Annotated[str, Doc("Why its images may not look like the references; empty if nothing says so.")]
