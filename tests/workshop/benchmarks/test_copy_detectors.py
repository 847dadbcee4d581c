"""The command that measures the copy detectors against labels."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.assets import demo, resolve_model
from gal_studio.engine.patches.loading import load_vision
from workshop.benchmarks.quality.copy_detectors import (
    Labelled,
    agreement,
    choose_threshold,
    compare,
    read_labels,
    report,
    write_threshold,
)

pytestmark = pytest.mark.thorough


def labelled(copies: list[int], prompts: list[int], likeness: list[float], name: str = "cat") -> Labelled:
    return Labelled(name, np.array(copies, bool), np.array(prompts, bool), np.array(likeness))


def test_agreement_by_hand() -> None:
    found = agreement(np.array([True, True, False, False]), np.array([True, False, True, False]))
    assert (found.recall, found.precision, found.kappa) == (0.5, 0.5, 0.0)


def test_the_threshold_separates_what_the_prompts_leave() -> None:
    case = labelled([1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0.1, 0.5, 0.6, 0.2, 0.3])
    assert 0.3 < choose_threshold([case]) < 0.5
    other = labelled([1, 0, 0], [0, 0, 0], [0.9, 0.2, 0.8], "fish")
    lines = report([case, other], 0.4)
    assert "both" in lines[2]
    assert "recall 1.00, precision 0.50, kappa 0.40" in lines[-1]  # by the threshold of the cat
    assert lines[-1].startswith("fish")


def test_pictures_are_compared_and_the_threshold_is_written(tmp_path: Path) -> None:
    cat = demo("style").images[0]
    Image.new("RGB", (128, 128), "#5588cc").save(tmp_path / "plain.png")
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["reference", "picture", "copy", "prompts"])
        rows.writerows([[cat, cat, 1, 0], [cat, "plain.png", 0, 0], [cat, "plain.png", "?", 0]])
    tower = load_vision(*map(resolve_model, ("assets:pocket/vision", "local-dir:assets:pocket/clip")), "cpu")
    ((reference, found),) = read_labels(tmp_path / "labels.csv").items()
    case = compare(tower, reference, found)
    assert case.likeness[0] > 0.9 > 0.2 > case.likeness[1]
    (tmp_path / "vision.json").write_text(json.dumps({"base": "clip:x", "grid": 16}))
    write_threshold(tmp_path, choose_threshold([case]))
    written = json.loads((tmp_path / "vision.json").read_text())
    assert written["base"] == "clip:x"
    assert case.likeness[1] < written["shows_from"] < case.likeness[0]


@pytest.mark.parametrize("name", ["assets:pocket/vision"])
def test_the_bundled_vision_model_has_a_threshold(name: str) -> None:
    clip = resolve_model("local-dir:assets:pocket/clip")
    assert load_vision(resolve_model(name), clip, "cpu").shows_from == pytest.approx(0.19)
