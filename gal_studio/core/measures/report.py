"""What is known of one round on the benchmark: its figures, what changed since the round before, its leak.

`Figures` are the row of the table of rounds. A `Report` has the pictures behind them as well; what is said of
the round is read off it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import TypeVar

from gal_studio.core.intervals import Difference, Interval, Outcome, is_down, is_up, outcome
from gal_studio.core.measures.blind import Key, Setting, setting_key
from gal_studio.core.measures.compare import DrawnByKey, change, difference, gain, mean
from gal_studio.core.measures.pictures import METRICS, SENSES, MeasuredPicture, Metric, Part
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.utility import Look

LOST_SHARE = 0.5
"""How much of what the first round carries a later one must lack to be said to have lost it."""
PAIRS = 12
"""Pairs of pictures from which on it is said."""


@dataclass(frozen=True)
class Kept:
    """What a later round's pictures have more than those of the first of its line, prompts and seeds alike.

    Only pairs count in which neither is a copy: a copy carries all of the style, so that to copy less is no
    loss. `first` is the mean of Eq. G17 in the first round, `carries` the difference of it, and `utility`
    that of u, which rewards nothing that is nearly a copy.
    """

    first: float
    carries: Difference
    utility: Difference

    @property
    def is_lost(self) -> bool:
        """Whether half of it is gone or more: both differences are clear, and of enough pairs."""
        is_clear = is_down(self.carries) and is_down(self.utility) and self.carries.pictures >= PAIRS
        return is_clear and self.carries.value <= -LOST_SHARE * self.first


def kept(first: DrawnByKey, later: DrawnByKey) -> Kept | None:
    """Compare a round with the first one of its line; None without pairs of pictures that are no copies."""
    old, new = _clean(first), _clean(later)
    pairs = {key: old[key] for key in sorted(old.keys() & new.keys())}
    carries, utility = change(pairs, new, "carries"), gain(pairs, new)
    if carries is None or utility is None:
        return None
    return Kept(fmean(one.candidate.carries or 0.0 for one in pairs.values()), carries, utility)


def _clean(drawn: DrawnByKey) -> dict[Key, MeasuredPicture]:
    return {key: one for key, one in drawn.items() if one.no_copy and one.candidate.carries is not None}


Found = TypeVar("Found", bound=Interval)


@dataclass(frozen=True)
class Arm:
    """A measured model: a round, or the base model (`id` None), with what it drew for each part of the set.

    `before` is the round that it is compared with. It is `complete` when it has drawn all held-out prompts:
    only then it is compared, so that no two rounds are compared on different sets. `diverged` says that its
    training did. `learned` are the accepted prompts that it was trained on, None if it was not: it draws
    those of the next round, too. An `instant` round is drawn without training, and one that is `given` is a
    LoRA from elsewhere. All pictures are drawn by one strength schedule, `recipe`.
    """

    id: str | None
    name: str
    before: str | None
    drawn: Mapping[Part, DrawnByKey]
    complete: bool
    learned: frozenset[str] | None = None
    diverged: bool = False
    instant: bool = False
    given: bool = False
    recipe: Recipe = AS_TRAINED

    @property
    def setting(self) -> Setting | None:
        """The round and its schedule; None for the base model."""
        return None if self.id is None else (self.id, self.recipe)

    @property
    def key(self) -> str:
        """What names it in the contact sheet and in blind pairs (`setting_key`); "" for the base model."""
        return setting_key((self.id or "", self.recipe))

    @property
    def label(self) -> str:
        """The round and its schedule, such as "Round 1, strength 0.4 for 70% of steps, then 1"."""
        return f"{self.name}, {self.recipe.brief}"

    def part(self, part: Part) -> DrawnByKey:
        """The pictures of a part by prompt and seed."""
        return self.drawn.get(part, {})

    @property
    def on_learned(self) -> DrawnByKey:
        """The pictures of accepted prompts that it was trained on; the base model's of all of them."""
        drawn = self.part("accepted")
        return {place: drawn[place] for place in drawn if self.learned is None or place[0] in self.learned}


@dataclass(frozen=True)
class Change(Difference):
    """A paired difference to the round before, and whether it is an improvement."""

    verdict: Outcome


@dataclass(frozen=True)
class Leak(Difference):
    """How much closer to the references pictures come that were not asked to (CLIP-I, against the base).

    Without references: how far they come from the base model's pictures of the same prompts and seeds.

    `share` is that difference divided by the same difference of the held-out prompts, which do ask for it;
    None where those have not come closer.
    """

    share: float | None


def beside_base(arms: Iterable[Arm]) -> tuple[Arm, ...]:
    """The arms, in which each picture of a round knows the base model's of the same prompt and seed."""
    given = tuple(arms)
    base = next((arm for arm in given if arm.id is None), None)
    if base is None:
        return given
    return tuple(arm if arm.id is None else replace(arm, drawn=_beside(arm, base)) for arm in given)


