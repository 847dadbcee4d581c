"""`gal-studio refine`, and `--refine` in a run."""

import csv
import json
import math
from pathlib import Path

import pytest

from gal_studio.core.intervals import FEWEST
from gal_studio.provenance import made_by
from gal_studio.state import Store
from tests.commands.running import check_rounds, refinable, results, run

REFINE_KEYS = {
    "pairs", "steps", "loss_first", "loss_last", "metrics_before", "metrics_after", "judged_by",
    "unmeasured",
}  # fmt: skip


def test_every_round_is_refined_when_asked(
    folder: Path, names: tuple[str, str], tower: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = refinable(folder, names, tower), folder / "out"
    assert run("run", project, "--out", out, "--refine", "--policy", "random") == 0
    summary = json.loads((out / "summary.json").read_text())
    assert [round_["number"] for round_ in summary["rounds"]] == [1, 2]
    for round_ in summary["rounds"]:
        told = round_["refine"]
        assert set(told) >= REFINE_KEYS
        assert (told["pairs"], told["steps"]) == (2, 3)
        assert math.isfinite(told["loss_first"] + told["loss_last"])
        assert (told["judged_by"], told["unmeasured"]) == (names[1], None)
        metrics = {"clip_t", "clip_i", "overfit_rate"}
        assert set(told["metrics_before"]) == set(told["metrics_after"]) == metrics
        assert (out / f"lora-round-{round_['number']}-refined.safetensors").is_file()
        assert (out / f"contact-sheet-round-{round_['number']}-refined.png").is_file()
    table = list(csv.DictReader((out / "candidates.csv").read_text("utf-8-sig").splitlines()))
    check_rounds(summary, table, out)
    refined = list(csv.DictReader((out / "refined-candidates.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["round"], row["prompt"], row["seed"]) for row in refined] == [
        (row["round"], row["prompt"], row["seed"]) for row in table
    ]
    assert all((out / row["file"]).is_file() for row in refined)
    with Store(out / "workspace") as store:
        rounds = store.rounds.of_project(store.projects.all()[0].id)
        kinds = {round_.id: round_.kind for round_ in rounds}
        assert sorted((round_.number, round_.kind) for round_ in rounds) == [
            (1, "fine_tune"), (1, "refine"), (2, "fine_tune"), (2, "refine"),
        ]  # fmt: skip
        (second,) = (round_ for round_ in rounds if (round_.number, round_.kind) == (2, "fine_tune"))
        assert kinds[second.parent_id or ""] == "refine"
        jobs = len(store.jobs.of_project(rounds[0].project_id))
    before = results(out)
    capsys.readouterr()
    assert run("run", project, "--out", out, "--refine", "--policy", "random") == 0
    assert results(out) == before
    with Store(out / "workspace") as store:
        assert len(store.jobs.of_project(rounds[0].project_id)) == jobs


def test_refine_command_on_a_stored_project(
    folder: Path, names: tuple[str, str], tower: str, capsys: pytest.CaptureFixture[str]
) -> None:
    project, out = refinable(folder, names, tower), folder / "out"
    assert run("run", project, "--out", out, "--rounds", 2, "--policy", "random") == 0
    summary = json.loads((out / "summary.json").read_text())
    assert [round_["refine"] for round_ in summary["rounds"]] == [None, None]
    workspace, refined = out / "workspace", folder / "refined"
    capsys.readouterr()
    assert run("refine", "--workspace", workspace, "--round", 1, "--out", refined, "--json") == 0
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert set(told) >= REFINE_KEYS
    assert "text alignment" in printed.err
    assert told["made_by"] == made_by() and told["seconds"] > 0
    written = json.loads((refined / "summary.json").read_text())["rounds"][0]["refine"]
    assert written == {name: value for name, value in told.items() if name not in ("made_by", "seconds")}
    assert (told["prompts"], told["images"]) == (len(told["measured_prompts"]), 3 * told["prompts"])
    few = told["prompts"] < FEWEST
    assert few and all(one["low"] is one["high"] is None for one in told["differences"].values())
    assert f"images of {told['prompts']} prompts: too few for an interval" in printed.err
    assert run("refine", "--workspace", workspace, "--round", 1, "--json") == 0  # it is done already
    assert json.loads(capsys.readouterr().out) == told
    assert run("refine", "--workspace", workspace, "--steps", 4, "--json") == 0  # the last round
    assert json.loads(capsys.readouterr().out)["steps"] == 4
    with Store(workspace) as store:
        rounds = store.rounds.of_project(store.projects.all()[0].id)
        assert sorted(round_.number for round_ in rounds if round_.kind == "refine") == [1, 2]
