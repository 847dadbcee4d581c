import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from gal_studio.cli import main
from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import Candidate
from gal_studio.rounds import fingerprints, planned
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.state.database.backups import back_up
from gal_studio.state.files.own_folder import DAMAGED, others
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.studio import Studio
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.check import HOUR, Finding, examine
from gal_studio.workspace.repair import remedy, repair
from tests.features.needed import needs_refine
from tests.workspace.filled import picture, snapshot, weights


def aged(path: Path, seconds: float = HOUR + 1) -> Path:
    before = time.time() - seconds
    os.utime(path, (before, before))
    return path


def found(store: Store) -> dict[tuple[str, str], Finding]:
    return {
        (finding.problem, finding.place.table if finding.place else ""): finding for finding in examine(store)
    }


def only(store: Store, sql: str) -> str:
    row = store.database.row(sql)
    assert row is not None
    return str(row[0])


def test_whole_workspace_has_no_findings_and_repair_changes_nothing(full: Store) -> None:
    before = snapshot(full.workspace)
    assert examine(full) == ()
    assert repair(full) == ()
    assert snapshot(full.workspace) == before


def test_lost_candidate_is_drawn_again_under_its_id_and_its_verdict_stays(full: Store) -> None:
    project = full.projects.all()[0]
    round_ = full.rounds.of_project(project.id)[0]
    (chosen,) = full.decisions.of_round(round_.id).accepted
    candidate = full.candidates.get(chosen)
    data = full.images.read(candidate.image)
    full.rounds.set_settings(round_.id, project.settings.updated({"generation": {"candidates": 2}}))
    full.database.write("DELETE FROM asked_pictures")  # more were asked for by hand
    assert planned.missing(full.snapshots.round(round_.id)) == ()
    full.images.path(candidate.image).unlink()
    assert ("lost", "candidates") in found(full)
    assert any("Generate makes them again" in line for line in repair(full))
    (missing,) = planned.missing(full.snapshots.round(round_.id))
    assert (missing[0].id, missing[1]) == (candidate.anchor_id, candidate.index)
    assert Studio(full).round_view(round_.id).candidates
    with pytest.raises(StudioError, match="press Generate"):
        full.images.path(full.candidates.get(chosen).image)
    again = full.images.add(data)
    feature = full.candidates.features(round_.id)[chosen].astype(float)
    full.candidates.save(
        round_.id,
        [
            Candidate(
                "", candidate.anchor_id, candidate.index, candidate.seed, again, 0.1, 0.2, feature=feature
            )
        ],
    )
    assert full.decisions.of_round(round_.id).accepted == (chosen,)
    assert planned.missing(full.snapshots.round(round_.id)) == ()
    assert examine(full) == ()


def test_round_whose_adapter_is_lost_is_trained_again_in_its_place(full: Store) -> None:
    project = full.projects.all()[0]
    full.database.write("DELETE FROM replays")  # whose rounds nobody trains by hand
    round_ = full.rounds.of_project(project.id)[0]
    assert round_.adapter is not None
    path = full.adapters.path(round_.adapter)
    path.write_bytes(weights(99))
    assert ("altered", "rounds") in found(full)
    repair(full)
    assert full.rounds.get(round_.id).adapter is None
    assert (full.workspace / DAMAGED / path.name).read_bytes() == weights(99)
    settings = full.rounds.get(round_.id).settings
    full.projects.set_settings(project.id, project.settings.updated({"tune": {"steps": 99}}))
    studio = Studio(full)
    assert studio.next_step(round_.id) == "fine_tune"
    assert studio.fine_tune(round_.id).round_id == round_.id
    assert full.rounds.get(round_.id).settings == settings
    assert not [finding for finding in examine(full) if finding.problem == "altered"]


