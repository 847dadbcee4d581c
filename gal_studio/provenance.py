"""What made a result: the studio's version and commit, and the versions of the libraries."""

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gal_studio.version import __version__

LIBRARIES = (
    "torch", "torchvision", "diffusers", "transformers", "open_clip_torch", "peft", "accelerate",
    "scikit-learn", "gradio", "numpy", "pillow",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[1]


def library_versions() -> dict[str, str]:
    """The installed versions, read without importing the libraries."""
    return {name: _version(name) for name in LIBRARIES}


def made_by() -> dict[str, Any]:
    """Versions of the studio, of Python and of the libraries; `commit` is None outside of a checkout."""
    return {
        "gal_studio": __version__,
        "commit": commit(),
        "python": platform.python_version(),
        "libraries": library_versions(),
    }


@cache
def commit() -> str | None:
    """The commit of the checkout that this runs in, with `+changes` if files differ from it."""
    if not (ROOT / ".git").exists():
        return None
    git = ["git", "-C", str(ROOT)]
    try:
        found = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run(
            [*git, "status", "--porcelain", "--untracked-files=no"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip() + ("+changes" if changed.stdout.strip() else "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
