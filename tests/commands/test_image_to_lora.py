"""`gal-studio image-to-lora`: what it refuses before anything is read."""

from pathlib import Path

import pytest

from tests.commands.running import run


def test_what_cannot_be_written_or_read_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    (folder / "there.safetensors").touch()
    cases = (
        ((folder, "--out", folder / "ink.pt"), "is written as .safetensors"),
        ((folder, "--out", folder / "there.safetensors"), "There is a file"),
        ((folder / "empty", "--out", folder / "ink.safetensors"), "has no images"),
        ((folder / "gone", "--out", folder / "ink.safetensors"), "cannot be read: check its path"),
        (
            (folder, "--out", folder / "ink.safetensors", "--predictor", folder / "no.safetensors"),
            "There is no predictor",
        ),
    )
    for given, words in cases:
        assert run("image-to-lora", *given) == 2
        said = capsys.readouterr().err
        assert words in said and "Traceback" not in said
    assert not (folder / "ink.safetensors").exists()
