"""The Rounds screen. Each button and key calls one method of the studio."""

from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import Field

from gal_studio.core.checks import typed_seed
from gal_studio.core.settings_group import nested
from gal_studio.studio import Studio
from gal_studio.studio.views.beside import Beside
from gal_studio.studio.views.changes import ChoiceChange
from gal_studio.studio.views.choices import RoundChoices
from gal_studio.ui.api.mask_runs import pixels_of
from gal_studio.ui.payloads import Id, Ids, OfRound, Only, Runs, Text
from gal_studio.ui.payloads.forms import SettingValue, SettingValues
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")
REQUESTS.verbs("read", Studio.same_seed_elsewhere, only="rounds")
REQUESTS.verbs("write", Studio.count_marks, only="marked")
REQUESTS.verbs("write", Studio.rename_round, only="name")
REQUESTS.verbs(
    "write",
    *(Studio.fine_tune, Studio.continue_training, Studio.generate, Studio.run_job, Studio.draw_more),
    *(Studio.star_round, Studio.restore_round, Studio.keep_line),
    *(Studio.decide, Studio.tag, Studio.set_weight, Studio.explain_choice),
)
Marks = Annotated[dict[Id, bool | None], Field(max_length=100_000)]


@dataclass(frozen=True)
class Changes:
    """What the choice of the round before changed, and the round beside the line that a branch left."""

    changes: tuple[ChoiceChange, ...]
    beside: Beside | None


@dataclass(frozen=True)
class Choices:
    """The choices of all rounds of a project, the newest first."""

    rounds: tuple[RoundChoices, ...]


@dataclass(frozen=True)
class Undone:
    """The pictures that changed, and what was undone or redone, in words."""

    changed: tuple[str, ...]
    what: str


@REQUESTS.read
def changes(context: Context, project: Id, round: Id) -> Changes:
    """What was accepted in the round before, and what stands beside this one in another branch."""
    measured = context.views.measures(project)
    return Changes(context.studio.changes(round, measured), context.studio.beside(round, measured))


@REQUESTS.read
def choices(context: Context, project: Id) -> Choices:
    """What was chosen in each round beside what was suggested."""
    chosen = context.views.choices(project)
    return Choices(tuple(replace(one, choices=one.choices[::-1]) for one in reversed(chosen)))


@REQUESTS.write
def run_round(context: Context, round: Id) -> OfRound:
    """Do all that a round lacks."""
    return context.studio.run_missing(round)[-1].round_id


@REQUESTS.write
def next_round(context: Context, round: Id) -> OfRound:
    """Create the next round, or find the one that was created, and queue all of it."""
    child = context.studio.next_round(round)
    context.studio.run_missing(child.id)
    return child.id


@REQUESTS.write
def make_round(context: Context, round: Id, kind: Id) -> OfRound:
    """Make a round of a variant that gets its button by its hint, and queue all of it."""
    made = context.studio.make_round(round, kind)
    context.studio.run_missing(made.id)
    return made.id


@REQUESTS.write
def what_if(
    context: Context,
    round: Id,
    settings: SettingValues | None = None,
    seed: SettingValue = None,
    name: Text = "",
) -> OfRound:
    """Begin a branch, and queue its next round unless other images are to be chosen; returns what to open."""
    studio = context.studio
    other_seed: Any = typed_seed(seed)
    made = studio.what_if(round, nested(settings or {}), other_seed, name=name).id
    if not settings and seed is None:
        return made
    child = studio.next_round(made).id
    studio.run_missing(child)
    return child


@REQUESTS.write
def archive_round(context: Context, round: Id) -> Annotated[str | None, Only("before")]:
    """Hide a round with those after it."""
    before = context.studio.archive_round(round)
    return before.id if before else None


@REQUESTS.write
def accept(context: Context, round: Id, candidates: Ids) -> Annotated[tuple[str, ...], Only("accepted")]:
    """Accept the suggestion, as far as the page shows it."""
    return context.studio.accept_suggestion(round, shown=frozenset(candidates))


@REQUESTS.write
def accept_in_part(context: Context, candidate: Id, mask: Runs) -> None:
    """Accept the painted part of a picture."""
    context.studio.accept_in_part(candidate, pixels_of(mask))


@REQUESTS.write
def mark_copies(context: Context, marks: Marks) -> None:
    """Say whether pictures are copies, by ID; null leaves it to the detectors."""
    context.studio.mark_each(marks)


@REQUESTS.write
def undo(context: Context, round: Id) -> Undone:
    """Undo the last decision of a round."""
    words = [step.words for step in context.studio.history(round) if step.stands]
    return Undone(context.studio.undo(round), words[-1] if words else "")


@REQUESTS.write
def redo(context: Context, round: Id) -> Undone:
    """Redo the decision that was undone last."""
    words = [step.words for step in context.studio.history(round) if not step.stands]
    return Undone(context.studio.redo(round), words[0] if words else "")