@pytest.mark.parametrize(
    ("table", "column", "sql", "after"),
    [
        ("class_images", "image", "SELECT COUNT(*) FROM class_images", "1"),
        ("training_images", "image", "SELECT COUNT(*) FROM training_images", "1"),
        ("pairs", "generated_image", "SELECT COUNT(*) FROM pairs WHERE generated_image IS NULL", "2"),
        ("paintings", "image", "SELECT COUNT(*) FROM paintings WHERE image IS NULL", "3"),
        ("foregrounds", "mask", "SELECT COUNT(*) FROM foregrounds", "0"),
        ("reference_masks", "mask", "SELECT COUNT(*) FROM reference_masks WHERE mask IS NULL", "2"),
    ],
)
def test_what_can_be_made_again_is_forgotten(
    full: Store, table: str, column: str, sql: str, after: str
) -> None:
    for position in (1, 2):
        image = full.images.add_picture(picture(Random(position)))
        full.projects.add_class_image(full.projects.all()[0].id, "base / cat", position, image)
    order = "DESC" if table == "pairs" else "ASC LIMIT 1 OFFSET 1" if table == "class_images" else "ASC"
    name = only(full, f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY rowid {order}")
    full.images.path(name).unlink()
    finding = found(full)["lost", table]
    assert finding.names == (name,)
    assert "--repair" in remedy(finding)
    assert any("Repaired" in line for line in repair(full))
    assert only(full, sql) == after
    assert ("lost", table) not in found(full)


def test_lost_reference_is_named_and_left_to_the_person(full: Store) -> None:
    reference = full.projects.references(full.projects.all()[0].id)[1]
    full.images.path(reference.image).unlink()
    finding = found(full)["lost", "project_references"]
    assert "start a new project" in remedy(finding)
    assert any("Not repaired" in line for line in repair(full))
    assert full.projects.reference(reference.id).image == reference.image
    assert ("lost", "project_references") in found(full)


def test_leftovers_go_when_they_are_old_and_work_in_progress_stays(full: Store) -> None:
    old = [
        full.images.folder / unfinished_name(full.workspace),
        full.images.path(full.images.add_picture(picture(Random(77)))),
        full.adapters.path(full.adapters.add(weights(1234))),
        full.workspace / unfinished_name(full.workspace),
    ]
    young = [
        full.images.path(full.images.add_picture(picture(Random(78)))),
        full.images.folder / unfinished_name(full.workspace),
    ]
    foreign = aged_file(full.images.folder / "my own notes.txt")
    old[-1].mkdir()
    (old[-1] / "studio.db").write_bytes(b"x")
    for path in (*old, *young):
        if not path.exists():
            path.write_bytes(b"half")
    for path in old:
        aged(path)
    assert {finding.problem for finding in examine(full)} == {"orphan", "leftover"}
    (full.workspace / DAMAGED).mkdir()
    (full.workspace / DAMAGED / old[1].name).write_bytes(b"another")
    report = repair(full)
    assert all("Removed" in line or "Moved to damaged/" in line for line in report)
    assert not [path for path in old if path.exists()]
    kept = {path.name for path in (full.workspace / DAMAGED).iterdir()}
    assert kept == {old[1].name, f"{old[1].stem}-2.png", old[2].name}
    assert (full.workspace / DAMAGED / old[1].name).read_bytes() == b"another"
    assert all(name in "".join(report) for name in kept - {old[1].name})
    assert all(path.exists() for path in (*young, foreign))
    assert examine(full) == ()


def test_files_of_somebody_else_stay(full: Store, tmp_path: Path) -> None:
    own = full.workspace
    elsewhere = aged_file(tmp_path / "elsewhere" / f".x.{'a' * 8}.tmp")
    (own / "exports").mkdir(exist_ok=True)
    (own / "exports" / "linked").symlink_to(elsewhere.parent)
    theirs = [
        aged_file(own / "letter.tmp"),
        aged_file(own / "tmpabcdefgh.part"),
        aged_file(own / ".import-of-cars.part"),
        aged_file(own / "temporary" / "slides.key"),
        aged_file(own / "exports" / "2019" / "bill.part"),
        aged_file(own / "images" / "scan.part"),
        aged_file(own / "images" / f"{'c' * 64}.png"),  # not its hash
        aged_file(own / "checkpoints" / "mine" / "best" / "step-1.safetensors"),
        aged_file(own / "checkpoints" / ("0" * 16) / "x" / "model-7.safetensors"),
    ]
    assert examine(full) == ()
    assert repair(full) == ()
    assert all(path.exists() for path in (*theirs, elsewhere))
    told = {path.relative_to(own).as_posix() for path in others(own)}
    assert told == {
        ".import-of-cars.part", "checkpoints/mine", "exports/2019", "exports/linked", "images/scan.part",
        "letter.tmp", "temporary/slides.key", "tmpabcdefgh.part",
    }  # fmt: skip


def aged_file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return aged(path)


def checkpoint(path: Path) -> Path:
    """A file as a training saves it."""
    header = json.dumps({"__metadata__": {"step": "2", "fingerprint": "f" * 64}}).encode()
    aged_file(path).write_bytes(len(header).to_bytes(8, "little") + header)
    return aged(path)


def test_checkpoints_that_nobody_needs_go_and_the_others_stay(full: Store) -> None:
    round_ = full.rounds.of_project(full.projects.all()[0].id)[0]
    full.rounds.end_training_at(round_.id, 3)  # a kept step changes what is trained, not the folder's name
    today = fingerprints.planned_fingerprint(inputs_of(full, round_.id))
    done = checkpoint(full.checkpoints(round_.id) / ("f" * 16) / "step-2.safetensors")  # trained as ffff…
    other = checkpoint(full.checkpoints(round_.id) / ("e" * 16) / "step-2.safetensors")
    kept = checkpoint(full.checkpoints(round_.id) / today[:16] / "step-2.safetensors")
    gone = checkpoint(full.workspace / "checkpoints" / "0123456789abcdef" / "x" / "step-1.safetensors")
    young = full.checkpoints(round_.id) / ("e" * 16) / "step-4.safetensors"
    young.write_bytes(b"x")
    finding = found(full)["checkpoint", ""]
    assert set(finding.paths) == {done, other, gone}
    repair(full)
    assert [path.exists() for path in (done, other, gone)] == [False, False, False]
    theirs = aged_file(full.workspace / "checkpoints" / "0123456789abcdef" / "x" / "step-7.safetensors")
    repair(full)
    assert not theirs.exists() and (full.workspace / DAMAGED / theirs.name).read_bytes() == b"x"
    assert kept.exists()
    assert young.exists()


@needs_refine
def test_checkpoints_of_a_refinement_and_of_what_runs_stay(full: Store) -> None:
    """A running training keeps its fingerprint, whatever was decided since it started."""
    base = full.rounds.of_project(full.projects.all()[0].id)[0]
    node = full.rounds.add(base.project_id, base.id, base.settings, "refine")
    today = fingerprints.training_fingerprint(inputs_of(full, node.id))
    kept = checkpoint(full.checkpoints(node.id) / today[:16] / "step-2.safetensors")
    other = checkpoint(full.checkpoints(node.id) / ("e" * 16) / "step-2.safetensors")
    job = full.jobs.enqueue(base.project_id, node.id, "refine")
    full.workers.enter("w")
    while (claimed := full.jobs.claim("w")) is not None and claimed.id != job.id:
        full.jobs.finish(claimed.id)
    assert ("checkpoint", "") not in found(full)
    full.jobs.interrupt(job.id, "a test")
    assert found(full)["checkpoint", ""].paths == (other,)
    full.rounds.finish_training(node.id, full.adapters.add(b"x"), today, ())
    assert set(found(full)["checkpoint", ""].paths) == {kept, other}


def test_rows_that_point_to_nothing_are_said(full: Store) -> None:
    with closing(sqlite3.connect(full.workspace / "studio.db", isolation_level=None)) as connection:
        connection.execute("DELETE FROM anchors")
    (finding,) = examine(full)
    assert finding.problem == "database" and "refer to missing rows" in finding.sentence
    assert any("Not repaired" in line for line in repair(full))


def test_a_project_that_cannot_be_read_is_put_aside_and_the_copies_are_said(full: Store) -> None:
    assert (copy := back_up(full.workspace, full.disk)) is not None
    full.database.write("UPDATE rounds SET settings = '[]' WHERE rowid = (SELECT MIN(rowid) FROM rounds)")
    (project_id,) = {one.names[0] for one in examine(full, show=show_all) if one.problem == "broken"}
    report = check_workspace(full.workspace, repair=True)
    assert f"Archived: what is left of it is in {DAMAGED}/project-{project_id}.zip" in report["done"][0]
    assert f"--restore {copy.name}` puts it in its place." in report["done"][-1]
    assert full.projects.archived() == {project_id}


def test_a_region_that_does_not_fit_its_maps_is_found(full: Store) -> None:
    pair_id = only(full, "SELECT pair_id FROM pair_regions")
    full.refinements.regions.save(pair_id, PairRegion((3, 3)))
    (finding,) = examine(full, show=show_all)
    assert "The regions of a pair do not fit its maps" in finding.sentence


def test_a_region_of_another_length_is_never_stored(full: Store) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        full.database.write("UPDATE pair_regions SET learned = x'0101'")


def test_doctor_tells_repairs_and_ends_as_it_found(full: Store, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = str(full.workspace)
    assert main(["doctor", "--workspace", workspace]) == 0
    assert "all files are intact" in capsys.readouterr().out
    reference = full.projects.references(full.projects.all()[0].id)[0]
    assert reference.mask is not None
    full.images.path(reference.mask).unlink()
    assert main(["doctor", "--workspace", workspace]) == 1
    assert "reference_masks.mask" in capsys.readouterr().out
    assert main(["doctor", "--workspace", workspace, "--repair"]) == 1  # the training set names it still
    assert "Repaired" in capsys.readouterr().out
    assert main(["doctor", "--workspace", workspace + "/nothing"]) == 2
    assert "There is no workspace" in capsys.readouterr().err
    assert not (full.workspace / "nothing").exists()
    assert main(["doctor", "--repair"]) == 2


def test_archive_commands_go_there_and_back(
    full: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, elsewhere = str(tmp_path / "new folder" / "cat.zip"), str(tmp_path / "elsewhere")
    assert main(["export-project", archive, "--workspace", str(full.workspace), "--project", "Cat"]) == 0
    assert main(["import-project", archive, "--workspace", elsewhere]) == 0
    assert "Cat is imported as project" in capsys.readouterr().out
    assert main(["doctor", "--workspace", elsewhere]) == 0
    assert main(["export-project", archive, "--workspace", str(full.workspace), "--project", "Dog"]) == 2
    assert main(["export-project", archive, "--workspace", str(tmp_path / "gone")]) == 2
    assert main(["import-project", str(tmp_path / "gone.zip"), "--workspace", elsewhere]) == 2
    assert all(line.endswith(".") for line in capsys.readouterr().err.splitlines()[1:])
