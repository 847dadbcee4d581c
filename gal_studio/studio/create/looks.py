"""Look at uploaded pictures before there is a project: near-copies, blur, borders, marks, lost by the model.

These are warnings: every picture that can be read is taken.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gal_studio.assets import load_presets, resolve_model
from gal_studio.core.models.names import checkpoint_name
from gal_studio.core.pictures.blemishes import (
    LEAST_SHARPNESS,
    LOOKED_AT,
    MARK_SIDE,
    Pixels,
    border,
    grey,
    is_one_view,
    mark,
    sharpness,
)
from gal_studio.core.pictures.near_copies import (
    SIDE,
    Summary,
    dominant,
    groups_of_near_copies,
    is_one_colour,
    summarize,
)
from gal_studio.core.words import listed
from gal_studio.state.images.read import read_picture
from gal_studio.state.tables.reconstructions import Reconstruction
from gal_studio.studio.create.references import Picture, ReferenceDraft

ONE_COLOUR = "This image is one flat color and shows nothing. Choose another."
MOST_NAMED = 5  # images by their names in a sentence
SMALL_EDGE = 64
"""Shorter sides in pixels are said to be small: half of what the bundled model draws."""
LOST_AGAIN = "Details are missing here, too."


@dataclass(frozen=True)
class Examined:
    """What is known of a picture without any model; `notes` say what storing it changes."""

    notes: tuple[str, ...]
    one_colour: bool
    size: tuple[int, int]
    """Width and height in pixels."""
    summary: Summary
    sharpness: float
    border: float
    shown: Pixels
    """Grey, with 256 pixels along the shorter side."""


@dataclass(frozen=True)
class SetNote:
    """A warning about some of the pictures of a subject, by their places."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class SetNotes:
    """Warnings about the pictures of one subject: one for each ("" for none), and those about several."""

    pictures: tuple[str, ...]
    several: tuple[SetNote, ...] = ()


def examine(picture: Picture) -> Examined:
    """Decode a picture and examine it."""
    read, notes = read_picture(picture)
    small = np.asarray(read.resize((SIDE, SIDE), Image.Resampling.BOX))
    looked_at = _reduced(read, min(LOOKED_AT, *read.size))
    return Examined(
        notes,
        is_one_colour(np.asarray(read)),
        read.size,
        summarize(small),
        sharpness(grey(looked_at)),
        border(looked_at),
        grey(_reduced(read, MARK_SIDE, 2 * MARK_SIDE)).astype(np.uint8),
    )


def _reduced(picture: Image.Image, side: int, most: int | None = None) -> Pixels:
    """The pixels of a picture whose shorter side has so many, and the other one at `most` so many."""
    width, height = (max(side, round(side * each / min(picture.size))) for each in picture.size)
    size = (min(width, most or width), min(height, most or height))
    return np.asarray(picture.resize(size, Image.Resampling.BOX))


def notes_on(pictures: Sequence[Examined], names: Sequence[str]) -> SetNotes:
    """Warn of small or blurred pictures, those of one color, near-copies, borders, marks, and one view.

    The names are in the order of the pictures.
    """
    groups = groups_of_near_copies([one.summary for one in pictures])
    first = {later: group[0] for group in groups for later in group[1:]}
    notes = tuple(
        ONE_COLOUR
        if one.one_colour
        else f"Nearly the same image as {names[first[place]]}: one of the two is enough."
        if place in first
        else _about_size(*one.size)
        if min(one.size) < SMALL_EDGE
        else ""
        for place, one in enumerate(pictures)
    )
    return SetNotes(notes, tuple(_about_several(pictures, dominant(groups, len(pictures)), set(first))))


def _about_several(
    pictures: Sequence[Examined], alike: Sequence[int], copies: Collection[int]
) -> Iterator[SetNote]:
    """One note for each thing that would be learned with what the pictures show; `copies` are of others."""
    count, places = len(pictures), tuple(range(len(pictures)))
    different = tuple(place for place in places if place not in copies)
    one_view = is_one_view([one.summary for one in pictures])
    if alike:
        yield SetNote(_about_dominant(len(alike), count), tuple(alike))
    elif one_view:
        yield SetNote(
            f"All {count} images show nearly the same view, which is learned, too: add images from other "
            "sides, or in other places.",
            places,
        )
    is_blurred = [one.sharpness < LEAST_SHARPNESS and min(one.size) >= SMALL_EDGE for one in pictures]
    if blurred := tuple(place for place in places if is_blurred[place]):
        them = "sharper ones" if len(blurred) > 1 else "a sharper one"
        yield SetNote(f"{_of(blurred, count)} blurred, and blur is learned: choose {them}.", blurred)
    if framed := tuple(place for place in places if pictures[place].border):
        yield SetNote(
            f"{_of(framed, count, 'has', 'have')} a border, which is learned: crop it away.", framed
        )
    shown = [] if one_view else [pictures[place].shown for place in different]
    if place := mark(shown):
        yield SetNote(_about_mark(place, _all(different, count)), different)


