"""The installer takes the PyTorch that suits the computer, from where it is to be had.

Cards are recorded answers of `nvidia-smi`, the index is a server on this computer with wheels that hold
nothing, and pip is the real one. Windows and macOS are tested by what would be chosen there.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import installer
from installer import Card, Choice, InstallError, choose, find_card, find_source, pip_environment, read_card

NEW = Card("NVIDIA GeForce RTX 5090", 591, 12.0)
CUDA = ("cu130", "cu126")
ANSWERS = [
    ("NVIDIA GeForce RTX 4070, 560.94, 8.9\n", Card("NVIDIA GeForce RTX 4070", 560, 8.9), ("cu126",)),
    ("NVIDIA GeForce RTX 3060, 581.29, 8.6\nNVIDIA T4, 581.29, 7.5\n",
     Card("NVIDIA GeForce RTX 3060", 581, 8.6), CUDA),
    ("NVIDIA GeForce RTX 5090, 591.44, 12.0\n", NEW, ("cu130",)),
    ("NVIDIA GeForce RTX 5090, 576.02, 12.0\n", Card("NVIDIA GeForce RTX 5090", 576, 12.0), ()),
    ("NVIDIA GeForce GTX 1080 Ti, 591.44, 6.1\n", Card("NVIDIA GeForce GTX 1080 Ti", 591, 6.1), ("cu126",)),
    ("NVIDIA GeForce RTX 3090, 470.256.02, [N/A]\n", Card("NVIDIA GeForce RTX 3090", 470, 0.0), ()),
    ("NVIDIA GeForce RTX 2080, 550.54.14\n", Card("NVIDIA GeForce RTX 2080", 550, 0.0), ("cu126",)),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "card", "builds"), ANSWERS, ids=[one[0].split(",")[0] for one in ANSWERS])
def test_the_card_decides_which_build_is_taken(answer: str, card: Card, builds: tuple[str, ...]) -> None:
    assert read_card(answer) == card
    assert choose(card, "win32").builds == builds, "as on Windows, where the registry has none for cards"
    of_registry = bool(builds) and builds[0] == "cu130"
    assert choose(card, "linux").builds == (() if of_registry else builds or ("cpu",))
    assert card.name in choose(card, "linux").words
    if not builds:
        assert "update its driver, then run `launch.py --repair`" in choose(card, "linux").words


def test_without_a_card_nothing_for_cards_is_fetched() -> None:
    assert [choose(None, system).builds for system in ("linux", "win32", "darwin")] == [("cpu",), (), ()]
    assert read_card("NVIDIA-SMI has failed because it couldn't communicate with the driver.\n") is None
    assert read_card("") is None


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_a_tool_that_does_not_know_a_field_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text(
        '#!/bin/sh\ncase "$1" in *compute_cap*) echo "Field is not a valid field to query."; exit 2;; esac\n'
        'echo "NVIDIA TITAN X (Pascal), 450.80.02"\n'
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert find_card() == Card("NVIDIA TITAN X (Pascal)", 450, 0.0)
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert find_card() is None
    tool.unlink()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_card() is None


def wheel(folder: Path, name: str, version: str, needs: str = "") -> None:
    """A wheel for this Python and system that holds a version and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    tag = f"{python}-{python}-{TAG}"
    described = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}"
    files = {
        f"{name}/__init__.py": f"__version__ = {version!r}\nclass cuda:\n    is_available = lambda: False\n",
        f"{described}/METADATA": metadata,
        f"{described}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: false\nTag: {tag}\n",
        f"{described}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-{tag}.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


TAG = {"linux": "linux_x86_64", "win32": "win_amd64"}.get(sys.platform, "macosx_11_0_arm64")


def pair(folder: Path, build: str, torch: str, torchvision: str) -> None:
    wheel(folder / build / "torch", "torch", f"{torch}+{build}")
    need = f"Requires-Dist: torch=={torch}\n"
    wheel(folder / build / "torchvision", "torchvision", f"{torchvision}+{build}", need)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of an index on this computer."""
    folder = tmp_path / "index"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(installer, "INDEX", f"http://127.0.0.1:{server.server_port}/")
        yield folder
        server.shutdown()


@pytest.mark.skipif(TAG != "linux_x86_64", reason="on Linux alone: wheels are made for it")
def test_an_index_is_taken_if_it_has_a_pair_that_will_do(index: Path) -> None:
    def taken(*builds: str) -> str:
        return find_source(Choice(builds, "")).index.rpartition("/")[2]

    assert taken("cpu") == "", "there is no such page"
    pair(index, "cpu", "2.13.0", "0.28.0")
    wheel(index / "cu126" / "torch", "torch", "2.14.0+cu126")
    assert taken("cpu") == taken("cu126") == "", "too old, and without a partner"
    pair(index, "cu130", "2.14.1", "0.29.1")
    assert taken("cu132", "cu130") == "cu130"
    pair(index, "cpu", "2.15.0", "0.30.0")
    source = find_source(Choice(("cpu",), ""))
    assert source.index.endswith("/cpu") and source.download < installer.source_of("", "linux").download / 4


def test_pip_installs_into_the_environment_whatever_its_settings_say() -> None:
    given = {"PIP_USER": "1", "PIP_TARGET": "/elsewhere", "PIP_FIND_LINKS": "/wheels", "PATH": "/bin"}
    usual = pip_environment(["install", "--editable", "."], given)
    assert usual["PIP_USER"] == "0" and "PIP_TARGET" not in usual and usual["PIP_FIND_LINKS"] == "/wheels"
    assert "PIP_FIND_LINKS" not in pip_environment(["install", "torch", "--index-url", "I"], given)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to install into, with a blank and an umlaut in its path; the commands are not run."""
    root = tmp_path / "mein Künstler"
    root.mkdir()
    shutil.copy(Path(installer.__file__).with_name("pyproject.toml"), root)
    monkeypatch.setattr(installer, "ROOT", root)
    monkeypatch.setattr(installer, "ENVIRONMENT", root / ".venv")
    monkeypatch.setattr(installer, "PYTHON", root / ".venv" / "bin" / "python")
    monkeypatch.setattr(installer, "find_card", lambda: None)
    monkeypatch.setattr(installer, "INDEX", "http://127.0.0.1:9")
    return root


@pytest.fixture
def done(clone: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run."""
    commands: list[list[str]] = []

    def run(command: list[str], _environment: object = None) -> None:
        commands.append(command[1:4])
        if "venv" in command:
            installer.PYTHON.parent.mkdir(parents=True, exist_ok=True)
            installer.PYTHON.write_text("#!/bin/sh\nexit 0\n")
            installer.PYTHON.chmod(0o755)
            (installer.PYTHON.parent / "activate").touch()

    monkeypatch.setattr(installer, "_run", run)
    return commands


VENV, PIP = ["-m", "venv", "--clear"], ["-m", "pip", "install"]


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_it_installs_once_and_says_what(
    done: list[list[str]], clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installer.install()
    said = capsys.readouterr().out
    assert (
        "the build with CUDA is installed, which is larger and works without a card." in said
        and "No NVIDIA card was found" in said
        and "3.4 GB to download, 6.8 GB on the disk; about 11 min" in said
    )
    installer.install()
    assert done == [VENV, PIP] and capsys.readouterr().out == ""
    installer.install("[test]")
    assert done[2:] == [PIP]


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_what_a_stopped_pip_left_half_made_is_made_again(done: list[list[str]], clone: Path) -> None:
    packages = clone / ".venv" / "lib" / "python3.11" / "site-packages"
    installer.install()
    for name, is_whole in (("torch-2.14.1", False), ("gradio-6.31.0", True)):
        (packages / f"{name}.dist-info").mkdir(parents=True)
        (packages / f"{name}.dist-info" / "METADATA").touch()
        if is_whole:
            (packages / f"{name}.dist-info" / "INSTALLER").touch()
    (clone / ".venv" / "installed.txt").unlink()
    installer.install()
    assert [path.name for path in packages.iterdir()] == ["gradio-6.31.0.dist-info"]
    assert done == [VENV, PIP, PIP]


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_an_environment_of_uv_keeps_its_torch(done: list[list[str]], clone: Path) -> None:
    """Such as one for an AMD card, which a person has made beforehand."""
    described = clone / ".venv" / "lib" / "python3.11" / "site-packages" / "torch-2.15.0+rocm7.dist-info"
    described.mkdir(parents=True)
    (described / "INSTALLER").write_text("uv")
    installer.PYTHON.parent.mkdir()
    installer.PYTHON.write_text("#!/bin/sh\nexit 1\n")
    installer.PYTHON.chmod(0o755)
    (installer.PYTHON.parent / "activate").touch()
    installer.install()
    assert done == [["-m", "ensurepip"], PIP] and described.is_dir()


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
def test_an_environment_gets_the_scripts_that_a_killed_start_left_out(
    done: list[list[str]], clone: Path
) -> None:
    """And keeps its packages."""
    installer.install()
    described = clone / ".venv" / "lib" / "python3.11" / "site-packages" / "torch-2.15.0.dist-info"
    described.mkdir(parents=True)
    (described / "INSTALLER").write_text("pip")
    (clone / ".venv" / "installed.txt").unlink()
    (clone / ".venv" / "bin" / "activate").unlink()
    installer.install()
    assert done == [VENV, PIP, ["-m", "venv", str(clone / ".venv")], PIP] and described.is_dir()


def test_a_place_that_will_not_do_is_refused_before_anything_is_fetched(
    done: list[list[str]], clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 10**9))
    with pytest.raises(InstallError, match=r"needs 6.8 GB in .*, and 1.0 GB are free"):
        installer.install()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InstallError, match=r"you may not write in .* move or copy the folder"):
        installer.install()
    assert done == []


STOPPED = """
import sys, installer
installer.ROOT = installer.Path(sys.argv[1])
with installer._stopped_in_order(), installer._only_one():
    last = "print('begun', flush=True); import time; time.sleep(40)"
    between = "import subprocess, sys; subprocess.call([sys.executable, '-c', sys.argv[1]])"
    installer._run([sys.executable, "-c", between, last])
"""
"""As `python -m venv` does, what is run runs another process."""


@pytest.mark.skipif(os.name == "nt", reason="elsewhere a process that is ended cannot end others")
def test_a_signal_stops_pip_too_and_the_next_start_goes_on(tmp_path: Path) -> None:
    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", STOPPED, str(tmp_path)],
            stdout=subprocess.PIPE, text=True, cwd=Path(installer.__file__).parent, start_new_session=True,
        )  # fmt: skip

    with start() as first:
        assert first.stdout is not None and first.stdout.readline() == "begun\n"
        with start() as second:
            assert second.stdout is not None and "this one waits" in second.stdout.readline()
            first.send_signal(signal.SIGTERM)
            assert first.wait(30) == 128 + signal.SIGTERM
            since = time.monotonic()
            assert first.stdout.read() == ""
            assert time.monotonic() - since < 20, "its pip, which has this pipe as well, has ended"
            assert second.stdout.readline() == "begun\n"
            second.send_signal(signal.SIGTERM)
            assert second.wait(30) == 128 + signal.SIGTERM


@pytest.mark.skipif(os.name == "nt", reason="elsewhere a lock is of one process")
def test_pip_of_a_killed_start_holds_up_the_next_one(tmp_path: Path) -> None:
    """Two at once would write into one environment."""
    code = STOPPED.replace("between, last", "last").replace(
        "print('begun', flush=True); import time; time.sleep(40)", "print('begun', flush=True); input()"
    )
    command, root = [sys.executable, "-c", code, str(tmp_path)], Path(installer.__file__).parent
    line = subprocess.PIPE
    with subprocess.Popen(command, stdin=line, stdout=line, text=True, cwd=root) as first:
        assert first.stdin is not None and first.stdout is not None
        assert first.stdout.readline() == "begun\n"
        first.kill()
        first.wait()
        with subprocess.Popen(command, stdin=line, stdout=line, text=True, cwd=root) as second:
            assert second.stdin is not None and second.stdout is not None
            assert "this one waits" in second.stdout.readline()
            first.stdin.write("\n")
            first.stdin.close()
            assert second.stdout.readline() == "begun\n"
            second.stdin.write("\n")
            second.stdin.close()
            assert second.wait(30) == 0


@pytest.mark.slow
@pytest.mark.skipif(TAG != "linux_x86_64", reason="on Linux alone: wheels are made for it")
def test_a_repair_replaces_the_wrong_torch_and_nothing_else(
    clone: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A computer with Windows' CPU build, and one whose index is away."""
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    card = Card("NVIDIA GeForce RTX 4070", 560, 8.9)
    monkeypatch.setattr(installer, "find_card", lambda: card)
    pair(index, "cpu", "2.15.0", "0.30.0")
    pair(index, "cu126", "2.14.1", "0.29.1")
    wheel(index / "cu126" / "torchvision", "torchvision", "0.30.0+cu126", "Requires-Dist: torch==2.15.0\n")
    subprocess.run([sys.executable, "-m", "venv", str(clone / ".venv")], check=True)
    address = installer.INDEX.rstrip("/")
    installer._pip_install("--quiet", "torch", "torchvision", "--index-url", f"{address}/cpu")
    other = clone / ".venv" / "lib"
    assert not any(other.rglob("torch*/__pycache__")), "a module is compiled when it is imported"
    before = {path for path in other.rglob("*") if "torch" not in str(path)}

    monkeypatch.setattr(installer, "INDEX", "http://127.0.0.1:9")
    with pytest.raises(InstallError, match=r"does not answer, .* Nothing was changed"):
        installer.repair()
    assert version(clone) == "2.15.0+cpu"

    monkeypatch.setattr(installer, "INDEX", address)
    installer.repair()
    said = capsys.readouterr().out
    assert "torch==2.14.1+cu126 and torchvision==0.29.1+cu126" in said, "the newest matching pair"
    assert "does not use NVIDIA GeForce RTX 4070" in said, "as the made-up build says"
    assert version(clone) == "2.14.1+cu126"
    assert {path for path in other.rglob("*") if "torch" not in str(path)} == before


def version(clone: Path) -> str:
    code = "import importlib.metadata as m; print(m.version('torch'))"
    command = [str(clone / ".venv" / "bin" / "python"), "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
