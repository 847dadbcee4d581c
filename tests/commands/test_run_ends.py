"""`gal-studio run` where something is missing: test prompts, pictures, or the LoRA that it started from."""

import csv
import json
from pathlib import Path

import pytest

from gal_studio.commands.running.outputs import write_outputs
from gal_studio.commands.running.unattended import RunPlan, origin_of
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.workspace.repair import repair
from tests.commands.running import run, write_project


def test_a_run_ends_when_its_prompts_are_used_up(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Four prompts, of which each round uses two: the third one is trained, and has nothing to draw."""
    out = folder / "out"
    project = write_project(folder, names)
    assert run("run", project, "--out", out, "--rounds", 4, "--policy", "random") == 0
    assert (
        "Round 3 has no images: all test prompts have accepted images, so it is the last of the 4 requested."
    ) in capsys.readouterr().err
    summary = json.loads((out / "summary.json").read_text())
    assert [len(round_["anchors"]) for round_ in summary["rounds"]] == [4, 2, 0]
    rows = list(csv.DictReader((out / "candidates.csv").read_text("utf-8-sig").splitlines()))
    assert [row["round"] for row in rows].count("2") == 6 and not [r for r in rows if r["round"] == "3"]
    assert (out / "lora-round-3.safetensors").is_file()
    before = (out / "candidates.csv").read_bytes()
    assert run("run", project, "--out", out, "--rounds", 3, "--policy", "random") == 0
    assert "Round 3 has no images: all test prompts have accepted images." in capsys.readouterr().err
    assert (out / "candidates.csv").read_bytes() == before


KEPT = ("candidate_id", "prompt", "seed", "overfit", "suggested", "file")
"""Columns that do not depend on the last bits, in which a picture alone differs from one of a batch."""


def table(out: Path) -> list[dict[str, str]]:
    rows = csv.DictReader((out / "candidates.csv").read_text("utf-8-sig").splitlines())
    return [{name: row[name] for name in KEPT} for row in rows]


def test_lost_pictures_are_drawn_again(one_round: Path) -> None:
    project, out = one_round / "project.toml", one_round / "out"
    before = table(out)
    with Store(out / "workspace") as store:
        first = store.rounds.of_project(store.projects.all()[0].id)[0].id
        lost = store.candidates.of_round(first)[1]
        store.images.path(lost.image).unlink()
        repair(store)
        assert store.candidates.get(lost.id).image == ""
    assert run("run", project, "--out", out, "--rounds", 1) == 0
    assert table(out) == before
    with Store(out / "workspace") as store:
        assert store.candidates.get(lost.id).image == lost.image


def test_pictures_of_own_prompts_stay_out_of_the_table(one_round: Path) -> None:
    with Store(one_round / "out" / "workspace") as store:
        first = store.rounds.of_project(store.projects.all()[0].id)[0].id
        own = store.candidates.of_round(first)[1].id
        store.database.write("UPDATE candidates SET own = 1, x = NULL, y = NULL WHERE id = ?", (own,))
        studio = Studio(store)
        assert any(tile.candidate.own for tile in studio.round_view(first).candidates)
        write_outputs(studio, [first], one_round / "told", "random")
    assert own in [row["candidate_id"] for row in table(one_round / "out")]
    assert own not in [row["candidate_id"] for row in table(one_round / "told")]


def test_a_lora_to_start_from_is_known_by_what_it_holds(folder: Path) -> None:
    def origin(path: Path) -> str:
        draft = ProjectDraft(kind="style", references=(), start_from=path)
        return origin_of(RunPlan(draft, 2, "random", folder / "out", folder / "workspace"))

    lora, other = folder / "ink.safetensors", folder / "copy.safetensors"
    lora.write_bytes(b"ink")
    other.write_bytes(b"ink")
    before = origin(lora)
    assert origin(other) == before
    lora.write_bytes(b"better ink")
    assert origin(lora) != before
    assert origin(folder / "gone.safetensors") != before
