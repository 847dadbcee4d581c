"""A second start on the same workspace leads to the page that is open already, and disturbs nothing."""

import errno
import socket
import time
import webbrowser
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import write_whole

NOTE = "page.address"
PATIENCE = 20.0  # seconds for which a page that is just starting may take to say where it is


def note_address(workspace: Path, address: str) -> None:
    """Say where the page of this workspace is, for whoever starts it a second time. Holds no token."""
    write_whole(workspace / NOTE, address.encode(), workspace)


def attach(workspace: Path, open_browser: bool) -> None:
    """Say where the page of this workspace is open, and open it; a StudioError when it does not answer."""
    address = _address(workspace)
    print(f"GAL Studio has this workspace open already: {address}   (workspace {workspace})", flush=True)
    if open_browser:
        webbrowser.open(address)


def _address(workspace: Path) -> str:
    """The noted address, as soon as something listens there."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with suppress(OSError, ValueError):  # nothing noted, nothing there, or no address
            address = (workspace / NOTE).read_text(encoding="utf-8").strip()
            host, _, port = address.removeprefix("http://").rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), timeout=2.0):
                return address
        time.sleep(0.1)
    raise StudioError(
        "Another GAL Studio has this workspace but does not answer: end it, or start this one with another "
        "--workspace."
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port that something else listens on, before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return  # the server says what is wrong
            raise StudioError(
                f"The port {port} is taken by another program: end it, or choose another with --port."
            ) from error