def _about_mark(place: str, images: str) -> str:
    """What is in the middle of all images may be their subject."""
    if place == "middle":
        return (
            f"The same lines are in the middle of {images}: remove them if they are a watermark. If they are "
            "your subject, its place is learned, too: add images where it is elsewhere."
        )
    return (
        f"The same mark, such as a watermark or a signature, is in the {place} of {images} and will be "
        "learned: crop or remove it."
    )


def _of(places: Sequence[int], count: int, one: str = "is", many: str = "are") -> str:
    """`1 of the 5 images is`, `The image is`."""
    if count == 1:
        return f"The image {one}"
    return f"{len(places)} of the {count} images {one if len(places) == 1 else many}"


def _all(places: Sequence[int], count: int) -> str:
    return f"all {count} images" if len(places) == count else f"{len(places)} of the {count} images"


def said_of(given: Sequence[ReferenceDraft]) -> tuple[str, ...]:
    """What the page shows of references, each sentence with the file's name: for the command line."""
    names = [
        f"Image {place}" if isinstance(one.picture, bytes) else Path(one.picture).name
        for place, one in enumerate(given, start=1)
    ]
    found = [examine(one.picture) for one in given]
    warned = notes_on(found, names)
    each = [
        f"{name}: {said}"
        for name, one, warning in zip(names, found, warned.pictures, strict=True)
        for said in (*one.notes, warning)
        if said
    ]
    return (*each, *(f"{note.text}{_listed(note, names)}" for note in warned.several))


def _listed(note: SetNote, names: Sequence[str]) -> str:
    """The names of the images that a note is about, in brackets; "" for all."""
    if len(note.places) == len(names):
        return ""
    shown = [names[place] for place in note.places[:MOST_NAMED]]
    more = len(note.places) - len(shown)
    return f" ({listed([*shown, *([f'{more} more'] if more else [])])})"


def _about_size(width: int, height: int) -> str:
    return (
        f"This image is only {width} x {height} px: it will be enlarged, and its blur counts, too. "
        f"Use one with at least {SMALL_EDGE} px on each side, better 512."
    )


def _about_dominant(alike: int, count: int) -> str:
    if not alike:
        return ""
    if alike == count:
        return (
            f"All {count} images are nearly the same, so that image would count most: keep one, "
            "and add different ones if you have them."
        )
    return (
        f"{alike} of the {count} images are nearly the same, so that image would count most: keep one of "
        "them."
    )


def reconstruction_warning(found: Reconstruction) -> str:
    """The warning that a model loses much of a picture; empty if it does not, or if nobody has looked."""
    if found.fidelity is None or not found.fidelity.is_poor:
        return ""
    name = short_model_name(found.base_model)
    return (
        f"This is how {name} sees it. Training cannot restore details that are missing here: use a "
        "larger model, or an image with bolder shapes."
    )


def lost_details(found: Sequence[Reconstruction]) -> str:
    """What no round brings back, where a model loses details of references; empty if it does not."""
    lost = next((one for one in found if reconstruction_warning(one)), None)
    if lost is None:
        return ""
    return (
        f"{short_model_name(lost.base_model)} cannot generate details as fine as your reference’s. No round "
        "brings them back: use a larger model, or bolder references."
    )


def short_model_name(base_model: str) -> str:
    """A short name of a base model: the title of its preset, or the last part of its path."""
    titles = {preset.base_model: preset.title for preset in load_presets()}
    one_file = checkpoint_name(base_model)
    if one_file is not None:
        return Path(one_file.file).stem
    return titles.get(base_model, base_model).split(" (")[0].rstrip("/").rsplit("/", 1)[-1] or "the model"


def edition(base_model: str) -> str:
    """Tells the weights of an autoencoder apart that go by one name: the size and time of its files."""
    one_file = checkpoint_name(base_model)
    folder = Path(resolve_model(base_model)) / "vae"
    files = [Path(one_file.file)] if one_file else sorted(folder.glob("*.safetensors"))
    found = [path.stat() for path in files if path.is_file()]
    return " ".join(f"{one.st_size}-{one.st_mtime_ns}" for one in found)
