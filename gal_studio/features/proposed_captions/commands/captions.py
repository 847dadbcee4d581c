"""`gal-studio captions`: propose captions of images, in text files beside them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.features.proposed_captions.rules import proposed
from gal_studio.features.proposed_captions.server import CaptionServer
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.paths import is_companion, user_path
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.captions import ENDING, PICTURES, caption_beside
from gal_studio.studio.create.references import MASK_ENDING

Describe = Callable[[Image.Image, str], str]


def captions(
    pictures: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of images.")],
    by: Annotated[
        str,
        typer.Option(
            help="A vision-language model: a hub ID, a folder, or the http address of a local server."
        ),
    ],
    kind: Annotated[Kind, typer.Option(help="What they will train.")] = "object",
    trigger_word: Annotated[str, typer.Option(help="Is left out of the captions.")] = "",
    model: Annotated[str, typer.Option(help="The model's name on that server.")] = "",
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Send the images to a server outside of this network, too.")
    ] = False,
) -> None:
    """Propose a caption for each image without one, in a text file beside it.

    Read and correct them: they are used once you add images and files to a project. The surroundings are
    named, and the trigger word is left out: put it in yourself.
    """
    for name, text in propose(user_path(pictures), kind, describer(by, model, anywhere), trigger_word):
        print(f"{name}: {text}")


def describer(by: str, model: str = "", anywhere: bool = False) -> Describe:
    """What describes images: a server at an http address, or a model in this process."""
    if by.strip().startswith(("http:", "https:")):
        return CaptionServer(by.strip(), model, anywhere).describe
    from gal_studio.features.proposed_captions.engine import load_captioner

    return load_captioner(by, {}).describe


def propose(
    folder: Path, kind: Kind, describe: Describe, trigger_word: str = ""
) -> Sequence[tuple[str, str]]:
    """Write a proposal beside each image of a folder that has no caption; returns them by file name."""
    if not folder.is_dir():
        raise StudioError(f"There is no folder {folder}: check the path.")
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in PICTURES and not (is_companion(path) or path.name.endswith(MASK_ENDING))
    )
    if not found:
        raise StudioError(f"There are no images in {folder}: give the folder that holds them.")
    made = []
    for path in found:
        if caption_beside(path) is None:
            made.append((path.with_suffix(ENDING).name, propose_one(path, kind, describe, trigger_word)))
    return made


def propose_one(path: Path, kind: Kind, describe: Describe, trigger_word: str = "") -> str:
    """Write a proposal beside an image, and return it."""
    picture, _ = read_picture(path)
    text = proposed(describe(picture, find_taught(kind).question), trigger_word)
    with writing_beside(path.with_suffix(ENDING), path.parent) as file:
        file.write_text(f"{text}\n", encoding="utf-8")
    return text
