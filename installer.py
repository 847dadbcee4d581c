"""Install GAL Studio into `.venv`, with the PyTorch that suits this computer; `launch.py` uses it.

Nothing but the standard library is needed. Which PyTorch is taken:

- on a Mac, and on Linux with an NVIDIA card and a driver for CUDA 13: that of the ordinary registry;
- on Windows with an NVIDIA card, and with an older card or driver: that of PyTorch's own index for the card;
- on Linux without an NVIDIA card: that for processors, which is a tenth of the size, from the same index;
- where that index cannot be reached, or has no pair that will do: that of the ordinary registry.

Linux without a card and without PyTorch's index was tried as it is. The rest is known from tests alone
(tests/test_installer.py): cards from recorded answers of `nvidia-smi`, PyTorch's index from a made-up one,
Windows and macOS from what would be chosen there.
"""

import errno
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
INDEX = os.environ.get("GAL_STUDIO_TORCH_INDEX") or "https://download.pytorch.org/whl"
"""PyTorch's own index of its builds; the variable names a mirror of it."""
ANSWERS_IN = 8.0  # seconds for a page of it
GIGABYTE = 10**9


class InstallError(Exception):
    """The installation cannot go on; one sentence says why, and what to do."""


@dataclass(frozen=True)
class Card:
    """An NVIDIA card. `driver` is the number before the first dot; `capability` is 0 if it is not known."""

    name: str
    driver: int
    capability: float


@dataclass(frozen=True)
class Build:
    """A build of PyTorch for CUDA: the oldest driver, and the compute capabilities that it is made for."""

    name: str
    driver: int
    least: float
    below: float = 1000.0

    def suits(self, card: Card) -> bool:
        """Whether it runs on the card; of one whose capability is not known, the driver decides."""
        is_made_for = not card.capability or self.least <= card.capability < self.below
        return card.driver >= self.driver and is_made_for


BUILDS = (Build("cu132", 595, 7.5), Build("cu130", 580, 7.5), Build("cu126", 525, 5.0, 10.0))
"""Newest first. CUDA 13 knows cards from the RTX 20 on, CUDA 12.6 those from the GTX 900 to the RTX 40."""


@dataclass(frozen=True)
class Choice:
    """Which builds to look for, the best one first; none is the ordinary registry's. `words` say why."""

    builds: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Source:
    """Where PyTorch comes from: an index, or "" for the ordinary registry; and its sizes in bytes."""

    index: str
    download: int
    disk: int


# --- what this computer has


def find_card() -> Card | None:
    """The first NVIDIA card, as its driver's tool `nvidia-smi` reports it; None if there is none."""
    tool = shutil.which("nvidia-smi")
    for fields in ("name,driver_version,compute_cap", "name,driver_version"):  # old tools lack the last
        if tool is None:
            break
        command = [tool, f"--query-gpu={fields}", "--format=csv,noheader"]
        with suppress(OSError, subprocess.SubprocessError):
            done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
            if (card := read_card(done.stdout)) is not None:
                return card
    return None


def read_card(lines: str) -> Card | None:
    """The card in the first line of a table of name, driver and perhaps compute capability."""
    cells = [cell.strip() for cell in (lines.splitlines() or [""])[0].split(",")]
    driver = re.match(r"\d+", cells[1]) if len(cells) > 1 else None
    if driver is None:
        return None
    known = len(cells) > 2 and re.fullmatch(r"\d+\.\d+", cells[2])
    return Card(cells[0], int(driver[0]), float(cells[2]) if known else 0.0)


def choose(card: Card | None, system: str = sys.platform) -> Choice:
    """Which PyTorch a computer with this card needs; `system` as `sys.platform` names it."""
    if system == "darwin":
        return Choice((), "PyTorch for this Mac.")
    without = () if system == "win32" else ("cpu",)
    if card is None:
        return Choice(without, "No NVIDIA card was found: PyTorch for the processor.")
    named = f"{card.name}, driver {card.driver}"
    builds = tuple(build.name for build in BUILDS if build.suits(card))
    if not builds:
        return Choice(
            without,
            f"{named}: there is no PyTorch for it any more, so that the studio will use the processor. If "
            "the card is an RTX 20 or newer, update its driver, then run `launch.py --repair`.",
        )
    if system != "win32" and builds[0] in ("cu132", "cu130"):
        return Choice((), f"{named}: PyTorch for CUDA 13.")
    return Choice(builds, f"{named}: PyTorch for CUDA.")


