"""`gal-studio run`: everything is written; the same command resumes an interrupted run."""

import csv
import io
import json
import os
import shutil
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from safetensors import safe_open

from gal_studio.provenance import made_by
from gal_studio.state import Store
from tests.commands.running import QUICK, check_rounds, results, run, write_project
from tests.tiny_project import drawing


class Whole(NamedTuple):
    """A folder with a project file, its pictures and, in `out`, the results of an undisturbed run."""

    folder: Path
    printed: str
    said: str


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "cat.png").write_bytes(drawing(1))
    with redirect_stdout(io.StringIO()) as printed, redirect_stderr(io.StringIO()) as said:
        assert run("run", write_project(folder, names), "--out", folder / "out", "--json") == 0
    return Whole(folder, printed.getvalue(), said.getvalue())


def test_run_writes_everything(whole: Whole) -> None:
    out = whole.folder / "out"
    summary = json.loads((out / "summary.json").read_text())
    assert json.loads(whole.printed) == summary
    assert "Round 2" in whole.said
    project = summary["project"]
    assert (project["kind"], project["reference_prompt"], project["seed"]) == (
        "style",
        "A cat in ink style",
        3,
    )
    assert {"base_model", "clip_model", "trigger_word", "lambda", "top_k"} <= set(project)
    timing = json.loads((out / "timing.json").read_text())
    assert timing["machine"]["cores"] == os.cpu_count()
    assert [set(times["seconds"]) for times in timing["rounds"]] == [
        {"fine_tune", "generate", "embed", "project"}
    ] * 2
    assert summary["made_by"] == made_by()
    assert [round_["number"] for round_ in summary["rounds"]] == [1, 2]
    table = list(csv.DictReader((out / "candidates.csv").read_text("utf-8-sig").splitlines()))
    check_rounds(summary, table, out)
    with safe_open(out / "lora-round-2.safetensors", framework="numpy") as file:
        assert all(name.startswith("unet.") for name in file.keys())  # noqa: SIM118
    assert not list(out.glob(".*"))


def test_all_rounds_are_measured_on_request_also_afterwards(
    whole: Whole, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In another place, where the folder was moved to."""
    folder = shutil.copytree(whole.folder, tmp_path / "moved")
    out = folder / "out"
    assert run("run", folder / "project.toml", "--out", out, "--measure") == 0
    assert "is measured" not in capsys.readouterr().err
    summary = json.loads((out / "summary.json").read_text())
    assert [round_["measured"]["pictures"] for round_ in summary["rounds"]] == [24, 24]
    assert summary["measured"]["verdict"]


def test_object_project_under_the_random_policy(folder: Path, names: tuple[str, str]) -> None:
    path = folder / "object.toml"
    path.write_text(
        f'kind = "object"\ntrigger_word = "<sks>"\nbase_model = "{names[0]}"\nclip_model = "{names[1]}"\n'
        'policy = "random"\nanchors = ["{} in a gym", "{} in a bank", "{} at a cafe"]\n'
        '[[references]]\nimage = "cat.png"\nprompt = "A <sks> cat on a rug"\n'
        '[[references]]\nimage = "boat.png"\nprompt = "A <sks> cat on a boat"\n' + QUICK
    )
    out = folder / "out"
    assert run("run", path, "--out", out, "--rounds", 2, "--candidates", 2, "--steps", 2) == 0
    summary = json.loads((out / "summary.json").read_text())
    assert summary["project"]["policy"] == "random"
    assert summary["project"]["settings"]["tune"]["steps"] == 2
    assert len(summary["rounds"][0]["accepted"]) == 2
    assert all(anchor["candidates"] == 2 for anchor in summary["rounds"][0]["anchors"])


def test_same_command_again_does_nothing_twice_and_more_rounds_go_on(one_round: Path) -> None:
    project, out = one_round / "project.toml", one_round / "out"
    before = results(out)
    assert run("run", project, "--out", out, "--rounds", 1) == 0
    assert results(out) == before
    assert run("run", project, "--out", out, "--rounds", 2) == 0
    with Store(out / "workspace") as store:
        assert len(store.projects.all()) == 1
        jobs = store.jobs.of_project(store.projects.all()[0].id)  # measuring depends on the machine's speed
        assert Counter(job.kind for job in jobs if job.kind != "measure") == {"fine_tune": 2, "generate": 2}


def test_equal_runs_give_equal_bytes(folder: Path, names: tuple[str, str], whole: Whole) -> None:
    project = write_project(folder, names)
    assert run("run", project, "--out", folder / "another") == 0
    one, another = results(whole.folder / "out"), results(folder / "another")
    assert one == another
    assert len(one) > 20
    assert run("run", project, "--out", folder / "third", "--seed", 4, "--rounds", 1) == 0
    outs = whole.folder / "out", folder / "third"
    rows = [(out / "candidates.csv").read_text().splitlines()[1:] for out in outs]
    ids = [{row.partition(",")[0] for row in found} for found in rows]
    assert len(ids[0]) == len(rows[0]) and ids[0].isdisjoint(ids[1]), "another seed gives other images"


def test_a_changed_run_is_refused_and_replaces_the_other_on_request(
    one_round: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, project = one_round / "out", one_round / "project.toml"
    before = {path: path.read_bytes() for path in out.rglob("*.png") if "workspace" not in path.parts}
    lora = (out / "lora-round-1.safetensors").read_bytes()
    capsys.readouterr()
    project.write_text(project.read_text().replace("A cat in ink style", "A cat in clay style"))
    assert run("run", project, "--out", out, "--rounds", 1) == 2
    said = capsys.readouterr().err
    assert "has the results of another run: choose another --out, or replace them with --overwrite." in said
    assert {path: path.read_bytes() for path in before} == before
    assert (out / "lora-round-1.safetensors").read_bytes() == lora

    assert run("run", project, "--out", out, "--rounds", 1, "--overwrite") == 0
    table = list(csv.DictReader((out / "candidates.csv").read_text("utf-8-sig").splitlines()))
    assert {row["prompt"].rsplit(" in ", 1)[1] for row in table} == {"clay style"}
    pictures = {str(path.relative_to(out)) for path in (out / "pictures").rglob("*.png")}
    assert pictures == {row["file"] for row in table}, "none of the other run"
    assert (out / "lora-round-1.safetensors").read_bytes() != lora


def test_a_run_that_was_refused_leaves_its_folder_to_the_corrected_one(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    out, project = folder / "out", write_project(folder, names)
    right = project.read_text()
    project.write_text(right.replace("top_k = 2", "top_k = 9"))
    assert run("run", project, "--out", out, "--rounds", 1) == 2
    capsys.readouterr()
    project.write_text(right)
    assert run("run", project, "--out", out, "--rounds", 1) == 0
