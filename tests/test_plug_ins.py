"""What another package brings by entry points is known to the page, the command line and workers."""

import csv
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import pytest

from gal_studio.commands.terminal.policies import named_policy
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.gal.policies.uncertainty import Uncertainty
from gal_studio.core.gal.scores.registry import SCORES, score_pictures
from gal_studio.core.gal.scores.score import DrawnPictures, Score
from gal_studio.studio import Studio
from tests.additions import ROOT, page, run_python, stored, succeeded, work
from tests.commands.running import write_project
from tests.features.needed import EXPORTS, needs_exports
from tests.invented import added
from tests.studio.seeding import draft, draw, png, train
from tests.tiny_project import make_models

pytestmark = pytest.mark.slow
PLUG_IN = Path(__file__).parent / "plug_in"
BROKEN = "The plug-in 'gone' of gal-studio-example (gal_studio.policies) cannot be used"
OWN = """
from gal_studio.core.gal.policies.policy import Policy
class Backwards(Policy):
    name, label = "backwards", "Backwards"
    def order(self, pool):
        return [score for score in reversed(pool.ranked) if self.pictures(pool, score)]
    def reason(self, pool, score):
        return "It comes last."
class Half(Policy):
    name, label = "half", "Half"
"""


class Seen(NamedTuple):
    """What the command wrote, and what the page said before a worker had its turn."""

    here: Path
    workspace: Path
    out: Path
    shown: Any


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    here = tmp_path_factory.mktemp("plug-ins")
    (here / "cat.png").write_bytes(png())
    (here / "mine.py").write_text(OWN)
    file = write_project(here, make_models(here / "models"))
    file.write_text(file.read_text().replace("[settings.gal]", '[settings.gal]\npolicy = "alphabet"'))
    out = here / "out"
    command = ("-m", "gal_studio.cli", "run", file, "--out", out, "--rounds", 1, "--policy", "mine:Backwards")
    succeeded(run_python(PLUG_IN, *command, cwd=here))
    workspace = out / "workspace"
    shown = page(PLUG_IN, workspace, [("export_round", {"form": "slate"})] if EXPORTS else [])
    work(PLUG_IN, workspace)
    return Seen(here, workspace, out, shown)


@pytest.mark.thorough
def test_a_policy_is_a_value_of_the_setting_and_suggests_on_the_page(seen: Seen) -> None:
    poll = seen.shown["poll"]["parts"]
    assert poll["project"]["settings"]["gal"]["policy"] == "alphabet", "the command has read it"
    (field,) = [one for one in poll["project"]["fields"] if one["name"] == "gal.policy"]
    assert ["alphabet", "Alphabet"] in field["choices"]
    reasons = {score["reason"] for score in poll["scores"] if score["suggested"]}
    assert reasons == {"Its prompt comes early in the alphabet."}


@pytest.mark.thorough
def test_a_score_is_computed_and_shown(seen: Seen) -> None:
    assert all("greenness" in one["scores"] for one in seen.shown["poll"]["candidates"]["items"])
    with (seen.out / "candidates.csv").open(encoding="utf-8-sig") as file:
        assert all(0 <= float(row["greenness"]) <= 1 for row in csv.DictReader(file))


@needs_exports
@pytest.mark.thorough
def test_an_export_format_is_offered_and_written_by_a_worker(seen: Seen) -> None:
    assert seen.shown["exports"]["forms"][-1]["title"] == "For Slate"
    assert stored(seen.workspace, "SELECT form FROM exports WHERE made_of IS NOT NULL") == [("slate",)]


@pytest.mark.thorough
def test_a_view_is_listed_and_served_with_its_styles(seen: Seen) -> None:
    assert 'PLUG_INS = [["list", "List", "../../plug_ins/list.js"]]' in seen.shown["listed"]
    assert {"plug_ins/list.js", "plug_ins/list.css"} <= set(seen.shown["files"])
    assert ".rounds .view.list" in seen.shown["css"]


def test_a_model_family_is_known_where_models_are_loaded() -> None:
    code = "from gal_studio.engine.families.registry import FAMILIES; print(FAMILIES.names()[-1])"
    assert succeeded(run_python(PLUG_IN, "-c", code)).strip() == "invented"