# --- where it is to be had


def find_source(choice: Choice) -> Source:
    """The first index that has what was chosen, or else the ordinary registry."""
    for build in choice.builds:
        index = f"{INDEX.rstrip('/')}/{build}"
        if all(_offers(index, name, least) for name, least in floors().items()):
            return source_of(index)
    return source_of("")


def source_of(index: str, system: str = sys.platform) -> Source:
    """An index with its sizes, all packages included: those with CUDA were measured on Linux."""
    with_cuda = "/cu" in index or (not index and system not in ("win32", "darwin"))
    download, disk = (3.4, 6.8) if with_cuda else (0.7, 2.0)
    return Source(index, int(download * GIGABYTE), int(disk * GIGABYTE))


def floors() -> dict[str, tuple[int, ...]]:
    """The oldest versions of torch and torchvision that will do, as `pyproject.toml` says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = (re.fullmatch(r"(torch|torchvision)>=([\d.]+)", one) for one in project["dependencies"])
    return {found[1]: _numbers(found[2]) for found in asked if found}


def _pair() -> list[str]:
    return [f"{name}>={'.'.join(map(str, least))}" for name, least in floors().items()]


def _offers(index: str, name: str, least: tuple[int, ...]) -> bool:
    """Whether the index has a wheel of this version or a later one for this Python and system."""
    try:
        with urllib.request.urlopen(f"{index}/{name}/", timeout=ANSWERS_IN) as page:
            text = urllib.parse.unquote(page.read().decode("utf-8", "replace"))
    except (OSError, ValueError):
        return False
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    wheel = re.compile(rf"\b{name}-([\d.]+)[^\s\"'<>]*?-{python}-{python}-([\w.]+)\.whl")
    return any(_numbers(version) >= least and _is_here(tag) for version, tag in wheel.findall(text))


def _is_here(tag: str) -> bool:
    """Whether a wheel's platform is this one."""
    machine = {"AMD64": "amd64", "ARM64": "arm64"}.get(platform.machine(), platform.machine())
    system = {"win32": "win", "darwin": "macosx"}.get(sys.platform, "linux")
    return system in tag and tag.endswith(machine)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


# --- installing


def install(extra: str = "") -> None:
    """Create `.venv` and install the studio into it, unless that is done already."""
    done, wanted = ENVIRONMENT / "installed.txt", wanted_mark(extra)
    is_inside = Path(sys.prefix).resolve() == ENVIRONMENT.resolve()
    if not is_inside and is_marked(done, wanted):
        return
    if not os.access(ENVIRONMENT if ENVIRONMENT.exists() else ROOT, os.W_OK):
        raise InstallError(
            f"GAL Studio installs itself into its own folder, and you may not write in {ROOT}: move or copy "
            "the folder to a place of yours, such as your home folder, and start it there."
        )
    with _stopped_in_order(), _only_one():
        if not is_inside and is_marked(done, wanted):
            return  # another start has done it meanwhile
        forget_unfinished()
        if has_torch():
            print("Updating what GAL Studio needs.", flush=True)
            source = source_of("")
        else:
            choice = choose(find_card())
            source = find_source(choice)
            _announce(choice, source)
        if not is_inside and not (has_pip() and _has_scripts()):
            _make_environment()
        if source.index:
            _install_torch(source)
        _pip_install("--editable", f"{ROOT}{extra}")
        done.write_text(wanted, encoding="utf-8")


