"""Step 3: compare rounds by what was measured."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.measures.pictures import MeasuredPicture, Part
from gal_studio.core.records.candidate import PictureRef, ShownPicture
from gal_studio.studio import Studio
from gal_studio.studio.views.measures import FullMeasures
from gal_studio.ui.payloads import Id
from gal_studio.ui.requests import Context, Requests

_PARTS: tuple[Part, ...] = ("held_out", "accepted", "plain")


@dataclass(frozen=True)
class SheetPicture(PictureRef):
    """A picture of the test set."""

    seed: str
    copy: bool
    blank: bool
    clip_t: float
    clip_i: float
    asked: Annotated[bool | None, Doc("Whether it shows what its prompt asks for; None if nobody knows.")]


@dataclass(frozen=True)
class SheetRow:
    """A prompt of the test set with its pictures by round ("" for the base model) and number of the seed.

    Those by a strength schedule stand under the round and the schedule in words, with "|" between.
    """

    part: Part
    prompt: str
    pictures: Mapping[str, Mapping[str, SheetPicture]]


@dataclass(frozen=True)
class Sheet:
    """The pictures of the test set: one row for each prompt of each part."""

    rows: tuple[SheetRow, ...]


def sheet_payload(view: FullMeasures) -> Sheet:
    """The contact sheet of the test set."""
    drawn: dict[str, dict[str, dict[str, SheetPicture]]] = {}
    reports = (*view.reports.values(), *(one for made in view.by_schedule.values() for one in made))
    counted = [picture for one in reports for picture in one.arm.part("held_out").values()]
    asked = {picture.candidate.id: picture.as_asked for picture in counted}
    for picture in view.pictures:
        recipe, by = picture.candidate.recipe, picture.round_id or ""
        place = by if recipe.is_as_trained else f"{by}|{recipe.brief}"
        by_round = drawn.setdefault(picture.prompt_id, {}).setdefault(place, {})
        by_round[str(picture.candidate.index)] = _picture(picture, asked.get(picture.candidate.id))
    return Sheet(
        tuple(
            SheetRow(part, prompt.prompt, drawn.get(prompt.id, {}))
            for part in _PARTS
            for prompt in view.all_prompts
            if prompt.part == part and prompt.id in drawn
        )
    )


def _picture(picture: MeasuredPicture, asked: bool | None) -> SheetPicture:
    candidate = picture.candidate
    return SheetPicture.of(
        candidate,
        seed=str(candidate.seed),
        copy=picture.copies,
        blank=candidate.is_blank,
        clip_t=round(candidate.similarity_anchor, 4),
        clip_i=round(picture.likeness, 4),
        asked=asked,
    )


REQUESTS = Requests("results")
REQUESTS.verbs("read", Studio.outcomes, only="rounds")


@dataclass(frozen=True)
class SameSeed:
    """The picture of one round for a prompt and a seed."""

    name: str
    picture: ShownPicture | None


@dataclass(frozen=True)
class SameSeeds:
    """The pictures of a number, and how many numbers have any."""

    rounds: tuple[SameSeed, ...]
    most: int


@REQUESTS.read
def same_seed(context: Context, project: Id, anchor: Id, index: int) -> SameSeeds:
    """The picture of each round of one number of a test prompt, and so of one seed and strength.

    `index` counts, from 0, the numbers that any round has: an adaptive one leaves some out. What most rounds
    have comes first.
    """
    shown = context.studio.store.snapshots.project(project)
    drawn = [
        {one.index: one for one in each.tiles if one.anchor_id == anchor and not one.own}
        for each in shown.shown
    ]
    counted = Counter(chain.from_iterable(drawn))
    numbers = sorted(counted, key=lambda number: (-counted[number], number))
    rows = []
    for each, by_number in zip(shown.shown, drawn, strict=True):
        found = by_number.get(numbers[index]) if index < len(numbers) else None
        picture = ShownPicture.of(found, prompt=shown.prompts[anchor]) if found else None
        rows.append(SameSeed(shown.names[each.id], picture))
    return SameSeeds(tuple(rows), len(numbers))


@REQUESTS.read
def test_pictures(context: Context, project: Id) -> Sheet:
    """The pictures of the test set."""
    return sheet_payload(context.views.measures(project))
