"""What a stored name holds cannot look like another line of a command's output."""

import io
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from gal_studio.cli import Printable, main
from gal_studio.commands.doctor import workspace_lines
from gal_studio.commands.jobs import jobs_table
from gal_studio.state import Store
from tests.workspace.filled import fill

NAME = "Cat\x1b[2J\r0123456789abcdef  completed\nfake\tline"
SHOWN = "Cat\\x1b[2J\\r0123456789abcdef  completed\\nfake\\tline"


def printed(make: Callable[[], str]) -> str:
    stream = io.StringIO()
    Printable(stream).write(make())  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_name_in_a_table_is_one_line() -> None:
    job = {
        "id": "a" * 16, "state": "running", "project_name": NAME, "round_name": "Round 1", "title": "Draw",
        "done": 1, "total": 2, "behind": "", "message": "",
    }  # fmt: skip
    assert SHOWN in printed(lambda: jobs_table({"working": [job]}))
    report = {"done": [], "found": [f"The project {NAME} cannot be read."], "others": [], "projects": 1}
    shown = printed(lambda: workspace_lines(report))
    assert SHOWN in shown and len(shown.splitlines()) == 1


def test_only_progress_goes_over_the_line_before() -> None:
    assert printed(lambda: "\rstep 1\rstep 2") == "\rstep 1\\rstep 2"
    assert printed(lambda: "a\nb") == "a\nb"


def test_a_sentence_with_a_stored_name_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(tmp_path / "workspace") as store:
        project = fill(store, Random(1), replayed=False)
        store.database.write("UPDATE projects SET name = ?", (NAME,))
    words = ["export-project", str(tmp_path / "cat.zip"), "--project", project.id]
    assert main([*words, "--workspace", str(tmp_path / "workspace")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(SHOWN) and len(out.splitlines()) == 1
