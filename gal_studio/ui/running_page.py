"""Starting a workspace twice opens the page that already runs; a page gets a port of its own."""

import errno
import os
import socket
import time
import webbrowser
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_plain
from gal_studio.state.files.content_store import write_whole
from gal_studio.ui.access.listening import Listening
from gal_studio.ui.window import NO_BROWSER, Window, open_window

NOTE = "page.address"
LONGEST = 1_000  # bytes of it
USUAL_PORTS = 1024  # the first port that programs of a person may take
MORE, HIGHEST = 20, 65535  # ports that are tried beside the usual one, and the last one there is
TIMEOUT = 20.0  # seconds that a starting page has to note its address


def note_address(workspace: Path, address: str) -> None:
    """Store the address of the page for later starts, without any token."""
    write_whole(workspace / NOTE, address.encode(), workspace)


class Show:
    """Shows the page once it answers: in a browser, in a window of its own, or not at all."""

    def __init__(
        self, address: str, workspace: Path, open_browser: bool, desktop: bool, link: str = ""
    ) -> None:
        """`link` is opened in place of the address, which is printed."""
        self.address, self._link = address, link or address
        self._workspace, self._open_browser, self._desktop = workspace, open_browser, desktop
        self._window: Window | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._window is not None:
            self._window.close()

    def until_closed(self) -> bool:
        """Show the page; True once its own window was closed, False if there is none to wait for."""
        if self._desktop:
            self._window = open_window(self._link, self._workspace)
            if self._window is not None and self._window.wait():
                return True
            if self._window is not None and not self._window.failed:
                return False  # a browser that runs already shows it
            why = NO_BROWSER if self._window is None else "The window could not be opened"
            print(f"{why}: the page opens in your browser.", flush=True)
        if self._open_browser or self._desktop:
            webbrowser.open(self._link)
        return False


def attach(workspace: Path, open_browser: bool, desktop: bool = False) -> None:
    """Print the address of the running page and open it; refused if it does not answer."""
    address = _address(workspace)
    print(f"GAL Studio already runs for this workspace: {address}   (workspace {workspace})", flush=True)
    with Show(address, workspace, open_browser, desktop) as show:
        show.until_closed()


def _address(workspace: Path) -> str:
    """The stored address, as soon as something listens there."""
    ends = time.monotonic() + TIMEOUT
    while time.monotonic() < ends:
        with suppress(OSError, ValueError):  # no file, no valid address, or no server
            address = read_plain(workspace / NOTE, LONGEST, follow=False).decode().strip()
            host, _, port = address.removeprefix("http://").rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), timeout=2.0):
                return address
        time.sleep(0.1)
    raise StudioError(
        "Another GAL Studio uses this workspace but does not answer: end it, or name another workspace "
        "with --workspace FOLDER."
    )


def with_usable_port(at: Listening) -> Listening:
    """Where the page can be: refused before anything is opened, such as for a port that is taken.

    With `or_next`, it is the first port that is not in use of `MORE` more.
    """
    last = min(at.port + MORE, HIGHEST) if at.or_next else at.port
    for port in range(at.port, last + 1):
        if _is_free(at.host, port):
            if port != at.port:
                print(f"The port {at.port} is used by another program: the page is at {port}.", flush=True)
            return replace(at, port=port)
    which = f"The port {at.port} is" if last == at.port else f"The ports {at.port} to {last} are"
    raise StudioError(f"{which} used by another program: end it, or choose another port with --port.")


def _is_free(host: str, port: int) -> bool:
    """Whether the page can be at this address; False if the port is taken, an error if it never can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            if os.name != "nt":  # there, it would share the port of another program
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        if error.errno == errno.EACCES and port >= USUAL_PORTS:
            raise StudioError(
                f"The system keeps port {port} for itself, or a firewall does ({error.strerror}): choose "
                "another port with --port."
            ) from error
        raise StudioError(
            f"The page cannot use {host}, port {port} ({error.strerror}): give an address of this computer "
            "with --host and a port from 1024 with --port."
        ) from error
    return True
