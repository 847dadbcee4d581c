"""`gal-studio image-to-lora`: what it refuses before anything is read."""

import os
from pathlib import Path

import pytest

from gal_studio.research.features.image_to_lora import engine
from gal_studio.state.files.unfinished import is_unfinished
from tests.commands.running import run


def test_what_cannot_be_written_or_read_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    (folder / "there.safetensors").touch()
    cases = (
        ((folder, "--out", folder / "ink.pt"), "is written as .safetensors"),
        ((folder, "--out", folder / "there.safetensors"), "There is a file"),
        ((folder / "empty", "--out", folder / "ink.safetensors"), "has no images"),
        ((folder / "gone", "--out", folder / "ink.safetensors"), "There is no folder of references"),
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


def test_half_of_a_lora_stands_in_nobodys_way(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that is killed while it writes is given again."""

    def killed(images: object, out: Path, *_: object, **__: object) -> int:
        out.write_bytes(b"12345678{half")
        raise KeyboardInterrupt

    def written(images: object, out: Path, *_: object, title: str, **__: object) -> int:
        out.write_bytes(b"whole " + title.encode())
        return 4

    monkeypatch.setattr(engine, "write_image_lora", killed)
    asked = ("image-to-lora", folder, "--out", folder / "ink.safetensors")
    unlink = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)  # as after SIGKILL, nothing is cleared
    run(*asked)
    monkeypatch.setattr(Path, "unlink", unlink)
    assert not (folder / "ink.safetensors").exists()
    (left,) = [path for path in folder.iterdir() if is_unfinished(path.name, folder)]
    os.utime(left, (0, 0))
    monkeypatch.setattr(engine, "write_image_lora", written)
    assert run(*asked) == 0
    assert (folder / "ink.safetensors").read_bytes() == b"whole ink" and not left.exists()