def test_a_feature_adds_its_command_and_what_fails_of_it_is_left_out() -> None:
    assert succeeded(run_python(PLUG_IN, "-m", "gal_studio.cli", "greet")) == "Hello\n"
    code = (
        "from gal_studio.cli import modules; from gal_studio.core import features\n"
        "from gal_studio.ui.panels.everything import REQUESTS\n"
        "names = [*modules()]\n"
        "print(names[names.index('jobs') + 1], 'poll' in REQUESTS)\n"
        "print(*features.brought(), *features.problems(), sep='\\n')"
    )
    where, brought, broken = succeeded(run_python(PLUG_IN, "-c", code)).splitlines()
    assert where == "greet True"
    assert brought == "gal_studio_greeting (gal_studio.features), from gal-studio-example"
    assert "'greeting' of gal-studio-example" in broken and "(ZeroDivisionError: by nothing)" in broken


@pytest.mark.thorough
def test_the_doctor_lists_them_and_the_workers_log_names_a_broken_one_once(seen: Seen) -> None:
    assert (seen.workspace / "logs" / "worker.log").read_text().count(BROKEN) == 1
    said = succeeded(run_python(PLUG_IN, "-m", "gal_studio.cli", "doctor", cwd=seen.here))
    *used, line = [line for line in said.splitlines() if line.startswith("Plug-in")]
    names = ("gal_studio_greeting", "alphabet", "greenness", "slate", "list", "invented")
    assert [words.split()[1] for words in used] == list(names)
    assert all(words.endswith("from gal-studio-example") for words in used)
    assert BROKEN in line and line.endswith("update gal-studio-example or uninstall it.")


@pytest.mark.thorough
def test_without_the_package_the_project_is_shown_and_says_what_is_missing(seen: Seen) -> None:
    poll = page(ROOT, seen.workspace)["poll"]["parts"]
    assert "The selection strategy 'alphabet' is not installed here" in json.dumps(poll)
    assert not [score for score in poll["scores"] if score["suggested"]]


@pytest.mark.thorough
def test_a_command_takes_a_class_of_a_module(seen: Seen) -> None:
    summary = json.loads((seen.out / "summary.json").read_text())
    assert summary["project"]["policy"] == "backwards"
    reasons = {one["reason"] for one in summary["rounds"][0]["anchors"] if one["suggested"]}
    assert reasons == {"It comes last."}, "it speaks, not the policy of the settings"
    with (seen.out / "candidates.csv").open(encoding="utf-8-sig") as file:
        assert any(int(row["suggested"]) for row in csv.DictReader(file))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("mine:Half", "cannot be made"),
        ("mine:Missing", "cannot be imported"),
        ("nothing_there:X", "cannot be imported"),
        ("json:JSONDecoder", "is not a selection strategy"),
    ],
)
def test_what_is_no_policy_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, sentence: str
) -> None:
    (tmp_path / "mine.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    with pytest.raises(StudioError, match=sentence):
        named_policy(given)


def test_a_policy_that_fails_suggests_nothing_and_says_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = studio.store.rounds.of_project(studio.create_project(draft()))[0].id
    train(studio, round_id)
    draw(studio, round_id, [1, 2, 2])
    monkeypatch.setattr(POLICIES, "origin", lambda name: "some-package")

    def fail(self: object, pool: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(Uncertainty, "order", fail)
    view = studio.round_view(round_id)
    assert "of some-package failed (ZeroDivisionError: by nothing)" in view.sentence
    assert not any(score.suggested for score in view.scores)


def test_a_score_that_fails_is_left_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(pictures: DrawnPictures) -> None:
        raise ZeroDivisionError("by nothing")

    broken = Score("broken", "Broken", 0.0, 1.0, "more", "It fails", fail)
    ones = numpy.array([[1.0, 0.0]])
    pictures = DrawnPictures((numpy.zeros((8, 8, 3), numpy.uint8),), ones, ones, ones, ones)
    with added(SCORES, broken):
        with pytest.raises(ZeroDivisionError):
            score_pictures(pictures)
        monkeypatch.setattr(SCORES, "origin", lambda name: "some-package")
        (scores,) = score_pictures(pictures)
    assert "broken" not in scores and "similarity_anchor" in scores
    assert "The score 'broken' of some-package cannot be computed" in caplog.text
