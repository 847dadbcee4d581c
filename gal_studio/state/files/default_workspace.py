"""The folder that the page, the commands and their workers use if nobody names another."""

from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.own_folder import DATABASE
from gal_studio.state.files.paths import home_folder

NAME = "GAL Studio"
"""In the home folder: seen by whoever looks for their images, not synchronized by a cloud as documents often
are, open to programs on a Mac, and not the name of a clone of the program."""
BEFORE = "gal-studio"
"""Its name in versions before: also what a clone of the program is called."""
TOLD = ".told"
"""An empty file in it: where new workspaces are was said."""


def default_workspace() -> Path:
    """`GAL Studio` in the home folder, or the workspace of a version before if there is no new one.

    Refused for a user without a home folder.
    """
    home = home_folder()
    if home is None:
        raise StudioError("This user has no home folder: name a folder with --workspace FOLDER.")
    new, before = home / NAME, home / BEFORE
    return before if is_workspace(before) and not is_workspace(new) else new


def is_workspace(folder: Path) -> bool:
    """Whether a folder has projects of the studio, as far as can be seen without opening its database."""
    return (folder / DATABASE).is_file()


def said_of(folder: Path) -> str:
    """What to tell whoever starts with the default workspace: that it is one of a version before, or "".

    "" also where `note_told` has noted that it was said.
    """
    if folder.name != BEFORE or (folder / TOLD).exists():
        return ""
    return (
        f"Your projects are in {folder}, as before. New workspaces are in {folder.with_name(NAME)}: to move "
        "yours, rename the folder while GAL Studio is closed."
    )


def note_told(folder: Path) -> None:
    """Note that `said_of` was said, which is not said again; where that fails, it is."""
    with suppress(OSError):
        (folder / TOLD).touch()
