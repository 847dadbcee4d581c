"""Look at uploaded pictures before there is a project: of one color, near-copies, lost by the model.

These are warnings: every picture that can be read is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gal_studio.assets import load_presets, resolve_model
from gal_studio.core.models.names import checkpoint_name
from gal_studio.core.pictures.near_copies import (
    SIDE,
    Summary,
    dominant,
    groups_of_near_copies,
    is_one_colour,
    summarize,
)
from gal_studio.state.images.read import read_picture
from gal_studio.state.tables.reconstructions import Reconstruction
from gal_studio.studio.create.references import Picture, ReferenceDraft

ONE_COLOUR = "This image is one flat color and shows nothing. Choose another."
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


@dataclass(frozen=True)
class SetNotes:
    """Warnings about the pictures of one subject: one for each picture ("" for none), and one for all."""

    pictures: tuple[str, ...]
    whole: str = ""


def examine(picture: Picture) -> Examined:
    """Decode a picture and examine it."""
    read, notes = read_picture(picture)
    small = np.asarray(read.resize((SIDE, SIDE), Image.Resampling.BOX))
    return Examined(notes, is_one_colour(np.asarray(read)), read.size, summarize(small))


def notes_on(pictures: Sequence[Examined], names: Sequence[str]) -> SetNotes:
    """Warn of small pictures, those of one color, near-copies, and one that dominates; names in order."""
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
    return SetNotes(notes, _about_dominant(len(dominant(groups, len(pictures))), len(pictures)))


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
    return (*each, *filter(None, (warned.whole,)))


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
