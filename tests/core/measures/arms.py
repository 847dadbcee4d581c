"""Arms of a test set, made from a table of likenesses and copies."""

from collections.abc import Sequence
from dataclasses import replace

from gal_studio.core.measures.compare import DrawnByKey
from gal_studio.core.measures.pictures import MeasuredPicture, Part
from gal_studio.core.measures.report import Arm, Report, beside_base, report
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import ASKED, CARRIES


def picture(
    likeness: float,
    prompt: float = 0.5,
    copy: bool = False,
    blank: bool = False,
    margin: float = 0.2,
    carries: float | None = None,
) -> MeasuredPicture:
    """One picture; a copy is as similar to the reference's prompt as to its own, others less.

    One with a margin above 0.1 is as asked.
    """
    reference = prompt if copy else prompt - margin
    scores = {ASKED: 0.1 if copy or margin <= 0.1 else 0.9}
    shown = Candidate(
        "c", "p", 0, 1, "image", prompt, reference,
        remark="flat" if blank else "",
        more_scores=scores if carries is None else {**scores, CARRIES: carries},
    )  # fmt: skip
    return MeasuredPicture("p", None, shown, likeness)


def drawn(pictures: Sequence[MeasuredPicture], seeds: int = 2) -> DrawnByKey:
    """Pictures of the prompts p0, p1, ... with some seeds each."""
    return {(f"p{place // seeds}", place % seeds): each for place, each in enumerate(pictures)}


def arm(
    name: str,
    held_out: Sequence[MeasuredPicture],
    before: str | None = None,
    plain: Sequence[MeasuredPicture] = (),
    accepted: Sequence[MeasuredPicture] = (),
) -> Arm:
    """An arm whose ID is its name, and None for the base model."""
    parts: dict[Part, DrawnByKey] = {
        "held_out": drawn(held_out, 1), "plain": drawn(plain, 1), "accepted": drawn(accepted)
    }  # fmt: skip
    identity = None if name == "Base model" else name
    own: dict[Part, DrawnByKey] = {
        part: {place: replace(one, round_id=identity) for place, one in found.items()}
        for part, found in parts.items()
    }
    return Arm(identity, name, before, own, True)


def reports(*arms: Arm) -> list[Report]:
    """The reports of some arms, the base model first."""
    known = {each.id: each for each in beside_base(arms)}
    return [
        report(
            each,
            known.get(each.before) if each.id else None,
            known.get(None),
            "style",
            _first(known, each),
        )
        for each in known.values()
    ]


def _first(known: dict[str | None, Arm], of: Arm) -> Arm | None:
    first = of
    while first.before in known and first.before is not None:
        first = known[first.before]
    return None if first is of else first
