"""`gal-studio steps` on tiny models: list, draw, use and delete the steps of a training."""

import csv
import json
from pathlib import Path

import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.commands.running import run
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, work


def test_the_steps_of_a_training(
    tmp_path: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "workspace", tmp_path / "out"
    with Store(folder) as store:
        studio = Studio(store)
        first = first_round(studio, tiny_draft(names, changes=changed(tune={"validate_every": 3})))
        work(studio, Models(), studio.fine_tune(first))
    assert run("steps", "--workspace", folder) == 0
    assert "Round 1: 3, 6 (used)" in capsys.readouterr().out
    drawn = ("steps", "generate", "--workspace", folder, "--strength", "1", "--out", out, "--json")
    assert run(*drawn) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(one["step"], one["strength"]) for one in told["images"]] == [(3, 1.0), (6, 1.0)]
    table = list(csv.DictReader((out / "steps.csv").read_text("utf-8-sig").splitlines()))
    assert [row["step"] for row in table] == ["3", "6"]
    assert all((out / row["file"]).is_file() for row in table)
    assert run("steps", "use", "3", "--workspace", folder) == 0
    assert "Round 1 has that LoRA now" in capsys.readouterr().out
    assert run("steps", "draw", "4", "--workspace", folder) == 2
    assert "step 4 is not kept: choose 3 or 6" in capsys.readouterr().err
    assert run("steps", "delete", "--workspace", folder) == 0
    capsys.readouterr()
    assert run("steps", "--workspace", folder) == 0
    assert "Round 1: no steps are kept." in capsys.readouterr().out
    assert run("steps", "use", "--workspace", folder) == 2
    assert "Give the one step to use" in capsys.readouterr().err
