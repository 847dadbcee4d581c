"""`gal-studio replay`: a project is drawn again, itself untouched, and twice the same gives equal files."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gal_studio.research.replays.record import replays_of
from gal_studio.research.replays.reports import replay_zip
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT, project_rows
from tests.commands.running import run
from tests.tiny_project import changed, tiny_draft

BY_THE_PERSON = ("replay", "--project", "Ink", "--policy", "human")
ROOT = Path(__file__).parents[2]
SHORT = changed(tune={"steps": 3})


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str]) -> Path:
    """A workspace with two rounds: one accepted picture with a weight, one in part, one rejected."""
    folder = tmp_path_factory.mktemp("replay") / "workspace"
    with Store(folder) as store:
        studio = Studio(store)
        project = studio.create_project(tiny_draft(names, changes=SHORT, name="Ink"))
        first = store.rounds.of_project(project)[0].id
        studio.change_test_set(project, ["A house {}", "A fish {}"], 1)
        studio.measure_when(project, "always")  # by itself only what costs little is measured, by the clock
        work(studio, first)
        pictures = store.candidates.of_round(first)
        whole, part, bad = (pictures[index].id for index in (0, 4, 8))
        studio.decide([whole], "accepted")
        studio.set_weight(whole, 0.25)
        mask = np.zeros((32, 32), np.uint8)
        mask[:16] = 255
        studio.accept_in_part(part, mask)
        studio.decide([bad], "rejected")
        work(studio, studio.next_round(first).id)
    return folder


def work(studio: Studio, round_id: str) -> None:
    studio.run_round(round_id)
    with Worker(studio.store).entered() as worker:
        worker.run(until_empty=True)


@pytest.fixture
def workspace(played: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(played, tmp_path / "workspace"))


@pytest.fixture(scope="module")
def by_the_person(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace whose project was replayed, and in `out` the files of its replay."""
    folder = tmp_path_factory.mktemp("replayed")
    workspace = shutil.copytree(played, folder / "workspace")
    assert run(*BY_THE_PERSON, "--workspace", workspace, "--out", folder / "out") == 0
    return folder


def source_of(store: Store) -> str:
    return next(name for name in store.projects.names() if replays_of(store).get(name) is None)


