"""The bundled finished project opens without PyTorch, is not stale, and is an ordinary project."""

import json
import subprocess
import sys
from pathlib import Path

from gal_studio.assets import assets_folder, bundled_version, finished_archive
from gal_studio.rounds import planned, test_set
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.tables.rounds import Timings
from gal_studio.studio import Studio
from gal_studio.workspace.archive.unzip import opened
from gal_studio.workspace.check import examine
from tests.asked import check_payloads
from tools.finished.pack import MOST, plan_digest
from tools.finished.plan import Plan

WITHOUT_TORCH = """
import sys
from gal_studio.state import Store
from gal_studio.studio import Studio
with Store(sys.argv[1]) as store:
    print(len(Studio(store).round_view(Studio(store).rounds(Studio(store).open_finished())[0].id).candidates))
print([name for name in ("torch", "diffusers", "gal_studio.engine") if name in sys.modules])
"""


def test_it_opens_without_torch(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, str(tmp_path / "workspace")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    assert int(said[0]) > 20 and said[1] == "[]"


def test_nothing_of_it_is_to_be_done_again(studio: Studio) -> None:
    """Whoever changes what a fingerprint covers, the bundled model or the plan makes the project again."""
    project = studio.open_finished()
    rounds = studio.rounds(project)
    assert len(rounds) == len(Plan.read().rounds) >= 4
    measured = studio.measures(project)
    assert len(measured.reports) == 1 + sum(one.measured for one in Plan.read().rounds) >= 4
    assert measured.best in {round_.id for round_ in rounds}
    for round_ in rounds:
        here = studio.store.snapshots.round(round_.id)
        assert is_trained(inputs_of(studio.store, round_.id)), round_.number
        assert not planned.missing(here)
        assert round_.id not in measured.reports or not test_set.prepare(studio.store, round_.id).missing
        assert studio.next_step(round_.id) not in ("fine_tune", "generate", "wait")
    made = json.loads((assets_folder() / "finished" / "made.json").read_text())
    assert made == {"model": bundled_version(), "plan": plan_digest()}, "make it again: tools/finished"


def test_its_times_are_not_those_of_this_computer(studio: Studio) -> None:
    """They were measured elsewhere: what a round takes here is known after the first one here."""
    project = studio.open_finished()
    model = studio.store.projects.get(project).base_model
    assert studio.store.rounds.timings(model) == Timings(None, None)


def test_what_it_holds(studio: Studio, tmp_path: Path) -> None:
    assert finished_archive().stat().st_size <= MOST
    project = studio.open_finished()
    assert not examine(studio.store)
    check_payloads(studio.store, project)
    with opened(finished_archive()) as archive:
        manifest = archive.manifest()
    assert {file.name.partition("/")[0] for file in manifest.files} == {"tables", "images", "adapters"}
    text = (tmp_path / "workspace" / "studio.db").read_bytes()
    assert b"/root/" not in text and b"/home/" not in text and b"/tmp/" not in text


def test_it_can_be_judged_branched_exported_deleted_and_opened_again(studio: Studio, tmp_path: Path) -> None:
    project = studio.open_finished()
    assert studio.open_finished() == project == studio.finished_project()
    last = studio.rounds(project)[-1].id
    tile = next(one for one in studio.round_view(last).candidates if one.verdict == "undecided")
    studio.decide([tile.candidate.id], "accepted")
    branch = studio.branch(last)
    assert tile.candidate.image in {one.image for one in studio.training_set(branch.id)}
    assert all(studio.adapter_path(one.id).is_file() for one in studio.rounds(project) if one.adapter)
    assert studio.import_project(studio.export_project(project, tmp_path / "own.zip")) != project
    studio.archive(project)
    studio.delete(project)
    assert studio.finished_project() is None
    again = studio.open_finished()
    assert len(studio.rounds(again)) == len(Plan.read().rounds)
