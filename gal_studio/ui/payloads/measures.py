"""The pictures of the benchmark as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from gal_studio.core.measures.pictures import MeasuredPicture, Part
from gal_studio.studio.views.json_types import PictureRef, version
from gal_studio.studio.views.measures import FullMeasures

_PARTS: tuple[Part, ...] = ("held_out", "accepted", "plain")


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


def sheet_payload(view: FullMeasures) -> Sheet:
    """The contact sheet of the test set."""
    drawn: dict[str, dict[str, dict[str, SheetPicture]]] = {}
    for picture in view.pictures:
        by_round = drawn.setdefault(picture.prompt_id, {}).setdefault(picture.round_id or "", {})
        by_round[str(picture.candidate.index)] = _picture(picture)
    return Sheet(
        tuple(
            SheetRow(part, prompt.prompt, drawn.get(prompt.id, {}))
            for part in _PARTS
            for prompt in view.all_prompts
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
