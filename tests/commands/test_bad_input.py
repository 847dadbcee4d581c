"""Bad input of commands: one sentence, exit code 2, no traceback, and nothing that steers a terminal."""

from pathlib import Path

import pytest

from gal_studio import cli
from gal_studio.cli import main
from gal_studio.core.errors import NO_MEMORY

REFERENCE = '[[references]]\nimage = "{}"\nprompt = "A cat in ink style"\n'
FILES = {
    "a date": 'kind = "style"\n' + REFERENCE.format("a.png") + "[settings.refine]\nvision_model = 1979-05-27",
    "deep": "x = " + "[" * 3000,
    "many digits": "seed = " + "9" * 5000,
    "many hexadecimal digits": 'kind = "style"\nseed = 0x' + "f" * 5000 + "\n" + REFERENCE.format("a.png"),
    "a terminal": 'kind = "\\u001b[2J"\n',
}


@pytest.mark.parametrize("what", FILES)
def test_a_project_file_is_refused_in_one_sentence(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "project.toml"
    path.write_text(FILES[what])
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.strip() and "Traceback" not in said and "\x1b" not in said
    assert len(said) < 1000


def test_a_byte_order_mark_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "project.toml"
    path.write_text("\ufeffkind = 'thing'\n", encoding="utf-8")
    assert main(["run", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "The kind is 'thing'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "0"], ["--port", "65536"], ["--port", "-1"], ["--auth", ""],
        ["--auth", "", "--host", "0.0.0.0"],
        ["--workspace", "~nosuchuser/x"], ["--workspace", "/x" * 3000], ["--workspace", "/" + "x" * 300],
        ["jobs", "--workspace", "~nosuchuser/x"], ["jobs", "--workspace", "x" * 300],
        ["doctor", "--workspace", "x" * 300], ["import-project", "x" * 300, "--workspace", "/proc/x"],
    ],
)  # fmt: skip
def test_odd_arguments_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--no-browser"] if words[0].startswith("--") else words) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("libopenblas.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        SystemError("error return without exception set"),
    ],
)
def test_a_start_without_memory_ends_in_a_sentence(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As under `ulimit -v 200000`, where Python loses the MemoryError within an import."""

    raised = [SystemError("something else"), error]

    def start(*_: object, **__: object) -> None:
        raise raised.pop()

    monkeypatch.setattr(cli, "app", start)
    assert cli.main([]) == cli.BAD_INPUT
    assert capsys.readouterr().err == f"{NO_MEMORY}\n"
    with pytest.raises(SystemError, match="something else"):
        cli.main([])