def rows(workspace: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the project that is replayed."""
    with Store(workspace) as store:
        read, own = store.database.rows, source_of(store)
        return {table.name: [tuple(row) for row in project_rows(read, table, own)] for table in OF_A_PROJECT}


def files(out: Path) -> dict[str, str]:
    return {path.name: digest(path.read_bytes()) for path in out.iterdir()}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def summary_of(out: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return read


@pytest.mark.thorough
def test_two_replays_of_the_person_give_equal_files_and_leave_the_project_alone(
    workspace: Path, tmp_path: Path, by_the_person: Path
) -> None:
    before = rows(workspace)
    assert run(*BY_THE_PERSON, "--workspace", workspace, "--out", tmp_path / "one") == 0
    assert rows(workspace) == before
    one, two = files(tmp_path / "one"), files(by_the_person / "out")
    assert one == two
    assert {"contact-sheet-round-1.png", "summary.json", "measures.csv", "arms.csv"} <= set(one)
    summary = summary_of(tmp_path / "one")
    assert summary["not_replayed"] == "", "on one machine every image comes out as the person saw it"
    first, second = summary["rounds"]
    assert [chosen["in_part"] for chosen in first["accepted"]] == [False, True]
    assert first["accepted"][0]["weight"] == 0.25
    assert [drawn["weight"] for drawn in second["trained_on"]][:2] == [1.0, 0.25]
    assert second["measured"]["no_copy"] + second["measured"]["copies"] <= second["measured"]["pictures"] == 2
    with Store(workspace) as store:
        made = replays_of(store).of_source(source_of(store))[0].project_id
        own, again = (store.rounds.of_project(name) for name in (source_of(store), made))
        assert [each.adapter for each in again] == [each.adapter for each in own]
        verdicts = [
            sorted(store.decisions.of_round(rounds[0].id).verdicts.values()) for rounds in (own, again)
        ]
        assert verdicts[0] == verdicts[1] == ["accepted", "accepted", "rejected"]
        with zipfile.ZipFile(io.BytesIO(replay_zip(Studio(store), made))) as archive:  # as on the page
            assert {name: digest(archive.read(name)) for name in archive.namelist()} == one


def test_policies_accept_as_many_pictures_as_the_person_and_stand_beside_the_project(
    workspace: Path, tmp_path: Path
) -> None:
    for policy in ("random", "suggestion"):
        out = tmp_path / policy
        assert run("replay", "--policy", policy, "--workspace", workspace, "--out", out) == 0
    with Store(workspace) as store:
        replays = replays_of(store).of_source(source_of(store))
        assert [replay.policy for replay in replays] == ["random", "suggestion"]
        first = store.rounds.of_project(replays[0].project_id)[0]
        assert len(store.decisions.of_round(first.id).accepted) == 2
        own = store.rounds.of_project(source_of(store))[0]
        assert first.adapter == own.adapter, (
            "the first round learns the reference alone, with the same generates"
        )
    arms = list(csv.DictReader((tmp_path / "suggestion" / "arms.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["arm"], row["round"]) for row in arms] == [
        ("", "Base model"),
        ("The project", "Round 1"), ("The project", "Round 2"),
        ("Random", "Round 1"), ("Random", "Round 2"),
        ("Suggestions", "Round 1"), ("Suggestions", "Round 2"),
    ]  # fmt: skip
    assert arms[1]["clip_t"] == arms[3]["clip_t"]
    against = set(summary_of(tmp_path / "random")["against_project"])
    assert {"no_copy", "clip_t", "clip_i"} <= against
    assert against <= {"as_asked", "copies", "no_copy", "carries", "clip_t", "clip_i"}


@pytest.mark.thorough
def test_a_stopped_replay_goes_on_where_it_was_and_twice_the_same_is_one(
    workspace: Path, tmp_path: Path
) -> None:
    with Store(workspace) as store:
        studio = Studio(store)
        own = source_of(store)
        made = studio.replay(own, "human")
        first = store.rounds.of_project(made)[0]
        with Worker(store).entered() as worker:
            worker.run_job = stopping(studio, made, worker.run_job)  # type: ignore[method-assign]
            worker.run(until_empty=True)
        (view,) = studio.replays(own)
        assert (view.state, view.drawn, view.wanted) == ("halted", 0, 2)
        assert store.rounds.get(first.id).adapter is not None, "what was done is kept"
    assert run("replay", "--policy", "human", "--workspace", workspace, "--out", tmp_path / "out") == 0
    with Store(workspace) as store:
        (view,) = Studio(store).replays(source_of(store))
        assert (view.project_id, view.state, view.drawn) == (made, "done", 2)
        trainings = [job for job in store.jobs.of_project(made) if job.kind == "fine_tune"]
        assert len(trainings) == 2


def stopping(studio: Studio, project_id: str, act: Any) -> Any:
    """Stop the replay after its first job."""

    def stop_after(*given: Any) -> Any:
        ended = act(*given)
        studio.stop_replay(project_id)
        return ended

    return stop_after


def test_a_project_that_cannot_be_replayed_says_why(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("replay", "--workspace", workspace, "--out", workspace / "out", "--policy")
    assert run(*words, "best") == 2
    assert "choose one of human, suggestion, nothing, uncertainty" in capsys.readouterr().err
    assert run(*words, "human", "--round", "1") == 2
    assert "train a second round first" in capsys.readouterr().err
    with Store(workspace) as store:
        lost = store.projects.references(source_of(store))[0].image
        store.images.path(lost).unlink()
    assert run(*words, "human") == 2
    assert "The image of reference 1 is gone" in capsys.readouterr().err
    with Store(workspace) as store:
        assert len(store.projects.names()) == 1, "nothing half-made stays"
