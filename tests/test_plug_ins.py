"""What another package brings by entry points is known to the page, the command line and workers."""

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.additions import ROOT, page, run_python, succeeded, work
from tests.commands.running import write_project
from tests.studio.seeding import png
from tests.tiny_project import make_models

PLUG_IN = Path(__file__).parent / "plug_in"
BROKEN = "The plug-in 'gone' of gal-studio-example (gal_studio.policies) cannot be used"
OWN = """
from gal_studio.core.gal.policies.policy import Policy
class Backwards(Policy):
    name, label, wants = "backwards", "Backwards", "The last test prompts."
    def order(self, pool):
        return [score for score in reversed(pool.ranked) if self.pictures(pool, score)]
    def reason(self, pool, score):
        return "It comes last."
class Half(Policy):
    name, label, wants = "half", "Half", "Nothing."
"""


class Seen(NamedTuple):
    """What the command wrote, and what the page said before and after a worker had its turn."""

    here: Path
    workspace: Path
    out: Path
    before: Any
    after: Any


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    here = tmp_path_factory.mktemp("plug-ins")
    (here / "cat.png").write_bytes(png())
    file = write_project(here, make_models(here / "models"))
    text = file.read_text().replace('policy = "random"', 'policy = "alphabet"')
    file.write_text(text.replace("[settings.gal]", '[settings.gal]\npolicy = "alphabet"'))
    out = here / "out"
    command = ("-m", "gal_studio.cli", "run", file, "--out", out, "--rounds", 1, "--json")
    succeeded(run_python(PLUG_IN, *command, cwd=here))
    workspace = out / "workspace"
    before = page(PLUG_IN, workspace, [("export_round", {"form": "slate"})])
    work(PLUG_IN, workspace)
    return Seen(here, workspace, out, before, page(PLUG_IN, workspace))


def test_a_policy_suggests_in_the_command_and_on_the_page(seen: Seen) -> None:
    assert json.loads((seen.out / "summary.json").read_text())["project"]["policy"] == "alphabet"
    poll = seen.before["poll"]["parts"]
    (field,) = [one for one in poll["project"]["fields"] if one["name"] == "gal.policy"]
    assert ["alphabet", "Alphabet"] in field["choices"]
    reasons = {score["reason"] for score in poll["scores"] if score["suggested"]}
    assert reasons == {"Its prompt comes early in the alphabet."}


def test_a_score_is_computed_and_shown(seen: Seen) -> None:
    assert all("greenness" in one["scores"] for one in seen.before["poll"]["candidates"]["items"])
    with (seen.out / "candidates.csv").open() as file:
        assert all(0 <= float(row["greenness"]) <= 1 for row in csv.DictReader(file))


def test_an_export_format_is_written_by_a_worker(seen: Seen) -> None:
    (row,) = seen.after["results"]["rounds"]
    assert row["exports"][-1]["title"] == "For Slate"
    assert row["exports"][-1]["export"]["made"]


def test_a_view_is_listed_and_served_with_its_styles(seen: Seen) -> None:
    assert 'PLUG_INS = [["list", "List", "../../plug_ins/list.js"]]' in seen.before["listed"]
    assert {"plug_ins/list.js", "plug_ins/list.css"} <= set(seen.before["files"])
    assert ".rounds .view.list" in seen.before["css"]


def test_a_model_family_is_known_where_models_are_loaded() -> None:
    code = "from gal_studio.engine.families.registry import FAMILIES; print(FAMILIES.names()[-1])"
    assert succeeded(run_python(PLUG_IN, "-c", code)).strip() == "invented"


def test_a_broken_one_is_named_once_in_the_workers_log_and_by_the_doctor(seen: Seen) -> None:
    log = (seen.workspace / "logs" / "worker.log").read_text()
    assert log.count(BROKEN) == 1
    said = succeeded(run_python(PLUG_IN, "-m", "gal_studio.cli", "doctor", "--no-probe", cwd=seen.here))
    (line,) = [line for line in said.splitlines() if line.startswith("Plug-in")]
    assert BROKEN in line and line.endswith("update gal-studio-example or uninstall it.")


def test_without_the_package_the_project_is_shown_and_says_what_is_missing(seen: Seen) -> None:
    poll = page(ROOT, seen.workspace)["poll"]["parts"]
    assert "The policy 'alphabet' is not installed here" in json.dumps(poll)
    assert not [score for score in poll["scores"] if score["suggested"]]


def test_a_command_takes_a_class_of_a_module(seen: Seen) -> None:
    (seen.here / "mine.py").write_text(OWN)
    out, file = seen.here / "other", seen.here / "project.toml"
    command = ("-m", "gal_studio.cli", "run", file, "--out", out, "--rounds", 1, "--json", "--policy")
    summary = json.loads(succeeded(run_python(PLUG_IN, *command, "mine:Backwards", cwd=seen.here)))
    assert summary["project"]["policy"] == "backwards"
    for given, sentence in {
        "mine:Half": "cannot be made",
        "mine:OWN": "cannot be imported",
        "nothing_there:X": "cannot be imported",
        "json:JSONDecoder": "is not a policy",
    }.items():
        refused = run_python(PLUG_IN, *command, given, cwd=seen.here)
        assert refused.returncode == 2 and sentence in refused.stderr, refused.stderr
