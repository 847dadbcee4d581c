"""A process that was killed between its last picture and the end of its job repeats no work."""

from pathlib import Path

import pytest

from gal_studio.state import Store
from tests.commands.running import refinable, results, run, write_project

DEAD = "UPDATE workers SET ended = NULL, process = '1@before'"


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
        ):
            writer.execute(statement)


def test_a_training_whose_end_was_not_noted_is_not_run_again(folder: Path, names: tuple[str, str]) -> None:
    project, out = write_project(folder, names), folder / "out"
    assert run("run", project, "--out", out, "--rounds", 1) == 0
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


@pytest.mark.parametrize("kind", ["pairs", "refine", "generate"])
def test_a_refinement_whose_end_was_not_noted_is_measured(
    folder: Path, names: tuple[str, str], tower: str, kind: str
) -> None:
    project, out = refinable(folder, names, tower), folder / "out"
    words = ("run", project, "--out", out, "--rounds", 1, "--refine", "--policy", "random")
    assert run(*words) == 0
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
    assert run(*words) == 0
    with Store(out / "workspace") as store:
        assert store.jobs.get(job).state == "completed"
        assert store.database.rows("SELECT * FROM measurements")
    assert results(out).keys() == before.keys()
