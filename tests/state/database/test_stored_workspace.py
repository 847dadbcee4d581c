"""A workspace and an archive with the tables of 0.1.0 open today and show what was made in them.

`stored/version_21.tar.xz` holds the workspace of a style and an object: rounds, candidates, decisions, masks,
refinements with painted pairs and maps, jobs. Its LoRAs are stand-ins of a few bytes. `expected.json` is what
was read when it was made, with version 8 of the tables; version 21 wrote `cat.zip`, an archive of the object.
"""

import json
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gal_studio.core.records.round import Round
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.state.database.upgrades import VERSION
from gal_studio.state.tables.refinements import Pair
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.check import examine
from tests.job_moves import moves

STORED = Path(__file__).parent / "stored" / "version_21.tar.xz"
PROJECTS = ("Cat", "Ink")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored")
    with tarfile.open(STORED) as file:
        safe: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4
        file.extractall(folder, **safe)
    return folder


@pytest.fixture(scope="module")
def expected(unpacked: Path) -> dict[str, Any]:
    return dict(json.loads((unpacked / "expected.json").read_text()))


@pytest.fixture(scope="module")
def old(unpacked: Path) -> Iterator[Store]:
    """The workspace, opened once, which migrates it."""
    with closing(sqlite3.connect(unpacked / "workspace" / "studio.db")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (21,)
    with Store(unpacked / "workspace") as store:
        yield store


def plain(value: object) -> Any:
    """The value as JSON stores it."""
    return json.loads(json.dumps(value))


def seen_in_round(store: Store, round_: Round) -> dict[str, Any]:
    """The contents of `expected.json` for a round."""
    pairs = store.refinements.pairs(round_.id)
    return plain(
        {
            "id": round_.id,
            "kind": round_.kind,
            "number": round_.number,
            "parent": round_.parent_id,
            "adapter": round_.adapter,
            "trained_as": store.rounds.get(round_.id).trained_as,
            "fingerprint": fingerprints.training_fingerprint(inputs_of(store, round_.id)),
            "is_done": fingerprints.is_trained(inputs_of(store, round_.id)),
            "training_set": [asdict(example) for example in store.rounds.training_set(round_.id)],
            "lineage_set": [asdict(example) for example in inputs_of(store, round_.id).examples],
            "losses": store.rounds.losses(round_.id),
            "candidates": [candidate.id for candidate in store.candidates.of_round(round_.id)],
            "decisions": [asdict(decision) for decision in store.decisions.log(round_.id)],
            "verdicts": store.decisions.of_round(round_.id).verdicts,
            "parts": store.decisions.of_round(round_.id).masks,
            "can_undo": store.decisions.can_undo(round_.id),
            "pairs": [asdict(pair) for pair in pairs],
            "maps": {pair.id: [_rounded(store, pair.id, "quality"), _rounded(store, pair.id, "reproduction")]
                     for pair in pairs},
            "painted": store.refinements.paintings.newest(round_.id),
            "measurements": [asdict(measured) for measured in store.refinements.measurements(round_.id)],
        }
    )  # fmt: skip


def _rounded(store: Store, pair_id: str, kind: Any) -> Any:
    stored = store.refinements.map(pair_id, kind)
    assert stored is not None
    return np.round(stored.values.astype(float), 3).tolist()


def test_the_workspace_is_migrated_and_whole(old: Store) -> None:
    assert old.database.rows("PRAGMA user_version")[0][0] == VERSION
    assert examine(old) == ()


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_is_what_it_was(old: Store, expected: dict[str, Any], name: str) -> None:
    then = expected[name]
    (project,) = (project for project in old.projects.all() if project.name == name)
    assert project.id == then["id"]
    stored = type(project.settings).from_dict(then["settings"])
    assert project.settings == stored.updated({"gal": {"witnesses": "prompts"}})
    references = old.projects.references(project.id)
    assert plain([asdict(reference) for reference in references]) == then["references"]
    assert [anchor.prompt for anchor in old.projects.anchors(project.id)] == then["anchors"]
    jobs = [
        [job.kind, job.state, [[move.before, move.after, move.reason] for move in moves(old, job.id)]]
        for job in old.jobs.of_project(project.id)
    ]
    assert jobs == then["jobs"]


@pytest.mark.parametrize("name", PROJECTS)
def test_rounds_decisions_training_sets_and_fingerprints_are_what_they_were(
    old: Store, expected: dict[str, Any], name: str
) -> None:
    rounds = old.rounds.of_project(expected[name]["id"])
    assert [seen_in_round(old, round_) for round_ in rounds] == expected[name]["rounds"]
    trained = [fingerprints.is_trained(inputs_of(old, round_.id)) for round_ in rounds]
    assert trained == [round_.adapter is not None for round_ in rounds]
    assert sum(trained) == (3 if name == "Cat" else 2)


def all_pairs(store: Store, project_id: str) -> Iterator[Pair]:
    for round_ in store.rounds.of_project(project_id):
        yield from store.refinements.pairs(round_.id)


def test_the_archive_of_that_version_is_imported(
    unpacked: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    with Store(tmp_path / "workspace") as store:
        project_id = import_project(store, unpacked / "cat.zip")
        assert project_id == expected["Cat"]["id"]
        seen = [seen_in_round(store, round_) for round_ in store.rounds.of_project(project_id)]
        for now, then in zip(seen, expected["Cat"]["rounds"], strict=True):
            for word in then.keys() - NOT_IN_AN_ARCHIVE:
                assert _without_numbers(now[word]) == _without_numbers(then[word]), word
            if now["kind"] == "fine_tune":
                assert now["is_done"] == then["is_done"]
        assert examine(store) == ()


NOT_IN_AN_ARCHIVE = {"fingerprint", "is_done"}  # version 8 left out the foregrounds that were found


def _without_numbers(value: Any) -> Any:
    """Decisions get new numbers in an archive."""
    if isinstance(value, list):
        return [_without_numbers(part) for part in value]
    return {key: part for key, part in value.items() if key != "id"} if isinstance(value, dict) else value
