"""Check that nothing is lost: remember rows and files while the studio runs, look for them after a kill."""

import hashlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import safe_open

from gal_studio.state import Store
from gal_studio.workspace.check import examine

DECISIONS, PICTURES = ("decision_batches", "decisions"), ("candidates", "class_images", "project_references")
LASTING = {
    "decision_batches": "SELECT * FROM decision_batches",
    "decisions": "SELECT * FROM decisions",
    "candidates": "SELECT id, round_id, anchor_id, number, seed, image, similarity_anchor, "
    "similarity_reference, hex(feature) FROM candidates",
    "class_images": "SELECT * FROM class_images",
    "project_references": "SELECT * FROM project_references",
    "adapters": "SELECT id, adapter, trained_as FROM rounds WHERE adapter IS NOT NULL",
    "job_moves": "SELECT * FROM job_moves",
    "test_pictures": "SELECT id, prompt_id, round_id, number, seed, image, scores FROM test_pictures",
}
FILES = (
    (
        "images",
        ".png",
        "SELECT image FROM candidates UNION SELECT image FROM class_images "
        "UNION SELECT image FROM test_pictures UNION SELECT image FROM project_references",
    ),
    ("adapters", ".safetensors", "SELECT adapter FROM rounds WHERE adapter IS NOT NULL"),
)
Rows = dict[str, set[tuple[Any, ...]]]


@dataclass
class Losses:
    """Counts of what was missing or altered."""

    decisions: int = 0
    pictures: int = 0
    other_rows: int = 0
    files: int = 0
    damaged: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.decisions or self.pictures or self.other_rows or self.files or self.damaged)


class Witness:
    """Remembers the rows and files of a workspace, and the decisions that the page has confirmed."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        self.losses = Losses()
        self._rows: Rows = {name: set() for name in LASTING}
        self._files: set[Path] = set()
        self._confirmed: set[tuple[str, str]] = set()

    def confirm(self, candidate: str, verdict: str) -> None:
        """Remember a decision that the page has confirmed."""
        self._confirmed.add((candidate, verdict))

    def look(self) -> None:
        """Remember everything that is in the workspace now."""
        if not (self.workspace / "studio.db").exists():
            return
        with closing(sqlite3.connect(self.workspace / "studio.db", timeout=20)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0]:
                rows, files = self._read(connection)
                for name, found in rows.items():
                    self._rows[name] |= found
                self._files |= files

    def check(self) -> None:
        """Look for everything remembered, in a copy of the database as the kill left it."""
        if not (self.workspace / "studio.db").exists():
            self._miss({name: set() for name in LASTING})
            return
        with _copied(self.workspace) as connection:
            answer = [row[0] for row in connection.execute("PRAGMA integrity_check")]
            if answer != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchone():
                self.losses.damaged.append(f"database: {answer[0]}")
            if not connection.execute("PRAGMA user_version").fetchone()[0]:
                self._miss({name: set() for name in LASTING})
                return
            rows, files = self._read(connection)
        self._miss(rows)
        self.losses.files += sum(not _intact(path) for path in self._files | files)

    def _miss(self, rows: Rows) -> None:
        for name, remembered in self._rows.items():
            missing = len(remembered - rows[name])
            if name in DECISIONS:
                self.losses.decisions += missing
            elif name in PICTURES:
                self.losses.pictures += missing
            else:
                self.losses.other_rows += missing
        recorded = {(row[2], row[3]) for row in rows["decisions"]}
        self.losses.decisions += len(self._confirmed - recorded)

    def _read(self, connection: sqlite3.Connection) -> tuple[Rows, set[Path]]:
        rows = {name: set(connection.execute(sql).fetchall()) for name, sql in LASTING.items()}
        files = {
            self.workspace / folder / f"{row[0]}{suffix}"
            for folder, suffix, sql in FILES
            for row in connection.execute(sql)
        }
        return rows, files

    def finish(self) -> int:
        """Check the workspace at the end as `doctor` does; returns the number of unused files."""
        self.check()
        with Store(self.workspace) as store:
            found = examine(store, age=0.0)
        harmless = ("orphan", "leftover", "checkpoint")
        self.losses.damaged += [finding.sentence for finding in found if finding.problem not in harmless]
        return sum(len(finding.paths) for finding in found if finding.problem in harmless)


@contextmanager
def _copied(workspace: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the database with its WAL; recovering the original is left to the studio."""
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(20):  # another process may write meanwhile
            before = _marks(workspace)
            for name in ("studio.db", "studio.db-wal"):
                Path(folder, name).unlink(missing_ok=True)
                if (workspace / name).exists():
                    shutil.copy(workspace / name, folder)
            if before == _marks(workspace):
                break
            time.sleep(0.05)
        with closing(sqlite3.connect(Path(folder, "studio.db"))) as connection:
            yield connection


