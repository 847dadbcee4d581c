"""Starting a workspace twice opens the page that already runs, instead of a second one."""

import errno
import socket
import time
import webbrowser
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import write_whole

NOTE = "page.address"
PATIENCE = 20.0  # seconds that a starting page has to note its address


def note_address(workspace: Path, address: str) -> None:
    """Store the address of the page for later starts, without any token."""
    write_whole(workspace / NOTE, address.encode(), workspace)


def attach(workspace: Path, open_browser: bool) -> None:
    """Print the address of the running page and open it; refused if it does not answer."""
    address = _address(workspace)
    print(f"GAL Studio already runs for this workspace: {address}   (workspace {workspace})", flush=True)
    if open_browser:
        webbrowser.open(address)


def _address(workspace: Path) -> str:
    """The stored address, as soon as something listens there."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with suppress(OSError, ValueError):  # no file, no valid address, or no server
            address = (workspace / NOTE).read_text(encoding="utf-8").strip()
            host, _, port = address.removeprefix("http://").rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), timeout=2.0):
                return address
        time.sleep(0.1)
    raise StudioError(
        "Another GAL Studio uses this workspace but does not answer: end it, or choose another --workspace."
    )


def refuse_taken_port(host: str, port: int) -> None:
    """Refuse a port that another program uses, before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return  # the server reports what is wrong
            raise StudioError(
                f"The port {port} is used by another program: end it, or choose another port with --port."
            ) from error
