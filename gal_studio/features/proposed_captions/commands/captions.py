"""`gal-studio captions`: propose captions of images, in text files beside them."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from gal_studio.causes import missing
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import counted
from gal_studio.features.proposed_captions.rules import NoCaptionError, proposal
from gal_studio.features.proposed_captions.server import KEY_VARIABLE, CaptionServer
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.paths import user_path
from gal_studio.state.images.folder import left_out
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.captions import caption_beside, caption_file, pictures_in, shared_captions

Describe = Callable[[Image.Image, str], str]


class PictureError(StudioError):
    """An image that cannot be read; others may be."""


def captions(
    pictures: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of images.")],
    by: Annotated[
        str,
        typer.Option(
            help="The http address of a local server that has a vision-language model (its key is the "
            f"variable {KEY_VARIABLE})."
        ),
    ],
    kind: Annotated[Kind, typer.Option(help="What the images will train: style or object.")] = "object",
    trigger_word: Annotated[str, typer.Option(help="Trigger word to leave out of captions.")] = "",
    model: Annotated[str, typer.Option(help="The model's name on that server.")] = "",
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Send the images to a server outside of this network, too.")
    ] = False,
) -> None:
    """Propose a caption for each image without one, in a text file beside it.

    Read and correct them: they are used once you add images and files to a project. The surroundings are
    named, and the trigger word is left out: put it in yourself.
    """
    propose(user_path(pictures), kind, describer(by, model, anywhere), trigger_word, print)


def describer(by: str, model: str = "", anywhere: bool = False) -> Describe:
    """What describes images: the server at an http address."""
    return CaptionServer(by.strip(), model, anywhere).describe


def propose(
    folder: Path,
    kind: Kind,
    describe: Describe,
    trigger_word: str = "",
    told: Callable[[str], None] = lambda _: None,
) -> Sequence[tuple[str, str]]:
    """Write a proposal beside each image of a folder that has no caption; returns them by file name.

    Each is `told` once it is written, and at the end what was left out. An image that cannot be read, or for
    which the model gives no caption, is named in the refusal that follows: the others come first.
    """
    if not os.path.isdir(folder):
        raise StudioError(missing(folder, "folder"))
    found = pictures_in(folder)
    others = left_out(folder)
    if not found:
        raise StudioError(
            f"There are no images in {folder}{others and f' ({others})'}: give the folder that holds them."
        )
    made, problems = [], []
    for path in found:
        if caption_beside(path) is not None:
            continue
        try:
            text = _propose_one(path, kind, describe, trigger_word)
        except (NoCaptionError, PictureError) as error:
            problems.append(f"{path.name}: {error}")
            told(in_lines(f"No caption for {problems[-1]}"))
            continue
        made.append((caption_file(path).name, text))
        told(in_lines(f"{made[-1][0]}: {made[-1][1]}"))
    for said in (*shared_captions(found), others and f"{others}."):
        if said:
            told(in_lines(said))
    if problems:
        raise StudioError(
            f"{counted(len(problems), 'image')} of {len(found)} got no caption, such as {problems[0]}"
        )
    return made


def _propose_one(path: Path, kind: Kind, describe: Describe, trigger_word: str) -> str:
    try:
        picture, _ = read_picture(path)
    except StudioError as error:
        raise PictureError(str(error)) from error
    made = proposal(describe(picture, find_taught(kind).question), trigger_word)
    with writing_beside(caption_file(path), path.parent) as file:
        file.write_text(f"{made}\n", encoding="utf-8")
    return made
