"""Which candidates a round draws: as many for each prompt, or those of the ladder."""

import functools
from collections.abc import Sequence
from dataclasses import replace

from gal_studio.core.copy_chance import moved
from gal_studio.core.denoising import Denoising
from gal_studio.core.gal.ladder import Ladder, RaceResult, Seen, at_turn
from gal_studio.core.gal.recipes import on_ladder
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import CHANCE, Anchor, PicturePlace
from gal_studio.core.utility import utility
from gal_studio.rounds.lineage import drawn, pool

MOST_OF_ONE = 1000  # pictures of a prompt
MORE = 3  # pictures of a prompt that one click asks for
Known = tuple[tuple[str, int, Seen | None], ...]  # anchor, index, what it says


def most_pictures(settings: Settings, prompts: int) -> int:
    """How many candidates a round of so many test prompts draws, on the ladder at most."""
    drawing = settings.generation
    if not on_ladder(settings):
        return drawing.candidates * prompts
    return _most_on_ladder(prompts, drawing.candidates, drawing.denoising)


@functools.cache  # asked with each keystroke in the form
def _most_on_ladder(prompts: int, most: int, steps: Denoising) -> int:
    return Ladder({str(order): order for order in range(prompts)}, most, steps).at_most({})


def is_ladder(here: RoundSnapshot) -> bool:
    """Whether the ladder chooses the pictures of a round.

    A refinement draws those of the round it refines, and one without training has no strengths.
    """
    return on_ladder(here.settings) and here.variant.tunes


def missing(here: RoundSnapshot) -> tuple[tuple[Anchor, int], ...]:
    """The candidates that a round draws next, as (anchor, index): on the ladder those of its part.

    Empty when the round is done.
    """
    there, anchors = drawn(here), {anchor.id: anchor for anchor in here.project.anchors}
    return tuple(
        (anchors[anchor], index)
        for anchor, index in dict.fromkeys((*_by_rule(here), *here.record.asked))
        if (anchor, index) not in there
    )


def left(here: RoundSnapshot) -> int:
    """How many candidates are to be drawn yet, on the ladder at most."""
    next_ones = missing(here)
    if not (next_ones and is_ladder(here)) or has_ended(here) or here.copy_detectors == "none":
        return len(next_ones)
    return max(len(next_ones), _ladder(here).at_most(_pictures(tuple(sorted(_known(here))))))


def has_ended(here: RoundSnapshot) -> bool:
    """Whether the ladder of a round is over."""
    return here.record.race is not None and here.record.race.ended


def course(here: RoundSnapshot) -> RaceResult:
    """How the ladder of a round ended."""
    shift = 0.0 if here.record.race is None else here.record.race.shift
    return RaceResult(shift, True, len(drawn(here)), len(pool(here)))


def more_of(here: RoundSnapshot, anchor_id: str) -> tuple[PicturePlace, ...]:
    """Further pictures of a test prompt: on the ladder near its own turn, otherwise the next ones."""
    used = {index for anchor, index in (*drawn(here), *here.record.asked) if anchor == anchor_id}
    if is_ladder(here):
        own = {index: seen for anchor, index, seen in _known(here) if anchor == anchor_id}
        rungs = _ladder(here).rungs
        return tuple((anchor_id, index) for index in at_turn(own, rungs, MORE, used))
    free = (index for index in range(MOST_OF_ONE) if index not in used)
    return tuple((anchor_id, index) for index, _ in zip(free, range(MORE), strict=False))


def _by_rule(here: RoundSnapshot) -> Sequence[PicturePlace]:
    anchors = [anchor.id for anchor in pool(here)]
    if here.refined and here.refined.record.race is not None:
        known = set(anchors)
        return sorted(
            (place for place in drawn(here.refined) if place[0] in known),
            key=lambda place: (anchors.index(place[0]), place[1]),
        )
    if has_ended(here):
        there = [(one.anchor_id, one.index) for one in here.candidates]  # of some the picture may be lost
        new = set(anchors) - {anchor for anchor, _ in there}
        return [*there, *(place for place in _ladder(here).first() if place[0] in new)]
    if is_ladder(here):
        return _next(_ladder_values(here), tuple(sorted(_known(here))))
    return [(one, index) for one in anchors for index in range(here.settings.generation.candidates)]


_Values = tuple[tuple[tuple[str, int], ...], int, Denoising, bool]


def _ladder_values(here: RoundSnapshot) -> _Values:
    drawing = here.settings.generation
    orders = tuple((anchor.id, anchor.order) for anchor in pool(here))
    return orders, drawing.candidates, drawing.denoising, here.copy_detectors == "none"


def _ladder(here: RoundSnapshot) -> Ladder:
    orders, most, steps, whole = _ladder_values(here)
    return Ladder(dict(orders), most, steps, whole)


def _known(here: RoundSnapshot) -> Known:
    """What the drawn pictures say, by chances before what was marked since the ladder began.

    They are those of each picture alone, not as the round hears its detectors: that follows all pictures, and
    a ladder that goes on would stand elsewhere.
    """
    shift = 0.0 if here.record.race is None else here.record.race.shift
    drawn = [one for one in here.pictures.tiles if one.image and not one.own]
    return tuple((one.anchor_id, one.index, _seen(replace(one, full=here.full), shift)) for one in drawn)


def _seen(candidate: Candidate, shift: float) -> Seen | None:
    """What a picture says before marks of its own; None if it is blank."""
    if candidate.is_blank:
        return None
    chance = float(bool(candidate.overfit_by_detectors))
    if candidate.chance_by_detectors is not None:
        chance = moved(candidate.more_scores[CHANCE], shift)
    return Seen(chance, utility(chance, candidate.asked, candidate.kept))


@functools.lru_cache(maxsize=32)  # a page asks again and again while a part is drawn
def _next(values: _Values, known: Known) -> tuple[PicturePlace, ...]:
    orders, most, steps, whole = values
    return Ladder(dict(orders), most, steps, whole).next(_pictures(known))


def _pictures(known: Known) -> dict[str, dict[int, Seen | None]]:
    pictures: dict[str, dict[int, Seen | None]] = {}
    for anchor, index, seen in known:
        pictures.setdefault(anchor, {})[index] = seen
    return pictures


def rule_words(here: RoundSnapshot) -> str:
    """Which rule chose the pictures of a round, in words; empty if that says nothing new."""
    if not here.candidates:
        return ""
    of = here.refined or here
    course, wanted = of.record.race, here.wanted_settings.generation.allocation
    if of != here and course is not None:
        return "The same images as in the previous round."
    if course is None:
        each = here.settings.generation.candidates
        return f"{each} images of each test prompt." if wanted == "ladder" else ""
    if not course.ended and here.copy_detectors != "none":
        return "More images are generated at the LoRA strengths at which most are good."
    return ""
