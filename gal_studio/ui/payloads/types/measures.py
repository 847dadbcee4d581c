"""Payloads of the test set (`assets/ui/app/types/payloads_measures.d.ts`)."""

from typing import Annotated, Literal

from typing_extensions import Doc, TypedDict

from gal_studio.core.models.export_forms import Form
from gal_studio.ui.payloads.types.basics import ShownPicture
from gal_studio.ui.payloads.types.marks import Ts

__all__ = ["Metric"]


class Interval(TypedDict):
    """A mean or a mean difference with its 95 % interval over prompts."""

    value: float
    low: float
    high: float
    pictures: float


Metric = Literal["as_asked", "no_copy", "clip_t", "clip_i"]


class Change(Interval):
    """A paired difference to the round before."""

    verdict: Literal["better", "worse", "more", "less", "unclear"]


class Leak(Interval):
    """A likeness that was not asked for, and its share of that which was."""

    share: float | None


class Report(TypedDict):
    """What is known of a round that has drawn all held-out prompts."""

    as_asked: Annotated[float, Doc("How many held-out pictures show what was asked for.")]
    copies: float
    pictures: float
    figures: Annotated[dict[Metric, Interval], Ts("Partial<Record<Metric, Interval>>")]
    changes: Annotated[dict[Metric, Change], Ts("Partial<Record<Metric, Change>>")]
    gain: Annotated[Interval | None, Doc("Mean gain over the base model; 0 for what is not as asked.")]
    learned: Annotated[Interval | None, Doc("As asked on accepted prompts, and its change.")]
    learned_change: Change | None
    leak: Annotated[Leak | None, Doc("Likeness that was not asked for.")]


class MeasuredRound(TypedDict):
    """A round, or the base model (`id` null)."""

    id: str | None
    name: str
    parent_id: str | None
    plain: Annotated[bool, Doc("Trained on the references alone.")]
    trained: bool
    drawn: float
    wanted: float
    report: Report | None


class RoundWarning(TypedDict):
    """What is wrong with a round, in words."""

    round: str
    kind: Literal["overfit", "leak"]
    sentence: str


class Replay(TypedDict):
    """A project that draws this one again, with its rounds as they are measured.

    `differences` are those of its last round to the round of this project, paired by prompt and seed.
    """

    project: str
    name: str
    policy: str
    title: str
    state: Literal["working", "halted", "done"]
    message: str
    drawn: float
    wanted: float
    not_replayed: str
    incomparable: str
    rounds: list[MeasuredRound]
    differences: Annotated[dict[Metric, Interval], Ts("Partial<Record<Metric, Interval>>")]


class ReplayOf(TypedDict):
    """What the open project draws again; `project` is null where that is not in the workspace."""

    project: str | None
    name: str
    title: str
    state: Literal["working", "halted", "done"]
    not_replayed: str


class Measures(TypedDict):
    """The test set of a project and what is known of its rounds."""

    chosen: Annotated[bool, Doc("Is the test set stored? Otherwise it is only proposed.")]
    prompts: list[str]
    seeds: float
    when: Literal["auto", "always", "never"]
    left_out: list[str]
    asking: Annotated[list[str], Doc("Held-out prompts that ask for what the references show.")]
    called: str
    best: str | None
    headline: str
    sentence: str
    warnings: list[RoundWarning]
    rounds: list[MeasuredRound]
    drawn: float
    replays: list[Replay]
    replay_of: ReplayOf | None


class SheetPicture(TypedDict):
    """A picture of the test set."""

    id: str
    version: str
    seed: str
    copy: bool
    blank: bool
    clip_t: float
    clip_i: float


class SheetRow(TypedDict):
    """A prompt of the test set with its pictures by round ("" for the base model) and number of the seed."""

    part: Literal["held_out", "accepted", "plain"]
    prompt: str
    pictures: dict[str, dict[str, SheetPicture]]


class MadeExport(TypedDict):
    """An export of a round; until it is `made` it waits. `same`: the file draws the studio's pictures."""

    made: bool
    sentence: str
    same: bool


class ExportChoice(TypedDict):
    """A form in which a round can be exported, in words, and what was exported in it, if anything was."""

    form: Form
    title: str
    note: str
    export: MadeExport | None


class RoundResult(TypedDict):
    """A row of the table of results."""

    id: str
    name: str
    parent_id: str | None
    candidates: float
    weight: float
    adapter: bool
    exports: list[ExportChoice]
    accepted: list[ShownPicture]