def _beside(arm: Arm, base: Arm) -> dict[Part, DrawnByKey]:
    return {
        part: {
            place: replace(picture, base=other.candidate)
            if (other := base.part(part).get(place))
            else picture
            for place, picture in drawn.items()
        }
        for part, drawn in arm.drawn.items()
    }


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a complete arm on the held-out prompts, each with its 95 % interval.

    So many of its `pictures` are `no_copy` (neither a copy nor blank) and `copies`, and so many of those
    `judged` are `as_asked`: of the others nobody knows. `changes` are paired differences to the round before
    and `since_first` to the first round above it, empty where that is not measured. `gain` is the mean of
    u, which is 0 for the base model; `learned` and `learned_change` are what is as asked on accepted prompts.
    `looks` counts how far those that are no copies keep the style, and `whole` those as asked that keep it
    fully; of an object, and where the background counts as style, that is not said.
    """

    pictures: int
    judged: int
    as_asked: int
    no_copy: int
    copies: int
    figures: Mapping[Metric, Interval]
    changes: Mapping[Metric, Change]
    since_first: Mapping[Metric, Change]
    gain: Difference | None
    learned: Interval | None
    learned_change: Change | None
    leak: Leak | None
    looks: Mapping[Look, int] = field(default_factory=dict)
    whole: int = 0

    @property
    def is_judged(self) -> bool:
        """Whether copies are known: without references they are not."""
        return "copies" in self.figures


@dataclass(frozen=True, kw_only=True)
class Report(Figures):
    """The figures with the arm itself.

    `since_base` are paired differences to the base model, empty for itself. `kept` compares what its pictures
    carry with those of the first round above it.
    """

    arm: Arm
    since_base: Mapping[Metric, Difference]
    kept: Kept | None


def report(
    arm: Arm,
    before: Arm | None,
    base: Arm | None,
    kind: Kind,
    first: Arm | None = None,
    with_looks: bool = False,
) -> Report:
    """All figures of an arm; `before`, `base` and `first` are left out unless they are complete.

    `kind` is what the project trains: more likeness is better for an object, and for a style it depends.
    `first` is the first round above it. `with_looks` says that how far an image keeps the style can be told.
    """
    drawn, learned = arm.part("held_out"), arm.on_learned
    is_base = arm.id is None
    told = drawn.values() if with_looks and not is_base else ()
    others = (before, first, None if is_base else base)
    changes = {other.id: _changes(other, drawn) for other in others if other is not None}
    relearned = change(before.part("accepted"), learned, "as_asked") if before else None
    return Report(
        arm=arm,
        pictures=len(drawn),
        judged=sum([picture.as_asked is not None for picture in drawn.values()]),
        as_asked=sum([bool(picture.as_asked) for picture in drawn.values()]),
        no_copy=sum([picture.no_copy for picture in drawn.values()]),
        copies=sum([picture.copies for picture in drawn.values()]),
        figures=_known({metric: mean(drawn, metric) for metric in METRICS}),
        changes=_judged_changes(changes, before, kind),
        since_first=_judged_changes(changes, first, kind),
        since_base=changes.get(None, {}),
        gain=gain(base.part("held_out"), drawn) if base and not is_base else None,
        learned=mean(learned, "as_asked"),
        learned_change=_judged("as_asked", relearned, kind) if relearned else None,
        leak=_leak(arm, base, changes[None].get("clip_i")) if base and not is_base else None,
        kept=kept(first.part("held_out"), drawn) if first else None,
        looks=Counter(picture.look for picture in told if picture.look),
        whole=sum([picture.look == "fully" and bool(picture.as_asked) for picture in told]),
    )


def report_by_schedule(
    arm: Arm, full: Report, base: Arm | None, kind: Kind, with_looks: bool = False
) -> Report:
    """The figures of a round by a strength schedule; changes are those since its images at full strength.

    What it lost is told of full strength alone: a weaker LoRA carries less by itself.
    """
    return replace(report(arm, full.arm, base, kind, with_looks=with_looks), kept=full.kept)


def _changes(before: Arm, drawn: DrawnByKey) -> dict[Metric, Difference]:
    return _known({metric: change(before.part("held_out"), drawn, metric) for metric in METRICS})


def _judged_changes(
    changes: Mapping[str | None, Mapping[Metric, Difference]], before: Arm | None, kind: Kind
) -> dict[Metric, Change]:
    found = {} if before is None else changes[before.id]
    return {metric: _judged(metric, one, kind) for metric, one in found.items()}


def _judged(metric: Metric, found: Difference, kind: Kind) -> Change:
    sense = find_taught(kind).senses.get(metric, SENSES.get(metric, 1))
    return Change(**vars(found), verdict=outcome(found.value, found.is_clear, sense))


def _known(figures: Mapping[Metric, Found | None]) -> dict[Metric, Found]:
    return {metric: figure for metric, figure in figures.items() if figure is not None}


def _leak(arm: Arm, base: Arm, asked_for: Difference | None) -> Leak | None:
    found = _closer(base.part("plain"), arm.part("plain"))
    asked_for = asked_for or _closer(base.part("held_out"), arm.part("held_out"))
    if found is None:
        return None
    share = found.value / asked_for.value if asked_for is not None and is_up(asked_for) else None
    return Leak(**vars(found), share=share)


def _closer(base: DrawnByKey, drawn: DrawnByKey) -> Difference | None:
    """How much closer to the references pictures are than the base model's, or how far from these."""
    return change(base, drawn, "clip_i") or difference(base, drawn, lambda picture: picture.changed)
