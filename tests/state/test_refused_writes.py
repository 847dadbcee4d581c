"""Every write is refused in turn: the former state stays, and the message names the cause.

The refusals happen at the doors to the operating system: opening, writing, syncing and renaming of files, and
every statement that changes the database.
"""

import errno
import io
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import TrainingExample
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from tests.state.images.profiles import encoded
from tests.workspace.filled import fill, snapshot, weights

CAUSES = {
    errno.ENOSPC: ("database or disk is full", "is full"),
    errno.EROFS: ("attempt to write a readonly database", "cannot be written"),
    errno.EIO: ("disk I/O error", "Input/output error|reported an error"),
}
_CHANGES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "BEGIN IMMEDIATE")


class Faults:
    """Counts the writes, and refuses one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.count = 0
        self.refused = ""
        self._turn = 0
        self._number = errno.EIO
        self._watching = False

    def arm(self, turn: int, number: int) -> None:
        """Refuse write number `turn` (from 1; 0: none) with this error."""
        self.count, self._turn, self._number, self.refused = 0, turn, number, ""
        self._watching = True

    def disarm(self) -> None:
        self._watching = False

    def _due(self, what: str) -> bool:
        if not self._watching:
            return False
        self.count += 1
        if self.count == self._turn:
            self.refused = what
        return self.count == self._turn

    def at_files(self, what: str) -> None:
        if self._due(what):
            raise OSError(self._number, os.strerror(self._number))

    def at_database(self, statement: str) -> None:
        if statement.lstrip().upper().startswith(_CHANGES) and self._due(statement[:40]):
            raise sqlite3.OperationalError(CAUSES[self._number][0])

    def install(self) -> None:
        """Intercept all writes. A refused write is written in part, as on a real disk."""
        faults, opened = self, io.open

        class File(io.BufferedWriter):
            def write(self, data: Any, /) -> int:
                try:
                    faults.at_files("write")
                except OSError:
                    super().write(bytes(data)[: len(data) // 2])
                    raise
                return super().write(data)

        def open_file(path: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if isinstance(path, int) or not any(letter in mode for letter in "wxa"):  # a pipe is no disk
                return opened(path, mode, *rest, **named)
            faults.at_files("open")
            return File(io.FileIO(path, mode.replace("b", "")))

        for name in ("fsync", "replace", "mkdir"):
            self._patch.setattr(os, name, self._guarded(name, getattr(os, name)))
        self._patch.setattr(io, "open", open_file)

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:  # type: ignore[override]
                faults.at_database(sql)
                return super().execute(sql, *values)

            def executemany(self, sql: str, values: Any) -> sqlite3.Cursor:  # type: ignore[override]
                faults.at_database(sql)
                return super().executemany(sql, values)

        connect = sqlite3.connect

        def connected(path: Any, *rest: Any, **named: Any) -> sqlite3.Connection:
            if path == ":memory:":  # no disk
                return connect(path, *rest, **named)
            return connect(path, *rest, **{**named, "factory": Connection})

        self._patch.setattr(sqlite3, "connect", connected)

    def _guarded(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if name != "mkdir" or not os.path.isdir(given[0]):  # a folder that is there needs no write
                self.at_files(name)
            return real(*given, **named)

        return call


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    made = Faults(monkeypatch)
    made.install()
    yield made
    made.disarm()


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled workspace and an archive of another project."""
    folder = tmp_path_factory.mktemp("refused")
    with Store(folder / "workspace") as store:
        fill(store, Random(5), rounds=1, replayed=False)
    with Store(folder / "other") as store:
        export_project(store, fill(store, Random(6), "Dog", rounds=1).id, folder / "dog.zip")
    return folder


def _png(colour: int) -> bytes:
    return encoded(Image.new("RGB", (16, 16), (colour, 9, 9)))


def create(store: Store, folder: Path) -> None:
    references = [(_png(7), "A <toy> cat"), (_png(8), "A <toy> cat on a rug")]
    Studio(store).create_project(
        ProjectDraft(
            "object", references, "<toy>", base_model="someone/a-model", clip_model="ViT-B-32/openai",
            anchors=["{} in a gym", "{} in a bank"], changes={"gal": {"top_k": 1}},
        )
    )  # fmt: skip


def decide(store: Store, folder: Path) -> None:
    round_ = store.rounds.of_project(store.projects.all()[0].id)[0]
    Studio(store).decide([candidate.id for candidate in store.candidates.of_round(round_.id)], "rejected")


