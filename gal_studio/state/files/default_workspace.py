"""The folder that the page, the commands and their workers use if nobody names another."""

from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.own_folder import DATABASE
from gal_studio.state.files.paths import home_folder

NAME = "GAL Studio"
"""In the home folder: seen by whoever looks for their images, not synchronized by a cloud as documents often
are, open to programs on a Mac, and not the name of a clone of the program."""
BEFORE = "gal-studio"
"""Its name in versions before: also what a clone of the program is called."""


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
