"""The commands for the app, `doctor` and `worker`, and the help that lists them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.running import run


def test_the_package_runs_as_a_module() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "gal_studio", "--help"], capture_output=True, text=True, check=True
    )
    assert said.stdout.lstrip().startswith("Usage: gal-studio")


def test_plain_command_opens_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from gal_studio.ui import serve

    opened: list[tuple[object, ...]] = []
    monkeypatch.setattr(serve, "serve", lambda *given, **named: opened.append((*given, *named.values())))
    assert run("--workspace", tmp_path, "--port", 7999, "--no-browser") == 0
    assert opened == [(tmp_path, serve.Listening(port=7999), None, False, False)]


def test_doctor_describes_this_computer(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("doctor", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert "sd15" in report["models"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run("doctor") == 0
    said = capsys.readouterr().out
    assert "torch" in said and f"Workspace   {tmp_path / 'GAL Studio'} (made by the first start)" in said


def test_doctor_names_a_card_that_is_not_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from gal_studio.studio import device

    monkeypatch.setattr(device, "_known", {})
    monkeypatch.setattr(device, "_nvidia", lambda: device.read_card("RTX 3060, 12288, 11877, 550.54, 8.6"))
    monkeypatch.setattr(device, "torch_cuda", lambda: "13.0")
    assert run("doctor") == 0
    said = capsys.readouterr().out
    assert "Card        RTX 3060 is not used, since PyTorch for CUDA 13.0 needs a driver from 580 on" in said


def test_worker_command_empties_the_queue(tmp_path: Path) -> None:
    assert run("worker", "--workspace", tmp_path, "--until-empty") == 0


WITHOUT_STREAMS = """
import os, sys
for number in range(3):
    os.close(number)
sys.stdin = sys.stdout = sys.stderr = None  # as Python starts without a console
from gal_studio.cli import main
ended = main(["--help"]), main(["jobs"])
file = open(sys.argv[1], "w")
file.write(f"{ended} {file.fileno() > 2}")
"""


def test_without_a_console_nothing_is_said_and_no_file_gets_its_number(tmp_path: Path) -> None:
    """A service, `pythonw` or `--desktop` from a menu."""
    made, environment = tmp_path / "ended", {**os.environ, "HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", WITHOUT_STREAMS, str(made)], check=True, env=environment)
    assert made.read_text() == "(0, 2) True"
