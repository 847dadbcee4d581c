"""Whether a round's LoRA carries over to a fast model: the same prompts and seeds with and without it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gal_studio.core.intervals import FEWEST, Difference, Interval, is_down, is_up
from gal_studio.core.measures.compare import DrawnByKey, change, mean
from gal_studio.core.measures.pictures import SENSES, SHARES, Metric
from gal_studio.core.measures.report import Arm
from gal_studio.core.types import Kind
from gal_studio.core.words import percent

COMPARED: tuple[Metric, ...] = ("as_asked", "copies", "carries")


@dataclass(frozen=True)
class CarryOver:
    """A round with and without the fast `model`: means with their 95 % intervals, and paired differences.

    `changes` are the figures with the fast model less those without, paired by prompt and seed. `worse` are
    the figures that are clearly worse, so that the LoRA does not carry over; nothing is clear with fewer than
    six prompts. `counts` are the images, fast and without, that are as asked or copies, of so many pairs.
    """

    round: str
    name: str
    model: str
    kind: Kind
    fast: Mapping[Metric, Interval]
    full: Mapping[Metric, Interval]
    changes: Mapping[Metric, Difference]
    counts: Mapping[Metric, tuple[int, int, int]]

    @property
    def worse(self) -> tuple[Metric, ...]:
        """The figures that are clearly worse with the fast model."""
        return tuple(
            metric
            for metric, found in self.changes.items()
            if (is_up(found) if SENSES.get(metric, 1) < 0 else is_down(found))
        )

    @property
    def prompts(self) -> int:
        """The prompts that were compared."""
        return max((found.prompts for found in self.changes.values()), default=0)

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        known = [metric for metric, found in self.changes.items() if found.prompts >= FEWEST]
        told = "; ".join(self._words(metric) for metric in (self.worse or known))
        if self.worse:
            return (
                f"{self.name} does not work as well with {self.model}. {told[:1].upper()}{told[1:]}. "
                "Generate with the base model, or train longer."
            )
        if self.prompts < FEWEST:
            return (
                f"Too few prompts to tell whether {self.name} works with {self.model}: use at least {FEWEST}."
            )
        return f"{self.name} shows no clear loss with {self.model}: {told}."

    @property
    def plain(self) -> str:
        """What was found, in counts of images; the sentence where it has no figures."""
        if self.prompts < FEWEST:
            return self.sentence
        told = " ".join(self._count(metric) for metric in self.worse or self.counts)
        if self.worse:
            return (
                f"{self.name} does not work as well with {self.model}. {told} "
                "Generate with the base model, or train longer."
            )
        return f"{self.name} shows no clear loss with {self.model}. {told}"

    def _count(self, metric: Metric) -> str:
        if metric == "carries":
            return f"Its images show less of the {self.kind} than with the base model."
        fast, full, pairs = self.counts[metric]
        what = "match the prompt" if metric == "as_asked" else "are copies"
        return f"{fast} of {pairs} images {what}, {full} with the base model."

    def _words(self, metric: Metric) -> str:
        found = self.changes[metric]
        names = {"as_asked": "prompt match", "copies": "copies", "carries": f"{self.kind} match"}
        return (
            f"{names[metric]} {percent(self.fast[metric].value)} instead of "
            f"{percent(self.full[metric].value)} with the base model ({_points(found.value)} points, 95% "
            f"interval {_points(found.low)} to {_points(found.high)})"
        )


def carry_over(fast: Arm, full: Arm, model: str, kind: Kind) -> CarryOver | None:
    """Compare what a round drew with a fast model and without; None unless both drew the whole set."""
    if fast.id is None or not (fast.complete and full.complete):
        return None
    few, many = fast.part("held_out"), full.part("held_out")
    changes = {metric: found for metric in COMPARED if (found := change(many, few, metric)) is not None}
    return CarryOver(
        fast.id,
        fast.name,
        model,
        kind,
        _means(few, changes),
        _means(many, changes),
        changes,
        {metric: _count(few, many, metric) for metric in changes if metric in SHARES},
    )


def _means(drawn: DrawnByKey, metrics: Iterable[Metric]) -> Mapping[Metric, Interval]:
    return {metric: found for metric in metrics if (found := mean(drawn, metric)) is not None}


def _count(few: DrawnByKey, many: DrawnByKey, metric: Metric) -> tuple[int, int, int]:
    """The images of both of which the metric is true, and in how many pairs both are known."""
    pairs = [(few[key].figures[metric], many[key].figures[metric]) for key in few.keys() & many.keys()]
    known = [(fast, full) for fast, full in pairs if fast is not None and full is not None]
    return sum(fast > 0 for fast, _ in known), sum(full > 0 for _, full in known), len(known)


def _points(share: float) -> str:
    return f"{100 * share:+.0f}".replace("-", "−").replace("+0", "0").replace("−0", "0")
