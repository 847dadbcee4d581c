"""The benchmark as JSON: figures of each round, what changed, the verdict, and the pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.intervals import Interval, is_down, is_up
from gal_studio.core.measures import report
from gal_studio.core.measures.pictures import MeasuredPicture, Metric, Part, When
from gal_studio.core.measures.verdict import Caution
from gal_studio.rounds.replay_decisions import replay_choices
from gal_studio.studio.views import measures
from gal_studio.studio.views.json_types import PictureRef, version
from gal_studio.studio.views.measures import MeasuresView
from gal_studio.studio.views.replays import ReplayState, ReplayView
from gal_studio.studio.views.types import Outcome, ProjectView

_PARTS: tuple[Part, ...] = ("held_out", "accepted", "plain")


@dataclass(frozen=True)
class Change(Interval):
    """A paired difference to the round before."""

    verdict: Outcome


@dataclass(frozen=True)
class Leak(Interval):
    """A likeness that was not asked for, and its share of that which was."""

    share: float | None


@dataclass(frozen=True)
class Report:
    """What is known of a round that has drawn all held-out prompts."""

    as_asked: Annotated[int, Doc("How many held-out pictures show what was asked for.")]
    copies: int
    pictures: int
    figures: Mapping[Metric, Interval]
    changes: Mapping[Metric, Change]
    gain: Annotated[Interval | None, Doc("Mean gain over the base model; 0 for what is not as asked.")]
    learned: Annotated[Interval | None, Doc("As asked on accepted prompts, and its change.")]
    learned_change: Change | None
    leak: Annotated[Leak | None, Doc("Likeness that was not asked for.")]


@dataclass(frozen=True)
class MeasuredRound:
    """A round, or the base model (`id` null)."""

    id: str | None
    name: str
    parent_id: str | None
    plain: Annotated[bool, Doc("Trained on the references alone.")]
    trained: bool
    drawn: int
    wanted: int
    report: Report | None


@dataclass(frozen=True)
class Replay:
    """A project that draws this one again, with its rounds as they are measured.

    `differences` are those of its last round to the round of this project, paired by prompt and seed.
    """

    project: str
    name: str
    policy: str
    title: str
    state: ReplayState
    message: str
    drawn: int
    wanted: int
    not_replayed: str
    incomparable: str
    rounds: tuple[MeasuredRound, ...]
    differences: Mapping[Metric, Interval]


@dataclass(frozen=True)
class ReplayOf:
    """What the open project draws again; `project` is null where that is not in the workspace."""

    project: str | None
    name: str
    title: str
    state: ReplayState
    not_replayed: str


@dataclass(frozen=True)
class Followed:
    """Whom a replay can follow: the person, the suggestions, or a policy."""

    policy: str
    label: str


@dataclass(frozen=True)
class Measures:
    """The test set of a project and what is known of its rounds, without the pictures."""

    chosen: Annotated[bool, Doc("Is the test set stored? Otherwise it is only proposed.")]
    prompts: tuple[str, ...]
    seeds: int
    when: When
    left_out: tuple[str, ...]
    asking: Annotated[tuple[str, ...], Doc("Held-out prompts that ask for what the references show.")]
    called: str
    best: str | None
    headline: str
    sentence: str
    warnings: tuple[Caution, ...]
    rounds: tuple[MeasuredRound, ...]
    drawn: int
    follow: tuple[Followed, ...]
    replays: tuple[Replay, ...]
    replay_of: ReplayOf | None


@dataclass(frozen=True)
class SheetPicture(PictureRef):
    """A picture of the test set."""

    seed: str
    copy: bool
    blank: bool
    clip_t: float
    clip_i: float


@dataclass(frozen=True)
class SheetRow:
    """A prompt of the test set with its pictures by round ("" for the base model) and number of the seed."""

    part: Part
    prompt: str
    pictures: Mapping[str, Mapping[str, SheetPicture]]


@dataclass(frozen=True)
class Sheet:
    """The pictures of the test set: one row for each prompt of each part."""

    rows: tuple[SheetRow, ...]


def measures_payload(
    view: MeasuresView,
    project: ProjectView,
    replays: Sequence[ReplayView] = (),
    own: ReplayView | None = None,
) -> Measures:
    """Everything about the measurements except the pictures; `own` says what a replay draws again."""
    return Measures(
        chosen=view.is_chosen,
        prompts=tuple(prompt.prompt for prompt in view.prompts if prompt.part == "held_out"),
        seeds=view.chosen.seeds,
        when=view.chosen.measured,
        left_out=view.left_out,
        asking=view.asking,
        called=view.called,
        best=view.verdict.best,
        headline=view.verdict.headline,
        sentence=view.verdict.sentence,
        warnings=view.warnings,
        rounds=_rounds(view.rounds, project),
        drawn=len(view.pictures),
        follow=tuple(Followed(name, label) for name, label in replay_choices().items()),
        replays=tuple(_replay(replay, project) for replay in replays),
        replay_of=_replay_of(own) if own else None,
    )


def _replay(view: ReplayView, project: ProjectView) -> Replay:
    return Replay(
        project=view.replay.project_id,
        name=view.name,
        policy=view.replay.policy,
        title=view.title,
        state=view.state,
        message=view.message,
        drawn=view.drawn,
        wanted=view.wanted,
        not_replayed=view.not_replayed,
        incomparable=view.incomparable,
        rounds=_rounds(view.rounds, project),
        differences=view.differences,
    )


def _replay_of(own: ReplayView) -> ReplayOf:
    source = own.replay.source_id if own.has_source else None
    return ReplayOf(source, own.replay.source_name, own.title, own.state, own.not_replayed)


def _rounds(measured: Sequence[measures.MeasuredRound], project: ProjectView) -> tuple[MeasuredRound, ...]:
    return tuple(
        MeasuredRound(
            id=one.id,
            name=one.name,
            parent_id=one.parent,
            plain=one.is_plain,
            trained=one.trained,
            drawn=one.drawn,
            wanted=one.wanted,
            report=_report(one.report, project.kind) if one.report else None,
        )
        for one in measured
    )


def _report(found: report.Report, kind: str) -> Report:
    leak = found.leak
    return Report(
        as_asked=found.count("as_asked"),
        copies=found.copies,
        pictures=found.pictures,
        figures=found.figures,
        changes={name: _change(name, figure, kind) for name, figure in found.changes.items()},
        gain=found.gain,
        learned=found.learned,
        learned_change=_change("as_asked", found.learned_change, kind) if found.learned_change else None,
        leak=Leak(**vars(leak.difference), share=leak.share) if leak else None,
    )


def _change(metric: Metric, change: Interval, kind: str) -> Change:
    return Change(**vars(change), verdict=_verdict(metric, change, kind))


def _verdict(metric: Metric, change: Interval, kind: str) -> Outcome:
    """Whether a change is an improvement; more likeness is one for an object, and for a style it depends."""
    if not (is_up(change) or is_down(change)):
        return "unclear"
    if metric == "clip_i" and kind == "style":
        return "more" if change.value > 0 else "less"
    return "better" if change.value > 0 else "worse"


def sheet_payload(view: MeasuresView) -> Sheet:
    """The contact sheet of the test set."""
    drawn: dict[str, dict[str, dict[str, SheetPicture]]] = {}
    for picture in view.pictures:
        by_round = drawn.setdefault(picture.prompt_id, {}).setdefault(picture.round_id or "", {})
        by_round[str(picture.candidate.index)] = _picture(picture)
    return Sheet(
        tuple(
            SheetRow(part, prompt.prompt, drawn.get(prompt.id, {}))
            for part in _PARTS
            for prompt in view.prompts
            if prompt.part == part and prompt.id in drawn
        )
    )


def _picture(picture: MeasuredPicture) -> SheetPicture:
    candidate = picture.candidate
    return SheetPicture(
        id=candidate.id,
        version=version(candidate.image),
        seed=str(candidate.seed),
        copy=picture.copies,
        blank=candidate.is_blank,
        clip_t=round(candidate.similarity_anchor, 4),
        clip_i=round(picture.likeness, 4),
    )