def wanted_mark(extra: str = "") -> str:
    """What `.venv/installed.txt` says when all that `pyproject.toml` and the extras name is installed."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + extra.encode()).hexdigest()


def is_marked(done: Path, wanted: str) -> bool:
    """Whether an installation has come to its end."""
    return done.exists() and done.read_text(encoding="utf-8") == wanted


def has_pip() -> bool:
    """Whether `.venv` is complete: without Debian's python3-venv, it is left without pip."""
    quiet = subprocess.DEVNULL
    command = [str(PYTHON), "-m", "pip", "--version"]
    return PYTHON.exists() and subprocess.call(command, stdout=quiet, stderr=quiet) == 0


def _has_scripts() -> bool:
    """Whether `.venv` has what Python's `venv` writes last."""
    return (PYTHON.parent / "activate").exists()


def _make_environment() -> None:
    """Make `.venv`; one with packages in it keeps them, and gets what it lacks instead.

    `uv` makes none with pip, and a start that was killed leaves out what comes last.
    """
    if PYTHON.exists() and any(_described("*")):
        with suppress(subprocess.CalledProcessError):
            words = ["ensurepip"] if _has_scripts() else ["venv", str(ENVIRONMENT)]
            _run([str(PYTHON) if _has_scripts() else sys.executable, "-m", *words])
            return
    _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])


def _announce(choice: Choice, source: Source) -> None:
    """Say what will be fetched, how much it is and how long it takes; refused if the disk is too small."""
    free = shutil.disk_usage(ROOT).free
    if free < source.disk:
        raise InstallError(
            f"GAL Studio needs {_gigabytes(source.disk)} in {ROOT}, and {_gigabytes(free)} are free: free "
            "some space, or move the folder to a larger disk."
        )
    minutes = round(source.download * 8 / 50e6 / 60) + 2
    if choice.builds and not source.index:
        for_no_card = "the build with CUDA is installed, which is larger and works without a card."
        for_a_card = "the card will not be used yet; run `launch.py --repair` later."
        told = for_no_card if choice.builds == ("cpu",) else for_a_card
        print(f"PyTorch's index cannot be reached: {told}", flush=True)
    print(
        f"{choice.words}\nInstalling GAL Studio into {ENVIRONMENT}: {_gigabytes(source.download)} to "
        f"download, {_gigabytes(source.disk)} on the disk; about {minutes} minutes at 50 Mbit/s, this once.",
        flush=True,
    )


def _install_torch(source: Source) -> None:
    """Install the pair of torch and torchvision from an index; the ordinary registry has one as well."""
    try:
        _pip_install(*_pair(), "--index-url", source.index)
    except subprocess.CalledProcessError:
        print("That did not work: PyTorch comes from the ordinary registry instead.", flush=True)


def forget_unfinished() -> None:
    """Forget packages that a stopped pip has left half made, so that they are installed again.

    Pip writes INSTALLER when a package's files are there.
    """
    for described in _described("*"):
        if not (described / "INSTALLER").exists():
            shutil.rmtree(described, ignore_errors=True)


def has_torch() -> bool:
    """Whether `.venv` has a PyTorch, of whatever kind: it stays, unless a person asks for a repair."""
    return PYTHON.exists() and any(_described("torch-*"))


def _described(name: str) -> list[Path]:
    """The folders in which `.venv` describes the packages of this name."""
    patterns = f"lib/python*/site-packages/{name}.dist-info", f"Lib/site-packages/{name}.dist-info"
    return [found for pattern in patterns for found in ENVIRONMENT.glob(pattern)]


# --- repairing


def repair(python: str | None = None) -> None:
    """Put the PyTorch for this computer in place of the one that is there; nothing else is changed.

    Both packages are downloaded before the old ones are removed. `python` is that of another environment
    than `.venv`.
    """
    if python is None and not has_pip():
        install()
        return
    python = python or str(PYTHON)
    with _stopped_in_order(), _only_one():
        card = find_card()
        choice = choose(card)
        source = find_source(choice)
        print(choice.words, flush=True)
        if choice.builds and not source.index and choice.builds != ("cpu",):
            raise InstallError(
                f"PyTorch's index ({INDEX}) does not answer, or has no build for this Python: check the "
                "connection, or try Python 3.12. Nothing was changed."
            )
        _check_pip(python)
        pair, index = _exact_pair(python, source.index), ["--index-url", source.index] if source.index else []
        print(f"Replacing PyTorch by {' and '.join(pair)}.", flush=True)
        _pip_install("--force-reinstall", "--no-deps", *pair, *index, python=python)
        _pip_install(*pair, *index, python=python)  # what it needs beside
        print(_outcome(python, card), flush=True)