def _marks(workspace: Path) -> list[tuple[int, int]]:
    paths = [workspace / name for name in ("studio.db", "studio.db-wal")]
    return [(path.stat().st_mtime_ns, path.stat().st_size) for path in paths if path.exists()]


def _intact(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == path.stem
    except OSError:
        return False


def phase_now(workspace: Path, process: int) -> tuple[str, float]:
    """The current phase of a worker process, and the seconds since it last saved something."""
    path = workspace / "studio.db"
    if not path.exists():
        return "starting", 0.0
    with closing(sqlite3.connect(path, timeout=20)) as connection:
        try:
            row = connection.execute(
                "SELECT jobs.id, kind, phase, round_id FROM jobs JOIN workers ON workers.id = worker_id "
                "WHERE state IN ('running', 'pausing', 'stopping') AND pid = ?",
                (process,),
            ).fetchone()
            if row is None:
                known = connection.execute("SELECT 1 FROM workers WHERE pid = ?", (process,)).fetchone()
                return ("between jobs" if known else "starting"), 0.0
            (began,) = connection.execute(
                "SELECT MAX(time) FROM job_moves WHERE job_id = ? AND state_after = 'running'", (row[0],)
            ).fetchone()
            (drawn,) = connection.execute(
                "SELECT MAX(created) FROM candidates WHERE round_id = ?", (row[3],)
            ).fetchone()
        except sqlite3.OperationalError:  # there are no tables yet
            return "starting", 0.0
    kept = [path.stat().st_mtime for path in (workspace / "checkpoints" / row[3]).rglob("step-*.safetensors")]
    return f"{row[1]}: {row[2] or 'loading'}", time.time() - max(began, drawn or 0.0, *kept)


def progress_mark(workspace: Path) -> tuple[Any, ...]:
    """Values that change whenever a workspace makes progress; without heartbeats."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(workspace / "studio.db", timeout=20)) as c,
    ):
        return tuple(c.execute(
            "SELECT (SELECT MAX(id) FROM job_moves), (SELECT MAX(id) FROM job_progress), "
            "(SELECT COUNT(*) FROM candidates), (SELECT MAX(id) FROM decisions)"
        ).fetchone())  # fmt: skip
    return ()


def completed(workspace: Path) -> int:
    """The number of completed jobs."""
    with closing(sqlite3.connect(workspace / "studio.db", timeout=20)) as connection:
        return int(connection.execute("SELECT COUNT(*) FROM jobs WHERE state = 'completed'").fetchone()[0])


def results(workspace: Path) -> dict[str, Any]:
    """What must be equal in two runs: each picture with its scores and place, and each LoRA's tensors."""
    with Store(workspace) as store:
        found: dict[str, Any] = {}
        for project in store.projects.all():
            prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(project.id)}
            for round_ in store.rounds.of_project(project.id):
                for one in store.candidates.of_round(round_.id):
                    key = f"{round_.number} {prompts[one.anchor_id]} {one.index}"
                    found[key] = (one.image, one.similarity_anchor, one.similarity_reference, one.x, one.y)
                if round_.adapter is not None:
                    found[f"lora {round_.number}"] = tensors(store.adapters.path(round_.adapter))
        return found


def tensors(path: Path) -> dict[str, bytes]:
    """The tensors of a LoRA, without its metadata."""
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118
