"""Which round is best and why, and what is wrong with a round, in sentences that a layperson understands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from gal_studio.core.intervals import Interval, is_down, is_up
from gal_studio.core.measures.report import Report

LEAKS_FROM = 0.5
"""A leak is told from this share of the asked-for likeness on."""
COPIES_FROM = 1 / 3
"""The share of copies from which a first round is said to copy."""
Lead = Callable[[Report, Report], Interval | None]
"""How much more the first of two rounds has gained than the second, paired by prompt and seed."""


@dataclass(frozen=True)
class Caution:
    """Something wrong with a round, in words."""

    round_id: str
    kind: Literal["overfit", "leak"]
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """The best round (None: there is none) and why, in words."""

    best: str | None
    sentence: str


def find_best(reports: Sequence[Report], base: Report | None, lead: Lead) -> Verdict:
    """The round that gained most over the base model, and how sure that is."""
    trained = [each for each in reports if each.arm.id is not None and each.gain is not None]
    if base is None or not trained:
        return Verdict(None, "")
    ranked = sorted(trained, key=_by_gain)
    best = ranked[0]
    if best.gain is None or best.gain.value <= 0:
        return Verdict(None, _nothing_gained(best))
    return Verdict(best.arm.id, f"{_praise(best, reports)} {_standing(best, ranked[1:], lead)}")


def _by_gain(report: Report) -> tuple[float, str]:
    return (-report.gain.value if report.gain else 0.0), report.arm.name


def _nothing_gained(best: Report) -> str:
    return (
        f"No round is better than the base model yet. {best.arm.name} comes closest: "
        f"{_shown(best)}, but on the whole they are no closer to the reference than the base model’s."
    )


def _shown(report: Report) -> str:
    return f"{report.count('success')} of {report.pictures} pictures show what was asked for"


def _praise(best: Report, reports: Sequence[Report]) -> str:
    before = next((each for each in reports if each.arm.id == best.arm.before), None)
    earlier = (
        f" ({before.arm.name}: {before.count('success')})" if before and before.arm.id is not None else ""
    )
    closer = "these are clearly closer" if is_up(best.gain) else "these seem closer"
    return f"{_shown(best)}{earlier}, and {closer} to the reference than what the base model draws."


def _standing(best: Report, others: Sequence[Report], lead: Lead) -> str:
    if not others:
        return "It is the only round that is measured so far."
    second = others[0]
    if is_up(lead(best, second)):
        return f"{second.arm.name} comes second, clearly behind."
    return f"{second.arm.name} is so close behind that it may be chance: a larger test set would tell."


def find_warnings(reports: Sequence[Report], called: str) -> tuple[Caution, ...]:
    """Overfitting and leaking rounds; `called` are the words that call the style or the object."""
    found = []
    for each in reports:
        if each.arm.id is None:
            continue
        before = next((other for other in reports if other.arm.id == each.arm.before), None)
        for kind, sentence in (("overfit", _overfits(each, before)), ("leak", _leaks(each, called))):
            if sentence:
                found.append(Caution(each.arm.id, kind, sentence))  # type: ignore[arg-type]
    return tuple(found)


def _overfits(report: Report, before: Report | None) -> str:
    """Copies or likeness rise while prompts are followed less; a first round is told by its copies."""
    if before is None:
        return ""
    copies, name = report.count("copies"), report.arm.name
    if before.arm.id is None:
        if copies < COPIES_FROM * report.pictures:
            return ""
        return (
            f"{name} shows the reference in {copies} of {report.pictures} pictures, although something "
            "else was asked for. Accept pictures that show what was asked for, or train with fewer steps."
        )
    changes = report.changes
    if not is_down(changes.get("clip_t")) or not (
        is_up(changes.get("copies")) or is_up(changes.get("clip_i"))
    ):
        return ""
    return (
        f"{name} learned the reference by heart: its pictures follow their prompts less than those of "
        f"{before.arm.name}, and {copies} of {report.pictures} show the reference (before: "
        f"{before.count('copies')}). Go back to {before.arm.name} and branch from there, or train with fewer "
        "steps."
    )


def _leaks(report: Report, called: str) -> str:
    leak = report.leak
    if leak is None or not is_up(leak.difference):
        return ""
    if leak.share is not None and leak.share < LEAKS_FROM:
        return ""
    much = "as much as with them"
    if leak.share is not None and leak.share < 0.95:
        much = f"{round(100 * leak.share)} % as much as with them"
    return (
        f"{report.arm.name} leaks: without the words “{called}” its pictures come closer to the reference "
        f"too, {much}. Train with fewer steps or a lower learning rate if you want to draw other things too."
    )
