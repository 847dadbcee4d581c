"""A process that was killed between its last picture and the end of its job repeats no work."""

import shutil
from pathlib import Path

import pytest

from gal_studio.state import Store
from tests.commands.running import refinable, results, run
from tests.covering import few
from tests.features.needed import needs_refine
from tests.tiny_project import drawing

DEAD = "UPDATE workers SET ended = NULL, process = '1@before', beat = 0"


def as_if_killed(workspace: Path, kind: str) -> str:
    """The last job of this kind has done all its work, but its process died before the job ended."""
    with Store(workspace) as store:
        jobs = store.jobs.of_project(store.projects.all()[0].id)
        job = [other for other in jobs if other.kind == kind][-1]
        store.database.write(DEAD)
        store.database.write("UPDATE jobs SET state = 'running' WHERE id = ?", (job.id,))
        return job.id


def forget_the_drawing(workspace: Path) -> None:
    with Store(workspace) as store, store.database.transaction() as writer:
        for statement in (
            "DELETE FROM job_progress WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'generate')",
            "DELETE FROM job_moves WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'generate')",
            "DELETE FROM jobs WHERE kind = 'generate'",
            "DELETE FROM candidates",
            "UPDATE rounds SET unet_forwards = 0",
        ):
            writer.execute(statement)


def test_a_training_whose_end_was_not_noted_is_not_run_again(one_round: Path) -> None:
    project, out = one_round / "project.toml", one_round / "out"
    before = results(out)
    forget_the_drawing(out / "workspace")
    job = as_if_killed(out / "workspace", "fine_tune")
    with Store(out / "workspace") as store:
        (losses,) = store.database.rows("SELECT COUNT(*) AS n, MAX(rowid) AS last FROM losses")
    assert run("run", project, "--out", out, "--rounds", 1) == 0
    with Store(out / "workspace") as store:
        assert store.jobs.get(job).state == "completed"
        assert store.database.rows("SELECT COUNT(*) AS n, MAX(rowid) AS last FROM losses") == [losses]
    assert {name for name in results(out)} == {name for name in before}
    assert [value for name, value in results(out).items() if "csv" not in name] == [
        value for name, value in before.items() if "csv" not in name
    ]


@pytest.fixture(scope="module")
def refined(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str], tower: str) -> Path:
    """The folder of a project file and of its run, which has refined its only round."""
    folder = tmp_path_factory.mktemp("refined")
    (folder / "cat.png").write_bytes(drawing(1))
    assert run(*words_of(refinable(folder, names, tower), folder / "out")) == 0
    return folder


def words_of(project: Path, out: Path) -> tuple[object, ...]:
    return ("run", project, "--out", out, "--rounds", 1, "--refine", "--policy", "random")


@needs_refine
@pytest.mark.parametrize("kind", few({kind: kind for kind in ("pairs", "refine", "generate")}, "refine"))
def test_a_refinement_whose_end_was_not_noted_is_measured(refined: Path, tmp_path: Path, kind: str) -> None:
    project, out = refined / "project.toml", tmp_path / "out"
    shutil.copytree(refined / "out", out)
    before = results(out)
    job = as_if_killed(out / "workspace", kind)
    with Store(out / "workspace") as store:
        store.database.write("DELETE FROM measurements")
        if kind != "generate":
            (node,) = [
                round_.id
                for round_ in store.rounds.of_project(store.projects.all()[0].id)
                if round_.kind == "refine"
            ]
            jobs = "SELECT id FROM jobs WHERE kind = 'generate' AND round_id = ?"
            for table in ("job_progress", "job_moves"):
                store.database.write(f"DELETE FROM {table} WHERE job_id IN ({jobs})", (node,))
            store.database.write("DELETE FROM jobs WHERE kind = 'generate' AND round_id = ?", (node,))
            store.database.write("DELETE FROM candidates WHERE round_id = ?", (node,))
    assert run(*words_of(project, out)) == 0
    with Store(out / "workspace") as store:
        assert store.jobs.get(job).state == "completed"
        assert store.database.rows("SELECT * FROM measurements")
    assert results(out).keys() == before.keys()
