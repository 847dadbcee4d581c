"""A window of its own: an installed browser of the Chromium family without its bars."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.paths import home_folder

BROWSER_VARIABLE = "GAL_STUDIO_BROWSER"
HANDED_OVER = 3.0  # seconds; a window that ends sooner was not opened, or belongs to another process
NO_BROWSER = "There is no Chromium, Chrome, Edge, Brave or Vivaldi for a separate window"
_COMMANDS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge",
    "microsoft-edge-stable", "brave-browser", "brave", "vivaldi", "vivaldi-stable", "chrome", "msedge",
)  # fmt: skip
_MAC = ("Google Chrome", "Chromium", "Microsoft Edge", "Brave Browser", "Vivaldi")
_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
    "BraveSoftware/Brave-Browser/Application/brave.exe",
    "Chromium/Application/chrome.exe",
    "Vivaldi/Application/vivaldi.exe",
)


class Window:
    """A window on an address, in a process that ends when the window is closed."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process, self._opened = process, time.monotonic()

    def wait(self) -> bool:
        """Wait until it is closed; False if it was not this process that showed the window."""
        self._process.wait()
        return time.monotonic() - self._opened > HANDED_OVER

    @property
    def failed(self) -> bool:
        """Whether the process has ended with an error, such as a browser without a screen."""
        return bool(self._process.returncode)

    def close(self) -> None:
        """Close it, if it is open."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)


def open_window(address: str, workspace: Path) -> Window | None:
    """Open a window; None if nothing here can show one."""
    command = window_command(address, workspace)
    if command is None:
        return None
    quiet = subprocess.DEVNULL
    try:
        return Window(subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet))
    except OSError:
        return None


def window_command(address: str, workspace: Path) -> list[str] | None:
    """The command that shows the address in a window of its own.

    The browser gets a profile for each workspace: with the user's own, a browser that runs already would show
    the window, and nobody could tell when it is closed.
    """
    browser = find_browser()
    if browser is None:
        return None
    profile = _cache() / "windows" / hashlib.sha256(str(workspace).encode()).hexdigest()[:16]
    return [
        browser,
        f"--app={address}",
        f"--user-data-dir={profile}",
        "--window-size=1440,960",
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-background-mode",
    ]


def find_browser() -> str | None:
    """An installed browser of the Chromium family; the variable GAL_STUDIO_BROWSER names another."""
    named = os.environ.get(BROWSER_VARIABLE)
    if named:
        if shutil.which(named) is None:
            raise StudioError(
                f"{BROWSER_VARIABLE} names {named!r}, which is not a program: correct or unset it."
            )
        return shutil.which(named)
    return next((str(found) for found in _browsers() if found), None)


def _browsers() -> Iterator[str | Path | None]:
    if sys.platform == "darwin":
        for folder in (Path("/Applications"), _home() / "Applications"):
            for name in _MAC:
                yield _file(folder / f"{name}.app" / "Contents" / "MacOS" / name)
    if os.name == "nt":
        for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            for name in _WINDOWS:
                yield _file(Path(os.environ[variable], name)) if os.environ.get(variable) else None
    yield from (shutil.which(name) for name in _COMMANDS)


def _home() -> Path:
    """The home folder, or for a user without one the folder of temporary files."""
    return home_folder() or Path(tempfile.gettempdir())


def _file(path: Path) -> Path | None:
    return path if path.is_file() else None


def _cache() -> Path:
    """The folder for what a program can make again."""
    if sys.platform == "darwin":
        return _home() / "Library" / "Caches" / "gal-studio"
    given = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return Path(given or _home() / ".cache") / "gal-studio"
