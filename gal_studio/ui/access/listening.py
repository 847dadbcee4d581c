"""Where the page is and who reaches it, and what a start is refused for; nothing heavy is imported for it."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.own_folder import check_own, check_writable
from gal_studio.state.files.paths import user_path
from gal_studio.ui.access.credentials import TOKEN, Credentials, read_credentials
from gal_studio.ui.access.origins import is_loopback

AUTH_VARIABLE = "GAL_STUDIO_AUTH"
PORT = 7860
"""Gradio's own, which other programs for images use as well."""


@dataclass(frozen=True)
class Listening:
    """Where the page is, and who reaches it.

    `other_names` are the host names that a proxy or a DNS server has for this machine. `behind_proxy`
    believes a proxy on this machine who its clients are, and `root_path` is where that proxy serves the
    studio. `programs` lets programs of other machines use the named endpoints, as those of this machine may.
    `or_next` takes one of the ports after `port` if that is used by another program.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    or_next: bool = False
    other_names: tuple[str, ...] = ()
    behind_proxy: bool = False
    root_path: str = ""
    programs: bool = False


def check_start(workspace: Path, at: Listening, auth: str | None) -> Path:
    """Refuse an unsafe start, or one in a folder of somebody else; the whole path of the workspace."""
    credentials_for(at, os.environ.get(AUTH_VARIABLE) if auth is None else auth)
    checked_root_path(at.root_path)
    workspace = user_path(workspace).absolute()
    check_writable(workspace)
    check_own(workspace)
    return workspace


def checked_root_path(given: str) -> str:
    """The path without a slash at its end; "" for the root. Refused unless it is a plain path."""
    path = given.strip().rstrip("/")
    if path and not re.fullmatch(r"(/[\w.~-]+)+", path):
        raise StudioError(f"The root path {given!r} is not a path: write it like --root-path /studio.")
    return path


def credentials_for(at: Listening, auth: str | None) -> Credentials | None:
    """The credentials; None if only this machine has access. Required if other machines have."""
    if auth is not None:
        return read_credentials(auth)  # refuses an empty one, such as that of an unset variable
    if is_loopback(at.host) and not at.other_names and not at.behind_proxy:
        return None
    through = " through the proxy" if at.behind_proxy else ""
    raise StudioError(
        f"Other machines can reach {at.host!r}{through}, so a sign-in is required: give --auth "
        f"USER:PASSWORD, --auth {TOKEN} (which prints a token), or {AUTH_VARIABLE}."
    )
