"""Starting where a person starts: the README's own lines in a home folder; a launcher in an awkward place.

The clone is of the files of this checkout. In place of the installation, `.venv` is linked to the packages
that run these tests; nothing is downloaded.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import installer

ROOT = Path(__file__).parent.parent
SHIPPED = (
    *("launch.py", "installer.py", "pyproject.toml", "README.md", ".gitignore", ".ci"),
    *("starters", "gal_studio", "assets"),
)
TIMEOUT = 150.0  # seconds for a start on a busy machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="elsewhere the lines are others"),
]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the studio's files, as they are now."""
    made = tmp_path_factory.mktemp("origin")
    unneeded = shutil.ignore_patterns("__pycache__", "node_modules", "*.pyc")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, made / name, ignore=unneeded)
        else:
            shutil.copy(source, made)
    person = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*person, "commit", "-qm", "Everything"]):
        subprocess.run(["git", "-c", "core.compression=0", *words], cwd=made, check=True)
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


def surroundings(home: Path) -> dict[str, str]:
    """A person's variables: a Python without the packages, and a browser that notes what it is given."""
    tools = home.parent / "tools"
    if not tools.exists():
        tools.mkdir()
        (tools / "python3").symlink_to(Path(sys._base_executable))  # type: ignore[attr-defined]
        note = f'#!/bin/sh\necho "$@" >> "{home.parent}/opened"\n'
        until_closed = f'while [ ! -e "{home.parent}/closed" ]; do sleep 0.2; done\n'
        for name, script in (("browser", note), ("window", note + until_closed)):
            (tools / name).write_text(script)
            (tools / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG_"))}
    own = {"HOME": str(home), "PATH": f"{tools}:{kept['PATH']}", "BROWSER": f"{tools}/browser"}
    return {**kept, **own, "GAL_STUDIO_BROWSER": f"{tools}/window"}


def link_environment(clone: Path) -> None:
    """An environment that is finished, with the packages of the one that runs this."""
    made = clone / ".venv"
    base = sys._base_executable  # type: ignore[attr-defined]
    subprocess.run([base, "-m", "venv", "--without-pip", str(made)], check=True)
    packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (linked,) = made.glob("lib/python*/site-packages")
    (linked / "linked.pth").write_text("\n".join(packages))
    (made / "installed.txt").write_text(installer.wanted_mark())


def readme_lines() -> tuple[str, ...]:
    """The commands of the README's first block under *Try it*."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Try it\n")[2]
    block = re.search(r"^```\w*\n(.*?)^```", part, re.DOTALL | re.MULTILINE)
    assert block is not None
    return tuple(block[1].splitlines())


@contextmanager
def running(command: list[str], at: Path, given: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A process with all that it starts, which ends with the block."""
    process = subprocess.Popen(
        command, cwd=at, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)


def opened_by(home: Path) -> str:
    """What the browser was given, as soon as it was."""
    ends = time.monotonic() + TIMEOUT
    while time.monotonic() < ends:
        with suppress(OSError):
            if text := (home.parent / "opened").read_text().strip():
                return text
        time.sleep(0.2)
    raise AssertionError("no page was opened")


def answers(port: int) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=TIMEOUT) as answer:
        return int(answer.status)


def test_the_lines_of_the_readme_in_a_home_folder(origin: Path, home: Path) -> None:
    """Where the clone is called what the workspace once was, and another program has the usual port."""
    fetch, start = readme_lines()
    given = surroundings(home)
    assert "git clone" in fetch and "ADDRESS" in fetch and "launch.py" in start
    subprocess.run(
        ["sh", "-c", fetch.replace("ADDRESS", f"-q file://{origin}")], cwd=home, env=given, check=True
    )
    (clone,) = home.iterdir()
    link_environment(clone)
    with socket.socket() as other:
        with suppress(OSError):  # it is taken already
            other.bind(("127.0.0.1", 7860))
            other.listen()
        with running(["sh", "-c", start], home, given) as studio:
            assert studio.stdout is not None
            said = ""
            while "(workspace" not in said and (line := studio.stdout.readline()):
                said += line
            shown = re.search(r"GAL Studio: http://127\.0\.0\.1:(\d+) +\(workspace (.+)\)", said)
            assert shown, said
            port = int(shown[1])
            assert port > 7860 and "port 7860 is used by another program" in said
            assert Path(shown[2]) == home / "GAL Studio" and (home / "GAL Studio" / "studio.db").is_file()
            assert opened_by(home) == f"http://127.0.0.1:{port}" and answers(port) == 200
    assert not (clone / "studio.db").exists()


def test_the_clone_as_a_workspace_is_refused_with_the_option(origin: Path, home: Path) -> None:
    clone = home / "gal-studio"
    shutil.copytree(origin, clone, ignore=shutil.ignore_patterns(".git", "pocket"))
    link_environment(clone)
    words = ["python3", str(clone / "launch.py"), "--workspace", str(clone)]
    done = subprocess.run(words, cwd=home, env=surroundings(home), capture_output=True, text=True)
    assert done.returncode == 2
    assert "has other files" in done.stderr and "--workspace FOLDER" in done.stderr, done.stderr


def read_only(clone: Path, command: list[str]) -> list[str]:
    """The command with a clone that cannot be written; root needs a file system for it."""
    if os.geteuid() != 0:
        subprocess.run(["chmod", "-R", "a-w", str(clone)], check=True)
        return command
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"'
    words = ["unshare", "-m", "sh", "-c"]
    if shutil.which("unshare") is None or subprocess.call([*words, mount, str(clone)]):
        pytest.skip("a file system cannot be mounted here")
    return [*words, f'{mount} && exec "$@"', str(clone), *command]


@pytest.mark.skipif(sys.platform != "linux", reason="on Linux alone")
def test_a_launcher_of_a_read_only_clone_with_a_blank_and_an_umlaut(origin: Path, home: Path) -> None:
    """It is started without a console, as from a menu, and ends with its window."""
    clone = home / "Künstler und Bilder" / "gal studio"
    clone.parent.mkdir()
    subprocess.run(["git", "clone", "-q", str(origin), str(clone)], check=True)
    link_environment(clone)
    silent = ["sh", "-c", 'exec "$0" <&- >&- 2>&-', str(clone / "starters" / "gal-studio.sh")]
    with running(read_only(clone, silent), home, surroundings(home)) as studio:
        address = re.search(r"--app=http://127\.0\.0\.1:(\d+)", opened_by(home))
        assert address and answers(int(address[1])) == 200
        time.sleep(3.5)  # a window that closes sooner is taken for one that did not open
        (home.parent / "closed").touch()
        assert studio.wait(TIMEOUT) == 0
    assert (home / "GAL Studio" / "studio.db").is_file()
    subprocess.run(["chmod", "-R", "u+w", str(clone)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="on Linux alone")
def test_a_read_only_clone_without_an_environment_says_where_to_put_it(origin: Path, home: Path) -> None:
    clone = home / "gal-studio"
    clone.mkdir()
    for name in ("launch.py", "installer.py", "pyproject.toml"):
        shutil.copy(origin / name, clone)
    command = read_only(clone, ["python3", "-S", str(clone / "launch.py")])  # -S: no package at all
    done = subprocess.run(command, cwd=home, env=surroundings(home), capture_output=True, text=True)
    assert done.returncode == 2 and f"may not write in {clone}: move or copy" in done.stderr, done.stderr
    subprocess.run(["chmod", "-R", "u+w", str(clone)], check=True)
