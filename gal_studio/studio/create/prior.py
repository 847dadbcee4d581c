"""Prior pictures of the user's own (Eq. G9): of other things, which the model is to keep as they are."""

from pathlib import Path

from PIL import Image

from gal_studio.causes import unread_folder
from gal_studio.core import checks
from gal_studio.core.entered import entered
from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import check_prompt
from gal_studio.core.references import LONGEST_PROMPT, Prompts
from gal_studio.state.images.folder import is_picture, left_out
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.caption_lists import repeated_folders, unread_beside
from gal_studio.studio.create.captions import caption_beside
from gal_studio.studio.create.references import Picture

MOST_PRIOR_PICTURES = 1000
BLANK = 8
"""The largest difference of a channel's values in a picture that counts as blank."""


def read_prior(picture: Picture, place: int) -> Image.Image:
    """Decode a prior picture; a blank one is refused, since it would teach blank pictures."""
    name = f"{Path(picture).name!r}" if isinstance(picture, str | Path) else str(place)
    try:
        read = read_picture(picture)[0].convert("RGB")
    except StudioError as error:
        raise StudioError(f"Regularization image {name}: {error}") from error
    if all(high - low <= BLANK for low, high in read.getextrema()):  # type: ignore[misc]
        raise StudioError(f"The regularization image {name} is blank: choose one that shows its prompt.")
    return read


def check_prior_prompt(prompt: str, prompts: Prompts) -> str:
    """Tidy the prompt of a prior picture; refuse one that asks for what the project is to learn."""
    tidied = check_prompt(entered(prompt))
    checks.text("The prompt of a regularization image", tidied, LONGEST_PROMPT)
    if named := prompts.taught.called_in(prompts, tidied):
        raise StudioError(
            f"The prompt {tidied!r} of a regularization image names {named[0]!r}, which the project is to "
            "train: write what the base model understands."
        )
    return tidied


def prior_folder(folder: Path) -> tuple[tuple[Path, str], ...]:
    """The pictures of a folder, and of kohya's folders in it, each with its prompt beside it."""
    try:
        pictures = [
            path
            for place in (folder, *repeated_folders(folder))
            for path in sorted(place.iterdir())
            if is_picture(path)
        ]
    except OSError as error:
        raise StudioError(unread_folder(folder, error, "folder of regularization images")) from error
    if not pictures:
        others = left_out(folder)
        raise StudioError(
            f"The folder {folder} has no regularization images{others and f' ({others})'}: put PNG, JPEG or "
            "WebP files there."
        )
    return tuple((picture, _caption(picture)) for picture in pictures)


def _caption(picture: Path) -> str:
    caption = caption_beside(picture)
    if not caption:
        raise StudioError(
            f"The regularization image {picture.name} has no prompt{unread_beside(picture)}: write what it "
            f"shows into {picture.stem}.txt beside it."
        )
    return caption
