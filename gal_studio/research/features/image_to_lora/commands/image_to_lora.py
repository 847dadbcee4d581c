"""`gal-studio image-to-lora`: a LoRA out of images in one pass, to judge and to start rounds from."""

from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.terminal.printed import in_lines, note_left_out
from gal_studio.core.errors import StudioError
from gal_studio.json_files import open_plain
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.paths import user_path
from gal_studio.state.files.temporary import sweep
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.judged import pictures_of

MOST_IMAGES = 16


def image_to_lora(
    images: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder with one to 16 images.")],
    out: Annotated[Path, typer.Option(help="The LoRA to write, a .safetensors file.")],
    predictor: Annotated[
        str | None,
        typer.Option(help="The file that makes LoRAs (default: that of DiffSynth-Studio/Z-Image-i2L)."),
    ] = None,
    encoders: Annotated[
        str | None,
        typer.Option(
            help="The folder with SigLIP2-G384 and DINOv3-7B (default: the repository "
            "DiffSynth-Studio/General-Image-Encoders)."
        ),
    ] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda or mps (default: auto-detected).")] = None,
) -> None:
    """Make a style LoRA for Z-Image out of images, without training (Z-Image-i2L of DiffSynth-Studio)."""
    target = user_path(out)
    if target.suffix.lower() != ".safetensors":
        raise StudioError(f"The LoRA {out} is written as .safetensors: give --out a name that ends so.")
    if target.exists():
        raise StudioError(f"There is a file {out} already: give --out another name.")
    note_left_out(user_path(images))
    paths = pictures_of(user_path(images))
    if len(paths) > MOST_IMAGES:
        raise StudioError(f"{len(paths)} images are too many: choose the {MOST_IMAGES} most typical ones.")
    from gal_studio.engine.models.devices import choose_device
    from gal_studio.research.features.image_to_lora.engine import ENCODERS, PREDICTOR, write_image_lora

    make_folder(target.parent)
    sweep(target.parent, target.parent, _is_lora)
    read = [read_picture(path)[0] for path in paths]
    made_by = predictor or PREDICTOR, encoders or ENCODERS
    with writing_beside(target, target.parent) as path:  # a half would stand in the way of the next try
        rank = write_image_lora(read, path, choose_device(device), *made_by, title=target.stem)
    print(in_lines(f"{target.name}: a LoRA of rank {rank} for Z-Image, out of {len(paths)} images."))
    judge = f"gal-studio judge {out} --references {images} --trigger 'ink style' --out DIR"
    print(in_lines(f"What it copies, and how strong to use it, with words that call its style: {judge}"))


def _is_lora(path: Path) -> bool:
    """Whether a killed start of the command left this file, which begins like a LoRA, or is empty."""
    with open_plain(path, follow=False) as file:
        return file.read(9)[8:] in (b"", b"{")
