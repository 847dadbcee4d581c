"""What is known of one round on the benchmark: its figures, what changed since the round before, its leak.

A `Report` is the row of the table of rounds, and what the sentences about the round are made of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from gal_studio.core.gal.kept import kept
from gal_studio.core.intervals import Interval, is_up
from gal_studio.core.measures.compare import Drawn, Rng, change, mean, mean_gain
from gal_studio.core.measures.pictures import METRICS, Metric, Part
from gal_studio.core.types import Candidate


@dataclass(frozen=True)
class Arm:
    """A measured model: a round, or the base model (`id` None), with what it drew for each part of the set.

    `before` is the round that it is compared with. It is `complete` when it has drawn all held-out prompts:
    only then it is compared, so that no two rounds are compared on different sets. `lost` says that its own
    candidates do not carry what they should (Eq. G12), empty if they do. `learned` are the accepted
    prompts that it was trained on, None if it was not: it draws those of the next round, too. An `instant`
    round is drawn without training.
    """

    id: str | None
    name: str
    before: str | None
    drawn: Mapping[Part, Drawn]
    complete: bool
    learned: frozenset[str] | None = None
    lost: str = ""
    instant: bool = False

    def part(self, part: Part) -> Drawn:
        """The pictures of a part by prompt and seed."""
        return self.drawn.get(part, {})

    @property
    def on_learned(self) -> Drawn:
        """The pictures of accepted prompts that it was trained on; the base model's of all of them."""
        drawn = self.part("accepted")
        return {place: drawn[place] for place in drawn if self.learned is None or place[0] in self.learned}


@dataclass(frozen=True)
class Leak:
    """How much closer to the references pictures come that were not asked to (CLIP-I, against the base).

    `share` is that difference divided by the same difference of the held-out prompts, which do ask for it;
    None where those have not come closer.
    """

    difference: Interval
    share: float | None
    copies: int


def beside_base(arms: Iterable[Arm]) -> tuple[Arm, ...]:
    """The arms, in which each picture of a round knows the base model's of the same prompt and seed."""
    given = tuple(arms)
    base = next((arm for arm in given if arm.id is None), None)
    if base is None:
        return given
    return tuple(arm if arm.id is None else replace(arm, drawn=_beside(arm, base)) for arm in given)


def _beside(arm: Arm, base: Arm) -> dict[Part, Drawn]:
    return {
        part: {
            place: replace(picture, base=other.candidate)
            if (other := base.part(part).get(place))
            else picture
            for place, picture in drawn.items()
        }
        for part, drawn in arm.drawn.items()
    }


@dataclass(frozen=True)
class Report:
    """The figures of a complete arm on the held-out prompts, each with its 95 % interval.

    `changes` are paired differences to the round before, empty where that is not measured; `since_base` those
    to the base model, empty for itself. `gain` is the mean gain over the base model; `learned` and
    `learned_change` are what is as asked on accepted prompts. `kept` is how much more of the style or object
    its pictures carry than those of the first round above it, where neither copies.
    """

    arm: Arm
    figures: Mapping[Metric, Interval]
    changes: Mapping[Metric, Interval] = field(default_factory=dict)
    since_base: Mapping[Metric, Interval] = field(default_factory=dict)
    gain: Interval | None = None
    learned: Interval | None = None
    learned_change: Interval | None = None
    leak: Leak | None = None
    kept: Interval | None = None

    @property
    def pictures(self) -> int:
        """The number of held-out pictures."""
        return len(self.arm.part("held_out"))

    @property
    def copies(self) -> int:
        """How many of the held-out pictures are copies."""
        return sum(picture.copies for picture in self.arm.part("held_out").values())

    def count(self, metric: Metric) -> int:
        """How many of the held-out pictures are as asked, or no copies."""
        return sum(bool(picture.figure(metric)) for picture in self.arm.part("held_out").values())


def report(arm: Arm, before: Arm | None, base: Arm | None, rng: Rng, first: Arm | None = None) -> Report:
    """All figures of an arm; `before`, `base` and `first` are left out unless they are complete.

    `first` is the first round above it.
    """
    drawn, learned = arm.part("held_out"), arm.on_learned
    is_base = arm.id is None
    return Report(
        arm=arm,
        figures=_known({metric: mean(drawn, metric, rng) for metric in METRICS}),
        changes=_changes(before, drawn, rng),
        since_base={} if is_base else _changes(base, drawn, rng),
        gain=mean_gain(base.part("held_out"), drawn, rng("gain")) if base else None,
        learned=mean(learned, "as_asked", rng),
        learned_change=change(before.part("accepted"), learned, "as_asked", rng) if before else None,
        leak=_leak(arm, base, rng) if base and not is_base else None,
        kept=kept(_plain(first.part("held_out")), _plain(drawn), rng("kept")) if first else None,
    )


def _changes(before: Arm | None, drawn: Drawn, rng: Rng) -> dict[Metric, Interval]:
    if before is None:
        return {}
    return _known({metric: change(before.part("held_out"), drawn, metric, rng) for metric in METRICS})


def _plain(drawn: Drawn) -> dict[tuple[str, int], Candidate]:
    return {key: picture.candidate for key, picture in drawn.items()}


def _known(figures: Mapping[Metric, Interval | None]) -> dict[Metric, Interval]:
    return {metric: figure for metric, figure in figures.items() if figure is not None}


def _leak(arm: Arm, base: Arm, rng: Rng) -> Leak | None:
    plain = arm.part("plain")
    difference = change(base.part("plain"), plain, "clip_i", rng)
    asked_for = change(base.part("held_out"), arm.part("held_out"), "clip_i", rng)
    if difference is None:
        return None
    share = difference.value / asked_for.value if asked_for is not None and is_up(asked_for) else None
    return Leak(difference, share, sum(picture.copies for picture in plain.values()))
