"""The history of a round's decisions, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gal_studio.core.decisions import CandidateState, Mark
from gal_studio.core.gal.reasons import short_names
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Author
from gal_studio.core.undo import Step


@dataclass(frozen=True)
class HistoryStep:
    """A step in words, such as "accept A drum, image 4"; one that does not stand can be redone."""

    id: int
    words: str
    time: float
    author: Author
    stands: bool


def decision_history(here: RoundSnapshot) -> tuple[HistoryStep, ...]:
    """The steps that stand, the oldest first, and then those that can be redone, the next one first."""
    steps = here.decided.history
    names = candidate_names(here) if steps else {}
    return tuple(
        HistoryStep(step.id, describe_step(step, names), step.time, step.author, step.stands)
        for step in steps
    )


def candidate_names(here: RoundSnapshot) -> dict[str, str]:
    """A short name of each candidate of a round, as in "A drum, image 4" or "A drum, your own image"."""
    heads = short_names(here.project.anchors)
    return {one.id: f"{heads[one.anchor_id]}, {one.number}" for one in here.tiles}


def describe_step(step: Step[Any], names: Mapping[str, str]) -> str:
    """What a step did: "accept A drum, image 4", "reject 2 images of A drum"."""
    if step.author == "sampler":
        return f"accept the suggestion ({_pictures(step, names)})"
    verbs = {_verb(step.before[name], after) for name, after in step.after.items()}
    various = "mark {}" if isinstance(next(iter(step.after.values())), Mark) else "decide on {}"
    verb = verbs.pop() if len(verbs) == 1 else various
    return verb.format(_pictures(step, names))


def _pictures(step: Step[Any], names: Mapping[str, str]) -> str:
    changed = [names.get(one, "an image") for one in step.after]
    if len(changed) == 1:
        return changed[0]
    heads = {one.rpartition(", image ")[0] for one in changed}
    of = heads.pop() if len(heads) == 1 else ""
    return f"{len(changed)} images of {of}" if of else f"{len(changed)} images"


_MARKS = {True: "mark {} as a copy", False: "mark {} as not a copy", None: "clear the mark of {}"}


def _verb(before: Any, after: CandidateState | Mark) -> str:
    if isinstance(after, Mark):
        return "let the mark of {} count" if before.copy == after.copy else _MARKS[after.copy]
    if after.verdict == "undecided":
        return "clear the decision on {}"
    if after.verdict == "rejected":
        return "reject {}"
    if before.verdict == "accepted" and before.weight != after.weight:
        return "let {} count as its round" if after.weight is None else f"let {{}} count {after.weight:g}"
    return "accept {}" if after.mask is None else "accept a part of {}"
