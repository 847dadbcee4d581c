"""The constants of the three rules are found again from labels that follow them; pictures are drawn again."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.records.candidate import Candidate
from gal_studio.state import Store
from tests.stored_project import add_project
from workshop.benchmarks.output import write
from workshop.benchmarks.quality import eyes
from workshop.benchmarks.quality.eyes import RULES, Counted, fit, tables
from workshop.benchmarks.quality.refinement_noise import FULL, TRIAL, USUAL
from workshop.benchmarks.quality.teachers import SECOND

pytestmark = pytest.mark.thorough


def counted(name: str, seed: int) -> Counted:
    """A reference whose raters say what the shipped constants say, by chance."""
    rng = np.random.default_rng(seed)
    clues = {
        "copy": rng.normal((0.0, 0.4), (0.3, 0.3), (4000, 2)),
        "asked": rng.normal(0.3, 1.0, (4000, 1)),
        "like": rng.normal(0.65, 0.2, (4000, 1)),
    }
    seen = {}
    for rule in RULES:
        chance = 1 / (1 + np.exp(-(clues[rule.name] @ rule.shipped[0] + rule.shipped[1])))
        seen[rule.name] = (rng.random(4000) < chance, rng.random(4000) < chance)
    return Counted(name, clues, seen)


def test_the_constants_are_those_that_the_labels_follow() -> None:
    cases = [counted("one", 0), counted("two", 1)]
    for rule in RULES:
        weights, constant = fit(rule.name, cases)
        assert weights == pytest.approx(rule.shipped[0], rel=0.1)
        assert constant == pytest.approx(rule.shipped[1], rel=0.1, abs=0.1)


def test_each_reference_is_judged_by_the_others_and_one_alone_by_what_is_shipped() -> None:
    lines = list(tables([counted("one", 0), counted("two", 1)]))
    assert [line.split(":")[0] for line in lines if "reference |" in line] == [rule.title for rule in RULES]
    assert sum(line.startswith("  fitted to all: constant") for line in lines) == 3
    apart = next(line for line in lines if line.startswith("  one |")).split(" | ")
    assert apart[1] == "4000" and "-" not in apart[3]
    alone = next(line for line in tables([counted("one", 0)]) if line.startswith("  one |")).split(" | ")
    assert alone[3] == "-, -" and alone[5] == "-, -" and "-" not in alone[6]


def test_a_trial_is_drawn_again_by_its_arms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def run(folder: Path, out: Path, share: float) -> None:
        home = out / folder.name
        home.mkdir(parents=True)
        ran.append((folder.name, share))
        for arm in TRIAL.arms:
            write(home / f"{arm}.json", [{"image": f"{arm}.png", "prompt": "A tie", "strength": FULL}])

    monkeypatch.setattr(eyes, "TRIALS", ((SECOND, None), (TRIAL, run)))
    (tmp_path / "projects/mug").mkdir(parents=True)
    lines = ["reference,arm,strength,prompt,seed,copy_1", f"mug,{USUAL},full,A tie,1,0"]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join([*lines, f"fox,{USUAL},full,A tie,1,0"]) + "\n")
    home = eyes.drawn_again(table, tmp_path / "projects", tmp_path / "out", 0.5)
    assert ran == [("mug", 0.5)], "a reference without a project is left out"
    written = (home / "labels.csv").read_text().splitlines()
    assert written[1:] == [f"mug,{USUAL},full,A tie,1,0,../runs/mug/pictures/{USUAL}.png"]


def test_a_first_round_is_drawn_again_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def draw(folder: Path, workspace: Path) -> None:
        with Store(workspace) as store:
            project = add_project(store, folder.name)
            here = store.rounds.add(project.id, None, project.settings)
            anchor = store.projects.anchors(project.id)[0]
            picture = store.images.add_picture(Image.new("RGB", (16, 16), "blue"))
            clues = {"likeness": 0.9}
            one = Candidate("", anchor.id, 0, 1, picture, 0.3, 0.4, feature=np.zeros(4), more_scores=clues)
            store.candidates.save(here.id, [one])

    monkeypatch.setattr(eyes.teachers, "first_round", draw)
    (tmp_path / "projects/cat").mkdir(parents=True)
    table = tmp_path / "first.csv"
    rows = [f"cat,A tie in ink style,{index},0.5,0.0,0.9,1" for index in (0, 4)]
    table.write_text("\n".join(["reference,prompt,index,p,a,c,copy_1", *rows]) + "\n")
    home = eyes.drawn_again(table, tmp_path / "projects", tmp_path / "out", 1.0)
    said = capsys.readouterr().out
    assert said.startswith(
        "cat: 1 of 2 images drawn again, 0 with equal p and a; the largest difference is 0."
    )
    (line,) = (home / "labels.csv").read_text().splitlines()[1:]
    assert line.endswith(',1,"first, full",cat-0.png'), "full strength is the first rung"
    with Image.open(home / "pictures/cat-0.png") as found:
        assert found.getpixel((3, 3)) == (0, 0, 255)
