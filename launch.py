"""`python3 launch.py` installs GAL Studio into `.venv` if needed, and opens it in the browser.

`python3 launch.py --repair` puts the PyTorch for this computer's graphics card in place of another one.
`python3 launch.py --check` also installs what the tests need, and runs the checks of a change;
`--check-all` runs the thorough ones too, and `--check --changed` those of what was changed alone.
"""

from __future__ import annotations  # so that an older Python reads this far, and says what it lacks

import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TO_RUN = (
    "gradio",
    "torch",
    "torchvision",
    "diffusers",
    "open_clip",
    "peft",
    "sklearn",
    "cv2",
    "typer",
)
NOT_INSTALLED = (
    "The installation failed; the lines above say why. Fix that, then run this again: what is there already "
    "is not fetched twice."
)
STOPPED = "The installation was stopped: run this again to finish it."
TOO_OLD = (
    f"This is Python {sys.version_info[0]}.{sys.version_info[1]}, and GAL Studio needs Python 3.11 or newer: "
    "start it with a newer one."
)
CUT_OFF = (
    "An update was cut off, or git is at work (.git/index.lock is there). If nothing is at work, delete that "
    "file, then run `git stash -u` and `git pull`. Projects are not touched by it."
)
TO_CHECK = (
    *("pytest", "hypothesis", "hatchling", "ruff", "mypy", "importlinter", "playwright"),
    *("gguf", "torchao", "bitsandbytes", "prodigyopt", "resvg_py", "scipy"),
)
FOR_CHECKS = "[test,gguf,memory,prodigy,tools]"
"""No test is skipped for a package that is missing."""


def has_all(modules: tuple[str, ...]) -> bool:
    """Whether this Python has these packages, and in versions that will do."""
    return all(importlib.util.find_spec(module) is not None for module in modules) and is_new_enough()


def is_new_enough() -> bool:
    """Whether all requirements are met: the environment of another program may have older packages."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python does run this
        return False
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return all(map(is_met, project["dependencies"]))


def is_met(requirement: str) -> bool:
    """Whether a requirement such as `gradio>=6.31,<7` is met here."""
    name, least, below = re.fullmatch(r"([\w.-]+)>=([\d.]+)(?:,<([\d.]+))?", requirement).groups()
    try:
        found = numbers(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return False
    return numbers(least) <= found and (below is None or found < numbers(below))


def numbers(version: str) -> tuple[int, ...]:
    """`2.15.0+cpu` as (2, 15, 0)."""
    return tuple(map(int, re.findall(r"\d+", version.partition("+")[0])[:3]))


def is_inside() -> bool:
    """Whether this Python is that of `.venv`."""
    return Path(sys.prefix).resolve() == ENVIRONMENT.resolve()


def prepare(checking: bool) -> int:
    """Install what is missing; the exit code, 0 if all is there."""
    return installing(lambda installer: installer.install(FOR_CHECKS if checking else ""))


def repair() -> int:
    """Put the right PyTorch in place of the one in the environment that the studio uses."""
    python = sys.executable if has_all(TO_RUN) else None
    return installing(lambda installer: installer.repair(python))


def installing(act: Callable[[ModuleType], None]) -> int:
    """Do something with the installer; the exit code, 2 with a sentence if that failed."""
    import installer

    try:
        act(installer)
    except installer.InstallError as error:
        print(error, file=sys.stderr)
        return 2
    except subprocess.CalledProcessError:
        print(NOT_INSTALLED, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(STOPPED, file=sys.stderr)
        return 130
    return 0


def start_again(command: list[str]) -> int:
    """Run the command in another Python; on POSIX in this process, so that Ctrl+C reaches it."""
    if os.name == "nt":
        return subprocess.call(command)
    os.execv(command[0], command)


def main() -> int:
    """Run the studio or its checks, in this Python if it has the packages, otherwise in `.venv`."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python does run this
        print(TOO_OLD, file=sys.stderr)
        return 2
    if (ROOT / ".git" / "index.lock").exists() and not is_inside():
        print(CUT_OFF, file=sys.stderr)
    if "--repair" in sys.argv[1:2]:
        return repair()
    checking = bool({"--check", "--check-all"}.intersection(sys.argv))
    if not has_all(TO_RUN + TO_CHECK if checking else TO_RUN):
        failed = prepare(checking)
        if failed:
            return failed
        if not is_inside():
            return start_again([str(PYTHON), str(ROOT / "launch.py"), *sys.argv[1:]])
    if checking:
        words = ["--all" if word == "--check-all" else word for word in sys.argv[1:] if word != "--check"]
        return subprocess.call([sys.executable, "-m", "tools.check", *words], cwd=ROOT)
    from gal_studio.cli import main as studio

    return studio()


if __name__ == "__main__":
    sys.exit(main())
