"""Each thing that can be added is one file in the package's own folders, and at most one line.

A copy of the package has all of them: its registries, page and types know them. In `--check-all` its command
line, its page and its worker do their work with them, each in a process.
"""

import json
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gal_studio.core.gal.policies.absent import Absent, Unjudged
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.settings import Settings
from gal_studio.core.settings_fields import GROUPS
from gal_studio.ui.page.static import ui_folder
from tests.additions import asked, copied, page, run_python, stored, succeeded, work
from tests.commands.running import write_project
from tests.features.needed import EXPORTS
from tests.studio.seeding import png
from tests.tiny_project import make_models

pytestmark = pytest.mark.slow
NOT_SHOWN = {
    "gal.balance", "generation.batch_size", "tune.checkpoint_every", "tune.continue_from_last",
    "tune.prior_as_published", "tune.sample_latents", "tune.shared_time", "tune.time_low",
}  # fmt: skip
"""Settings that project files alone have; those of a refinement are asked in its dialog."""


class Seen(NamedTuple):
    """What the command wrote, and what the page said before a worker did what the page had requested."""

    folder: Path
    workspace: Path
    out: Path
    command: tuple[object, ...]
    shown: Any
    listed: str


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("copy") / "copy")


@pytest.fixture(scope="module")
def seen(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    here = tmp_path_factory.mktemp("additions")
    names = make_models(here / "models")
    (here / "cat.png").write_bytes(png())
    file = write_project(here, names)
    text = file.read_text().replace('policy = "random"', 'policy = "spread"')
    file.write_text(text.replace("[settings.gal]", '[settings.gal]\npolicy = "spread"\npatience = 3'))
    out = here / "out"
    command = ("-m", "gal_studio.cli", "run", file, "--out", out, "--rounds", 1, "--json")
    summary = json.loads(succeeded(run_python(folder, *command)))
    assert summary["project"]["policy"] == "spread"
    workspace = out / "workspace"
    asked_exports = [("export_round", {"form": "easel"})] if EXPORTS else []
    shown = page(folder, workspace, [("run_job", {"kind": "count"}), *asked_exports])
    assert Path(shown["package"]).is_relative_to(folder), "the copy must be what runs"
    listed = succeeded(run_python(folder, "-m", "gal_studio.cli", "jobs", "--workspace", workspace))
    work(folder, workspace)
    return Seen(folder, workspace, out, command, shown, listed)


@pytest.mark.thorough
def test_a_job_has_its_button_its_line_in_the_list_and_its_work(seen: Seen) -> None:
    button = {
        "change": "run_job", "kind": "count", "button": "Count", "hint": "Counts the test prompts"
    }  # fmt: skip
    assert button in seen.shown["poll"]["parts"]["project"]["offered"]
    assert "error" not in seen.shown["said"]["run_job"]
    assert "Counting" in seen.listed
    query = "SELECT state, message FROM jobs WHERE kind = 'count'"
    assert stored(seen.workspace, query) == [("completed", "")]


MOOD = """
import json, sys
from pathlib import Path
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.gal.scores.registry import SCORES
from gal_studio.core.models.forms.registry import FORMS
from gal_studio.core.settings import Settings
from gal_studio.core.variants.registry import VARIANTS
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.page.static import files, served
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context
from tests.asked import check_payloads
from gal_studio.worker.jobs.registry import WORK
from tools.web_types import written

with Store(Path(sys.argv[1])) as store:
    studio = Studio(store)
    project = studio.create_demo("mood")
    check_payloads(store, project)
    context = Context(ViewCache(studio))
    parts = REQUESTS["poll"](context, {"project": project})["parts"]
    options = REQUESTS["options"](context, {})
    print(json.dumps({"kind": parts["project"]["kind"], "anchors": len(parts["project"]["anchors"]),
                      "settings": list(options["presets"][0]["settings"]), "types": written(),
                      "demos": [one["kind"] for one in REQUESTS["overview"](context, {})["demos"]],
                      "page": served()["studio.js"].decode(), "files": sorted(files()),
                      "css": files()["studio.css"].decode(), "requests": sorted(REQUESTS),
                      "known": [*POLICIES.names(), *SCORES.names(), *VARIANTS.names(), *FORMS.names(),
                                *WORK.names()],
                      "fields": [one["name"] for one in parts["project"]["fields"]],
                      "offered": [one["kind"] for one in parts["project"]["offered"]],
                      "counted": parts.get("counted"),
                      "patience": Settings().gal.patience}))
"""


def test_each_is_known_by_its_file_and_another_kind_of_project_is_created_and_shown(
    folder: Path, tmp_path: Path
) -> None:
    """The kind has the settings and test prompts of the kind that it is like."""
    found = asked(folder, MOOD, tmp_path / "workspace")
    assert {"spread", "redness", "baseline", "count"} <= {*found["known"]} and found["patience"] == 7
    assert not EXPORTS or "easel" in found["known"]
    assert "gal.patience" in found["fields"] and "count_pictures" in found["requests"]
    assert found["counted"] == {"pictures": 0}, "a part of a poll stands in any file of requests"
    assert {"count", "baseline"} <= {*found["offered"]}
    assert "rounds/count/count.js" in found["files"]
    after = found["css"].partition(".rounds .view.count")[2]
    for name in ("small", "phone", "large", "touch", "forced"):
        sheet = (ui_folder() / "kit" / "styles" / f"{name}.css").read_text()
        assert sheet in after, "the sheets for sizes of the window, fingers and forced colors come last"
    assert (found["kind"], found["anchors"]) == ("mood", 18)
    assert found["settings"] == found["demos"] == ["style", "object", "mood"]
    assert 'type ProjectKind = "style" | "object" | "mood"' in found["types"]
    assert '"one": "A mood"' in found["page"], "the form offers it"


BASELINE = """
import json, sys
from pathlib import Path
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context
from tests.asked import check_payloads

with Store(Path(sys.argv[1])) as store:
    studio, said = Studio(store), {}
    project = studio.projects()[0].id
    round_id = store.rounds.add(project, None, store.projects.get(project).settings, "baseline").id
    verbs = ["fine_tune", "measure", *(["run_refinement"] if "refine" in JOB_KINDS else [])]
    for verb in verbs:
        try:
            getattr(studio, verb)(round_id)
        except StudioError as error:
            said[verb] = str(error)
    if "export" in JOB_KINDS:
        try:
            studio.export_round(round_id, "kohya")
        except StudioError as error:
            said["export_round"] = str(error)
    before = REQUESTS["poll"](Context(ViewCache(studio)), {"project": project, "round": round_id})
    trained = next(one.id for one in studio.rounds(project) if one.candidates)
    wanted = {"round": trained, "kind": "baseline"}
    twice = {REQUESTS["make_round"](Context(ViewCache(studio)), wanted)["round"] for _ in range(2)}
    made, = map(store.rounds.get, twice)
    jobs = [job.kind for job in studio.run_missing(round_id)]
    check_payloads(store, project)
    parts = before["parts"]
    print(json.dumps({"round": round_id, "said": said, "verbs": verbs, "parts": parts, "jobs": jobs,
                      "made": [made.kind, made.parent_id == trained, made.number]}))
"""


@pytest.mark.thorough
def test_a_variant_of_a_round_is_known_to_page_verbs_worker_and_command(seen: Seen) -> None:
    """It is generated by the base model and nothing else is done with it, as its one file says."""
    found = asked(seen.folder, BASELINE, seen.workspace)
    assert found["said"].keys() == {*found["verbs"], *(["export_round"] if EXPORTS else ())}
    done_by = {"fine_tune": "trained", "run_refinement": "refined", "measure": "measured",
               "export_round": "exported"}  # fmt: skip
    for verb in found["said"].keys() & done_by:
        done = done_by[verb]
        assert found["said"][verb].endswith(f"nothing in it can be {done}: go on to the next round.")
    shown, chips = found["parts"]["round"], found["parts"]["rounds"]
    assert [chips[0][name] for name in ("kind", "name", "refines", "made_by")] == [
        "baseline", "Round 0 baseline", False, None
    ]  # fmt: skip
    assert (shown["trained"], shown["tunes"], shown["step"]) == (True, False, "generate")
    assert found["parts"]["actions"]["there"] == ["generate", "accept", "next_round"]
    assert shown["recipe"]["words"] == "" and shown["ladder"] == []
    assert found["jobs"] == ["generate"] and found["made"] == ["baseline", True, 1]
    offered = {(one["change"], one["kind"]) for one in found["parts"]["project"]["offered"]}
    assert ("make_round", "baseline") in offered
    work(seen.folder, seen.workspace)
    query = f"SELECT COUNT(*), COUNT(image) FROM candidates WHERE round_id = '{found['round']}'"
    assert stored(seen.workspace, query) == [(12, 12)], "three of each prompt"
    again = json.loads(succeeded(run_python(seen.folder, *seen.command)))
    assert [one["number"] for one in again["rounds"]] == [1], "the command goes on with the trained round"


def test_every_policy_of_the_folder_is_offered() -> None:
    """A class needs an instance in its file: that is what the table of policies finds."""
    offered = {type(policy) for policy in POLICIES}
    lost = [
        kind for kind in _below(Policy) if kind.__module__.startswith("gal_studio") and kind not in offered
    ]
    assert [kind for kind in lost if kind not in (Absent, Unjudged)] == [], (
        "write an instance of it at the end of its file"
    )


def _below(kind: type) -> set[type]:
    return {kind for one in kind.__subclasses__() for kind in (one, *_below(one))}


def test_every_setting_is_a_field_or_said_not_to_be_one() -> None:
    """`GROUPS` has the order of the fields, which no declaration of a setting could say."""
    groups = {one.name: one.default_factory for one in fields(Settings)}
    names = {
        f"{name}.{one.name}" for name, kind in groups.items() if is_dataclass(kind) for one in fields(kind)
    }
    shown = {name for group in GROUPS.values() for name in group}
    lost = sorted(name for name in names - shown - NOT_SHOWN if not name.startswith("refine."))
    assert not lost, f"write {lost[0]} into settings_fields.GROUPS, or into NOT_SHOWN here"
    assert not NOT_SHOWN & shown and names >= NOT_SHOWN


def test_every_view_has_its_line() -> None:
    """Views lie in the folders of their features, so that their table is a list of imports."""
    listed = (ui_folder() / "rounds" / "views" / "views.js").read_text()
    for path in [*(ui_folder() / "rounds").rglob("*.js"), *(ui_folder() / "training").rglob("*.js")]:
        for name in re.findall(r"export function (mount\w*)\(panel\b", path.read_text()):
            assert name in listed, f"{path.name} has a view {name}: write its line into rounds/views/views.js"