def save_candidates(store: Store, folder: Path) -> None:
    project = store.projects.all()[0]
    round_ = store.rounds.of_project(project.id)[0]
    for anchor in store.projects.anchors(project.id):
        images = [store.images.add(_png(20 + index + anchor.order * 4)) for index in range(2)]
        with store.database.transaction():
            store.candidates.save(
                round_.id,
                [
                    Candidate("", anchor.id, 5 + n, n, image, 0.1, 0.2, feature=np.ones(4))
                    for n, image in enumerate(images)
                ],
            )
            store.rounds.add_forwards(round_.id, 8)


def finish_training(store: Store, folder: Path) -> None:
    project = store.projects.all()[0]
    round_ = store.rounds.of_project(project.id)[0]
    store.rounds.save_losses(round_.id, [(9, 0.25)])
    name = store.adapters.add(weights(77))
    examples = [
        TrainingExample(reference.image, "A cat", 1.0, True)
        for reference in store.projects.references(project.id)
    ]
    store.rounds.finish_training(round_.id, name, "e" * 64, examples)


def export(store: Store, folder: Path) -> None:
    export_project(store, store.projects.all()[0].id, folder / "out.zip")


def take_in(store: Store, folder: Path) -> None:
    import_project(store, folder / "dog.zip")


SCENES: dict[str, Callable[[Store, Path], None]] = {
    scene.__name__: scene for scene in (create, decide, save_candidates, finish_training, export, take_in)
}
STEPS = {"save_candidates", "finish_training"}  # several transactions: what was finished before stays


@pytest.mark.parametrize("number", CAUSES)
@pytest.mark.parametrize("name", SCENES)
def test_refused_write_leaves_the_former_state_and_names_the_cause(
    name: str, number: int, faults: Faults, example: Path, tmp_path: Path
) -> None:
    scene = SCENES[name]
    writes = _run(scene, example, tmp_path / "clean", faults, 0, number)
    assert writes > 3
    step = max(1, writes // 16)  # every write of the short scenes, and an even choice of the long ones'
    for turn in sorted({*range(1, writes + 1, step), writes}):
        folder = tmp_path / str(turn)
        _run(scene, example, folder, faults, turn, number)
        shutil.rmtree(folder)


def _run(
    scene: Callable[[Store, Path], None], example: Path, folder: Path, faults: Faults, turn: int, number: int
) -> int:
    """Run a scene with one write refused, then again without; returns the number of writes."""
    shutil.copytree(example, folder)
    with Store(folder / "workspace") as store:
        rows, files = snapshot(store.workspace)
        faults.arm(turn, number)
        if not turn:
            scene(store, folder)
            faults.disarm()
            return faults.count
        with pytest.raises(StudioError, match=CAUSES[number][1]) as refusal:
            scene(store, folder)
        faults.disarm()
        assert faults.refused
        assert str(refusal.value).count(". ") == 0
        _check(scene.__name__, store, folder, rows, files, faults.refused)
        scene(store, folder)  # the disk has room again
    return 0


def _check(
    name: str, store: Store, folder: Path, rows: dict[str, Any], files: dict[str, bytes], refused: str
) -> None:
    """Nothing is half-written, nothing is lost, and no row records what did not happen."""
    rows_now, files_now = snapshot(store.workspace)
    assert files.items() <= files_now.items(), refused
    for path in files_now.keys() - files.keys():  # whole pictures that were finished before the refusal
        assert Path(path).parent.name in ("images", "adapters"), refused
        kept = store.images if path.startswith("images") else store.adapters
        assert kept.intact(Path(path).stem), refused
    if name not in STEPS:
        assert rows_now == rows, refused
    if name in ("export", "take_in", "decide"):
        assert files_now == files, refused
        left = {path.name for path in folder.iterdir()} - {"dog.zip", "other", "workspace"}
        assert left <= {"out.zip"}, refused
        if left:  # all of it was there when only the folder could not be made sure of
            with zipfile.ZipFile(folder / "out.zip") as archive:
                assert refused == "fsync" and archive.testzip() is None, refused
    round_ = store.rounds.of_project(store.projects.all()[0].id)[0]
    drawn = store.candidates.of_round(round_.id)
    assert len(drawn) in (4, 6), refused  # a batch is whole or not there
    assert all(store.images.intact(candidate.image) for candidate in drawn), refused
    assert store.rounds.get(round_.id).unet_forwards == 8 * (len(drawn) - 4) // 2, refused
    if store.rounds.get(round_.id).trained_as == "f" * 64:
        assert [example.prompt for example in store.rounds.training_set(round_.id)] == ["A <sks> cat"], (
            refused
        )
