"""`gal-studio run --instant`: Round 0 without training, then a round that learns from it."""

import json
from pathlib import Path

import pytest

from gal_studio.engine.models.image_model import load_image_model
from tests.commands.running import run, write_project
from tests.engine.tiny_adapters import make_tiny_adapters
from tests.tiny_project import drawing, make_models


def test_a_run_begins_with_round_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = make_models(tmp_path / "models")
    adapters = make_tiny_adapters(tmp_path / "adapters", load_image_model(names[0], device="cpu"))
    (tmp_path / "cat.png").write_bytes(drawing(1))
    project = write_project(tmp_path, names)
    project.write_text(f'{project.read_text()}[settings.references]\nadapter = "{adapters}"\n')
    given = ["run", project, "--out", tmp_path / "out", "--rounds", 1, "--instant", "--json"]
    assert run(*given) == 0
    said = capsys.readouterr()
    zero, one = json.loads(said.out)["rounds"]
    assert (zero["number"], one["number"]) == (0, 1) and "Round 0: " in said.err
    took = json.loads((tmp_path / "out" / "timing.json").read_text())["rounds"][0]["seconds"]
    assert took["fine_tune"] == 0 < took["generate"] and not zero["trained_on"]
    accepted = {picture["prompt"] for picture in zero["accepted"]}
    learned = {picture["prompt"] for picture in one["trained_on"] if not picture["is_reference"]}
    assert learned == accepted
    assert {anchor["prompt"] for anchor in one["anchors"]}.isdisjoint(accepted)
    made = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"contact-sheet-round-0.png", "contact-sheet-round-1.png", "lora-round-1.safetensors"} <= made
    assert "lora-round-0.safetensors" not in made
    assert run(*given) == 0
    assert json.loads(capsys.readouterr().out)["rounds"][0]["accepted"] == zero["accepted"]
