"""Put a link, another name, a pipe or a socket in the place of each thing in a workspace, and use it.

    python -m workshop.benchmarks.faults links --every 1

Each use begins the page's files, signs in, logs, locks, decides, saves, exports, copies the database,
examines, repairs and deletes. Goals: nothing behind a link or under another name is changed, and nothing
waits for ever.
"""

import argparse
import logging
import os
import shutil
import signal
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.processes import open_output
from gal_studio.rounds import checkpoints
from gal_studio.state import Store
from gal_studio.state.database.backups import back_up
from gal_studio.state.files.own_presets import OwnPreset
from gal_studio.state.files.private import keep_private
from gal_studio.state.files.temporary import own_temporary_files
from gal_studio.state.jobs.lock import PageLock, WorkerLock, holders
from gal_studio.state.jobs.worker_log import last_lines
from gal_studio.studio import Studio
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.sessions import Sessions
from gal_studio.ui.page_log import page_log
from gal_studio.ui.running_page import note_address
from gal_studio.worker.log import logging_to
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.delete import delete_project
from tests.workspace.filled import fill, picture

LONGEST = 60  # seconds of one use
WAYS = ("link", "link to nothing", "other name", "pipe", "socket")


@dataclass
class Outcome:
    """What became of the workspaces."""

    fates: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def try_links(folder: Path, every: int = 1, first: int = 0) -> Outcome:
    """Replace each n-th thing in a used workspace, in a copy of its own each time."""
    outcome, whole = Outcome(), folder / "whole"
    with Store(whole) as store:
        fill(store, Random(1))
        fill(store, Random(2), "Dog")
    _use(whole, outcome)
    (whole / "studio.db-wal").write_bytes(b"")
    (whole / "studio.db-shm").write_bytes(b"")
    (whole / "studio.db-journal").write_bytes(b"")
    names = sorted(path.relative_to(whole) for path in whole.rglob("*"))
    cases = [(name, way) for name in names for way in WAYS if way != "other name" or (whole / name).is_file()]
    outcome.fates.clear()
    for number, (name, way) in enumerate(cases):
        if number % every == first % every:
            place, elsewhere = folder / str(number), folder / f"elsewhere {number}"
            shutil.copytree(whole, place)
            elsewhere.mkdir()
            try:
                _replace(place / name, way, elsewhere)
            except OSError:  # a path too long for a socket
                continue
            before = _seen(elsewhere)
            for _ in range(2):
                _use(place, outcome, f"{name}, {way}")
            if _seen(elsewhere) != before:
                outcome.wrong.append(f"{name}, {way}: something elsewhere was changed")
            shutil.rmtree(place)
            shutil.rmtree(elsewhere)
    return outcome


def _replace(path: Path, way: str, elsewhere: Path) -> None:
    target = elsewhere / "theirs"
    if path.exists():
        path.rename(target)
    if way == "link":
        path.symlink_to(target)
    elif way == "link to nothing":
        path.symlink_to(elsewhere / "nothing")
    elif way == "other name":
        os.link(target, path)
    elif way == "pipe":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(path))


def _seen(folder: Path) -> dict[str, Any]:
    """Everything in a folder: its names, contents and rights."""
    return {
        str(path.relative_to(folder)): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


def _use(place: Path, outcome: Outcome, name: str = "") -> None:
    for words, act in _acts(place):
        try:
            with _in_time():
                act()
            outcome.fates["done"] += 1
        except TimeoutError:
            outcome.wrong.append(f"{name}: {words} waits for ever")
        except StudioError:
            outcome.fates["refused"] += 1
        except Exception as error:
            outcome.wrong.append(f"{name}: {words} fails with {type(error).__name__} {str(error)[:150]}")


@contextmanager
def _in_time() -> Iterator[None]:
    """Raise a TimeoutError in what takes too long."""

    def late(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _acts(place: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What the page, the worker and the commands do with the files of a workspace."""

    def locks() -> None:
        holders(place)
        for lock in (PageLock(place), WorkerLock(place)):
            with lock:
                if lock.acquire() and isinstance(lock, WorkerLock):
                    lock.sign("0123456789abcdef")

    def logs() -> None:
        with page_log(place), logging_to(place), open_output(place) as output:
            logging.getLogger().error("an error")
            output.write(b"words\n")
        for name in ("page.log", "worker.log", "worker-output.log"):
            last_lines(place, 10, name)

    def work() -> None:
        with Store(place) as store, own_temporary_files(place):
            studio = Studio(store)
            store.own_presets.save(OwnPreset("Own", "own", "someone/a-model", "ViT-B-32/openai", {}))
            store.images.add_picture(picture(Random(3)))
            for project_id in store.projects.names():
                for round_ in store.rounds.of_project(project_id):
                    for candidate in store.candidates.of_round(round_.id)[:1]:
                        studio.decide([candidate.id], "accepted")
                        store.images.thumbnail(candidate.image, 4)
                    folder = checkpoints.folder(store, round_.id, "0" * 64)
                    folder.mkdir(parents=True, exist_ok=True)
                    (folder / "step-5.safetensors").write_bytes(b"a state")

    def export() -> None:
        with Store(place) as store:
            project_id = next(iter(store.projects.names()))
            with tempfile.TemporaryDirectory() as folder:
                export_project(store, project_id, Path(folder) / "out.zip")

    def delete() -> None:
        with Store(place) as store:
            project_id = list(store.projects.names())[-1]
            if len(store.projects.names()) > 1 and place.name != "whole":
                store.projects.set_archived(project_id, True)
                delete_project(store, project_id)

    def sessions() -> None:
        Sessions(place / "sessions.json", Credentials("", "a-token")).open()

    yield "the locks", locks
    yield "the logs", logs
    yield "the work", work
    yield "the address", lambda: note_address(place, "http://127.0.0.1:7860")
    yield "the sessions", sessions
    yield "the rights", lambda: keep_private(place)
    yield "the copy", lambda: _copied(place)
    yield "the doctor", lambda: check_workspace(place, repair=False)
    yield "the export", export
    yield "the repair", lambda: check_workspace(place, repair=True)
    yield "the deletion", delete


def _copied(place: Path) -> None:
    with Store(place) as store:
        back_up(place, store.disk, every=0.0)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="replace every n-th thing")
    args = parser.parse_args(arguments)
    with suppress(KeyboardInterrupt), tempfile.TemporaryDirectory() as folder:
        outcome = try_links(Path(folder), args.every)
        print(dict(outcome.fates))
        print("wrong:", *(outcome.wrong or ["nothing"]), sep="\n  ")


if __name__ == "__main__":
    main()
