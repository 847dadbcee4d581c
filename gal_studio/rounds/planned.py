"""Which candidates a round draws: as many for each prompt, or as a race chooses them (Eq. G20)."""

import functools
import math
from collections.abc import Sequence

from gal_studio.core.copy_chance import moved
from gal_studio.core.gal.allocation import Course, Place, Race, Standing, first_indices, stand, useful
from gal_studio.core.gal.recipes import candidate_recipe
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import GenerationSettings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import CHANCE, Anchor, Candidate
from gal_studio.rounds.lineage import drawn, pool

MOST_OF_ONE = 1000  # pictures of a prompt
MORE = 3  # pictures of a prompt that one click asks for
Drawn = tuple[tuple[str, int, float | None], ...]  # anchor, index, p(copy)


def most_pictures(settings: GenerationSettings, prompts: int) -> int:
    """How many candidates a round of so many test prompts draws, in a race at most: one of each at least."""
    every = settings.candidates * prompts
    return every if settings.allocation == "fixed" else max(prompts, math.ceil(settings.budget * every))


def is_race(here: RoundSnapshot) -> bool:
    """Whether a race chooses the pictures of a round.

    A refinement draws those of the round it refines, and one without training has no strengths to race over.
    """
    return here.settings.generation.allocation == "race" and here.round.kind == "fine_tune"


def missing(here: RoundSnapshot) -> tuple[tuple[Anchor, int], ...]:
    """The candidates that a round draws next, as (anchor, index): in a race those of its stage (Eq. G20).

    Empty when the round is done.
    """
    there, anchors = drawn(here), {anchor.id: anchor for anchor in here.project.anchors}
    return tuple(
        (anchors[anchor], index)
        for anchor, index in dict.fromkeys((*_by_rule(here), *here.record.asked))
        if (anchor, index) not in there
    )


def left(here: RoundSnapshot) -> int:
    """How many candidates are to be drawn yet, in a race at most."""
    next_ones = missing(here)
    if not (next_ones and is_race(here)) or has_ended(here):
        return len(next_ones)
    budget = most_pictures(here.settings.generation, len(pool(here)))
    return max(len(next_ones), budget - len(drawn(here)))


def has_ended(here: RoundSnapshot) -> bool:
    """Whether the race of a round is over."""
    return here.record.race is not None and here.record.race.ended


def standing(here: RoundSnapshot) -> Standing:
    """Where the race of a round stands, by the chances before what was marked since it began.

    They are those of each picture alone, not as the round hears its detectors: that follows all pictures, and
    a race that goes on would stand elsewhere.
    """
    shift = 0.0 if here.record.race is None else here.record.race.shift
    drawn = [one for one in here.pictures.tiles if one.image and not one.own]
    seen = [(one.anchor_id, one.index, _chance(one, shift)) for one in drawn]
    anchors = tuple(anchor.id for anchor in pool(here))
    seed = named_seed(here.project.project.seed, "race", here.round.number)
    return _standing(anchors, tuple(sorted(seen)), here.strengths, _race(here, len(anchors)), seed)


def course(here: RoundSnapshot) -> Course:
    """How the race of a round ended."""
    at = standing(here)
    shift = 0.0 if here.record.race is None else here.record.race.shift
    return Course(shift, True, len(drawn(here)), len(pool(here)), len(at.settled), at.decided)


def more_of(here: RoundSnapshot, anchor_id: str, number: int = MORE) -> tuple[Place, ...]:
    """Further pictures of a test prompt, where clean ones are expected (Eq. G20)."""
    used = {index for anchor, index in (*drawn(here), *here.record.asked) if anchor == anchor_id}
    drawing = here.settings.generation
    most = min(MOST_OF_ONE, max(drawing.candidates, len(used) + number))
    indices = [index for index in range(most) if index not in used]
    strengths = [candidate_recipe(drawing, index).mean for index in range(most)]
    seen = {one.index: one.chance for one in here.groups.get(anchor_id, ()) if one.index < most}
    return tuple((anchor_id, index) for index in useful(seen, strengths, indices, clean=True)[:number])


def _by_rule(here: RoundSnapshot) -> Sequence[Place]:
    anchors = [anchor.id for anchor in pool(here)]
    if here.round.kind == "refine" and here.parent is not None and here.parent.record.race is not None:
        known = set(anchors)
        return sorted(
            (place for place in drawn(here.parent) if place[0] in known),
            key=lambda place: (anchors.index(place[0]), place[1]),
        )
    if not is_race(here):
        return [(one, index) for one in anchors for index in range(here.settings.generation.candidates)]
    if not has_ended(here):
        return standing(here).next
    there = [(one.anchor_id, one.index) for one in here.candidates]  # of some the picture may be lost
    new = set(anchors) - {anchor for anchor, _ in there}
    first = first_indices(here.strengths, _race(here, len(anchors)).first)
    return [*there, *((one, index) for one in anchors if one in new for index in first)]


def _race(here: RoundSnapshot, prompts: int) -> Race:
    drawing = here.settings.generation
    return Race(
        top_k=here.gal.top_k,
        budget=max(1, most_pictures(drawing, prompts)),
        confidence=drawing.confidence,
        rows=drawing.batch_size,
    )


def _chance(candidate: Candidate, shift: float) -> float | None:
    """p(copy) of a picture before marks of its own; None if it is blank."""
    if candidate.is_blank:
        return None
    if candidate.chance_by_detectors is None:
        return float(bool(candidate.overfit_by_detectors))
    return moved(candidate.more_scores[CHANCE], shift)


@functools.lru_cache(maxsize=32)  # a page asks again and again while a stage is drawn
def _standing(
    anchors: tuple[str, ...], seen: Drawn, strengths: tuple[float, ...], race: Race, seed: int
) -> Standing:
    pictures: dict[str, dict[int, float | None]] = {}
    for anchor, index, chance in seen:
        pictures.setdefault(anchor, {})[index] = chance
    return stand(anchors, pictures, strengths, race, seed)


def rule_words(here: RoundSnapshot) -> str:
    """Which rule chose the pictures of a round, in words; empty if that says nothing new."""
    if not here.candidates:
        return ""
    of = here.parent if here.round.kind == "refine" and here.parent is not None else here
    race, number = of.record.race, here.settings.generation.candidates
    if of != here and race is not None:
        return "The pictures that the round before drew."
    if race is None:
        wanted = here.project.project.settings.generation.allocation
        return f"{number} pictures of each test prompt." if wanted == "race" else ""
    if not race.ended:
        return "More pictures are drawn where it is not clear yet which prompts are most undecided."
    every = f"{race.pictures} of {number * race.prompts} pictures"
    if race.decided:
        return f"{every} were enough to tell which prompts are most undecided."
    return (
        f"{every}, all that were allowed, tell of {race.settled} in {race.prompts} prompts whether it is "
        "among the most undecided."
    )
