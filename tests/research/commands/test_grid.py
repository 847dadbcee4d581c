"""`gal-studio grid`: every cell once, tables that follow from the pictures, sentences for bad input."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gal_studio.commands.running.unattended import carry_out
from gal_studio.core.errors import StudioError
from gal_studio.core.quoting import latex
from gal_studio.provenance import made_by
from gal_studio.research.commands.grid import _measured, arms_of, nested, plan_cells, read_cell, read_grid
from gal_studio.state import Store
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.studio import Studio
from tests.commands.running import run, write_project

VARIED = '[vary.gal]\npolicy = ["random", "uncertainty"]\n'


def write_grid(folder: Path, names: tuple[str, str], text: str = VARIED) -> Path:
    path = folder / "grid.toml"
    write_project(folder, names)
    path.write_text(f'projects = ["project.toml"]\n{text}')
    return path


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_a_grid_runs_every_cell_once_and_compares_them(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = write_grid(folder, names, f"rounds = 2\n{VARIED}"), folder / "out"
    assert run("grid", file, "--out", out, "--json") == 0
    printed = capsys.readouterr()
    told: dict[str, Any] = json.loads(printed.out)
    assert told == json.loads((out / "grid.json").read_text()) and told["made_by"] == made_by()
    assert "2 cells, of which 0 are done." in printed.err
    assert {cell["arm"]["gal.policy"] for cell in told["cells"]} == {"random", "uncertainty"}
    for cell in told["cells"]:
        summary = json.loads((out / cell["folder"] / "summary.json").read_text())
        assert summary["project"]["policy"] == cell["arm"]["gal.policy"]
        assert all(each["measured"] is not None for each in summary["rounds"])
    pictures = rows(out / "pictures.csv")
    level = {
        policy: mean_of_prompts([row for row in pictures if row["gal.policy"] == policy])
        for policy in ("random", "uncertainty")
    }
    (effect,) = [row for row in rows(out / "effects.csv") if row["figure"] == "clip_t"]
    assert (effect["value"], effect["instead_of"]) == ("uncertainty", "random")
    assert float(effect["difference"]) == pytest.approx(level["uncertainty"] - level["random"])
    reached = {row["gal.policy"]: row for row in rows(out / "levels.csv") if row["figure"] == "clip_t"}
    assert {name: float(row["mean"]) for name, row in reached.items()} == pytest.approx(level)
    change = next(line for line in (out / "effects.tex").read_text().splitlines() if r"clip\_t" in line)
    assert change.startswith(r"gal.policy & uncertainty & random & clip\_t & ") and change.endswith(r"\\")
    levels = (out / "levels.tex").read_text().splitlines()
    assert levels[3].startswith("gal.policy & ") and [line.split(" & ")[0] for line in levels[5:7]] == [
        "random",
        "uncertainty",
    ]
    assert latex(f"{level['random']:.3f} (") in levels[5]
    assert "What each change does" in (out / "effects.html").read_text(encoding="utf-8")

    before = {path: path.stat().st_mtime_ns for path in (out / "cells").rglob("*")}
    kept = {
        name: (out / name).read_bytes() for name in ("grid.json", "effects.csv", "levels.csv", "effects.html")
    }
    assert run("grid", file, "--out", out) == 0
    assert "2 cells, of which 2 are done." in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in (out / "cells").rglob("*")} == before
    assert {name: (out / name).read_bytes() for name in kept} == kept


@pytest.mark.thorough
def test_a_shared_first_round_changes_nothing(folder: Path, names: tuple[str, str]) -> None:
    weights = '[vary.gal]\npolicy = ["random"]\nbalance_lambda = [1.0, 0.5]\n'
    file, out = write_grid(folder, names, f"rounds = 2\n{weights}"), folder / "out"
    cells = plan_cells(read_grid(file), out)
    assert len({cell.first.out for cell in cells}) == 1
    assert run("grid", file, "--out", out) == 0
    (shared,) = (out / "first").iterdir()
    trained = {path.name for path in (shared / "workspace" / "adapters").glob("*.safetensors")}
    assert len(trained) == 1
    for cell in cells:
        adapters = {path.name for path in (cell.plan.workspace / "adapters").glob("*.safetensors")}
        assert trained < adapters and len(adapters) == 2
        alone = replace(cell.plan, out=folder / cell.folder.name, workspace=folder / cell.folder.name / "w")
        carry_out(alone)
        with Store(alone.workspace) as store:
            told = _measured(Studio(store), store.projects.all()[0].id)
        assert told["pictures"] == (read_cell(cell.folder) or {})["pictures"]


def test_first_rounds_are_shared_where_nothing_of_them_differs(folder: Path, names: tuple[str, str]) -> None:
    def shared(text: str) -> tuple[int, int]:
        cells = plan_cells(read_grid(write_grid(folder, names, text)), folder / "out")
        return len(cells), len({cell.first.out for cell in cells})

    later = '[vary.gal]\npolicy = ["random", "margin"]\ntop_k = [1, 2]\nbalance_lambda = [1.0, 0.0]\n'
    assert shared(later) == (8, 1)
    assert shared(f"seeds = [1, 2]\n{VARIED}") == (4, 2)
    assert shared(f'{VARIED}copy_detectors = ["both", "prompts"]\n') == (4, 2)
    assert shared(f"{VARIED}[vary.tune]\nsteps = [1, 2]\n") == (4, 2)
    assert shared(f'{VARIED}[vary.generation]\nallocation = ["ladder"]\n') == (2, 1)


def mean_of_prompts(pictures: list[dict[str, str]]) -> float:
    by_prompt: dict[str, list[float]] = {}
    for row in pictures:
        if row["clip_t"]:
            by_prompt.setdefault(row["prompt"], []).append(float(row["clip_t"]))
    return sum(sum(each) / len(each) for each in by_prompt.values()) / len(by_prompt)


def test_a_cell_of_another_command_is_left_to_it(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = write_grid(folder, names, "rounds = 1\n[vary.gal]\ntop_k = [2]\n"), folder / "out"
    (cell,) = plan_cells(read_grid(file), out)
    with WorkerLock(cell.folder) as lock:
        assert lock.acquire()
        assert run("grid", file, "--out", out) == 2
    assert "1 of 1 cells are being done by another command" in capsys.readouterr().err
    assert not (out / "grid.json").exists() and not (cell.folder / "workspace").exists()


def test_cells_are_named_after_what_their_results_depend_on(folder: Path, names: tuple[str, str]) -> None:
    def folders(text: str) -> list[str]:
        return [cell.folder.name for cell in plan_cells(read_grid(write_grid(folder, names, text)), folder)]

    two = folders(VARIED)
    assert len(set(two)) == 2 and all(name.startswith("project-3-") for name in two)
    grown = folders(f"seeds = [3, 4]\n{VARIED}")
    assert len(set(grown)) == 4 and set(two) < set(grown), "what is done is used again"
    assert set(folders(f"rounds = 3\n{VARIED}")).isdisjoint(two)


def test_combinations_are_those_of_all_values() -> None:
    arms = arms_of({"gal.policy": ["a", "b"], "tune.steps": [1, 2, 3]})
    assert len(arms) == 6 and arms[0] == {"gal.policy": "a", "tune.steps": 1}
    assert nested(arms[-1]) == {"gal": {"policy": "b"}, "tune": {"steps": 3}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "varies no setting"),
        ("[vary.gal]\ntop_k = 3\n", "has gal.top_k = 3: write a list of values"),
        ("[vary.gal]\ntop_k = [3, 3]\n", "name each once"),
        ("[vary.gal]\ntop_k = [0]\n", "Suggestions is 0"),
        ("[vary.gal]\nnothing = [1]\n", "There is no setting 'nothing'"),
        ("[vary]\ntop_k = [1]\n", "There is no setting 'top_k'"),
        (f"seeds = [-1]\n{VARIED}", "A seed of the grid"),
        (f"rounds = 0\n{VARIED}", "Rounds is 0"),
        (f"rounds = true\n{VARIED}", "write a whole number"),
        (f"seeds = {list(range(501))}\n{VARIED}", "The grid has 1002 cells"),
        (f"policies = []\n{VARIED}", "unknown key 'policies'"),
        ("seeds = [", "is not valid TOML"),
    ],
)
def test_bad_input_is_one_sentence_before_any_work(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str], text: str, expected: str
) -> None:
    assert run("grid", write_grid(folder, names, text), "--out", folder / "out") == 2
    said = capsys.readouterr().err.strip()
    assert expected in said and len(said.splitlines()) == 1
    assert not list((folder / "out").glob("*"))


def test_projects_must_be_named_and_differ(folder: Path, names: tuple[str, str]) -> None:
    path = write_grid(folder, names)
    for given, expected in (("[]", "names no projects"), ('["a.toml", "b/a.toml"]', "name each once"),
                            ('["none.toml"]', "There is no project file")):  # fmt: skip
        path.write_text(f"projects = {given}\n{VARIED}")
        with pytest.raises(StudioError, match=expected):
            read_grid(path)