def _check_pip(python: str) -> None:
    """Give an environment of `uv` the pip that it lacks."""
    if subprocess.call(
        [python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ):
        _run([python, "-m", "ensurepip"])


def _exact_pair(python: str, index: str) -> list[str]:
    """The matching pair that pip would install, such as `torch==2.14.1+cu126`, whatever is there now."""
    words = ["install", "--dry-run", "--ignore-installed", "--quiet", "--report", "-", *_pair()]
    words += ["--index-url", index] if index else []
    command = [python, "-m", "pip", *words]
    done = subprocess.run(command, env=pip_environment(words), stdout=subprocess.PIPE, check=True)
    found = (package["metadata"] for package in json.loads(done.stdout)["install"])
    versions: dict[str, Any] = {one["name"].lower(): one["version"] for one in found}
    return [f"{name}=={versions[name]}" for name in floors()]


def _outcome(python: str, card: Card | None) -> str:
    """Try the new PyTorch, and say whether it uses the card."""
    code = "import torch; print(torch.__version__, torch.cuda.is_available())"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    version, _, uses = done.stdout.strip().partition(" ")
    if done.returncode:
        raise InstallError("PyTorch was replaced and does not start: run `launch.py --repair` once more.")
    if uses == "True":
        return f"PyTorch {version} is installed, and uses the card."
    if card is not None:
        return f"PyTorch {version} is installed. It does not use {card.name}: its driver may be too old."
    return f"PyTorch {version} is installed, for the processor."


# --- running pip


def pip_environment(words: Sequence[str], given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables for pip: none that would install elsewhere than into the environment.

    With `--index-url`, packages come from that index alone, as far as variables name others.
    """
    left_out = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    if "--index-url" in words:
        left_out |= {"PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"}
    kept = {name: value for name, value in given.items() if name.upper() not in left_out}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _pip_install(*words: str, python: str | None = None) -> None:
    """Python compiles what it imports: to compile all that is installed takes as long as everything else."""
    command = [python or str(PYTHON), "-m", "pip", "install", "--no-compile", *words]
    _run(command, pip_environment(words))


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    """Run a command with its output shown; it and what it runs end with this process, if a signal ends that.

    If this process is killed, the command goes on and holds the lock, so that the next start waits for it.
    """
    is_posix = os.name != "nt"
    process = subprocess.Popen(
        command, env=environment, process_group=0 if is_posix else None, close_fds=not is_posix
    )
    try:
        code = process.wait()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM) if is_posix else process.terminate()
        process.wait()
        raise
    if code:
        raise subprocess.CalledProcessError(code, command)


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Let a signal to end stop pip as well, which would go on beside the next start."""

    def stop(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


@contextmanager
def _only_one() -> Iterator[None]:
    """Wait until no other start installs; where a disk has no locks, nobody waits."""
    try:
        opened = (ROOT / ".venv.lock").open("w", encoding="utf-8")
    except OSError:  # another environment than `.venv` is repaired
        yield
        return
    with opened as file:
        os.set_inheritable(file.fileno(), True)
        is_told = False
        while not _lock(file.fileno()):
            if not is_told:
                print("Another start is installing GAL Studio: this one waits for it.", flush=True)
                is_told = True
            time.sleep(1.0)
        yield


def _lock(handle: int) -> bool:
    """Take the lock, which the end of the process gives back; False if another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)
    return True


def _gigabytes(count: int) -> str:
    return f"{count / GIGABYTE:.1f} GB"
