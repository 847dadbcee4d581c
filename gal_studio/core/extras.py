"""How to install what only some need: the extras of `pyproject.toml`."""

import sys
from importlib.machinery import PathFinder


def is_installed(package: str) -> bool:
    """Whether a package is there, also where the engine hides it (`gal_studio.engine.hidden.reveal`)."""
    return PathFinder.find_spec(package) is not None


def how_to_install(extra: str) -> str:
    """The command that installs an extra into the environment of `launch.py`, from the studio's folder."""
    pip = r".venv\Scripts\pip" if sys.platform == "win32" else ".venv/bin/pip"
    return f'{pip} install -e ".[{extra}]"'
