"""The store: everything that the page and the worker share, in one folder."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from gal_studio.state.database.connection import Database
from gal_studio.state.database.idempotency import Answers
from gal_studio.state.files.content_store import Adapters, Images
from gal_studio.state.files.errors import disk_problem
from gal_studio.state.files.free_space import Disk
from gal_studio.state.jobs.jobs import Jobs
from gal_studio.state.jobs.queue import JobQueue
from gal_studio.state.jobs.workers import Workers
from gal_studio.state.tables.candidates import Candidates
from gal_studio.state.tables.decisions import Decisions
from gal_studio.state.tables.projects import Projects
from gal_studio.state.tables.refinements import Refinements
from gal_studio.state.tables.rounds import Rounds


class Store:
    """A workspace. Threads may share it, and several processes may open it at once."""

    def __init__(
        self, workspace: Path, clock: Callable[[], float] = time.time, reserve: int | None = None
    ) -> None:
        """Open or create the workspace; jobs leave `reserve` bytes of the disk free."""
        self.workspace = Path(workspace).expanduser().absolute()
        try:
            self.workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_problem(error, self.workspace) from error
        self.disk = Disk(self.workspace, reserve)
        self.images = Images(self.workspace)
        self.adapters = Adapters(self.workspace)
        self.database = Database(self.workspace / "studio.db")
        self.answers = Answers(self.database, clock)
        self.projects = Projects(self.database, clock)
        self.rounds = Rounds(self.database, clock)
        self.candidates = Candidates(self.database, clock)
        self.decisions = Decisions(self.database, clock)
        self.refinements = Refinements(self.database, clock)
        self.workers = Workers(self.database, clock)
        self.jobs = Jobs(self.database, self.workers, clock)
        self.queue = JobQueue(self.database)

    def checkpoints(self, round_id: str) -> Path:
        """The folder for the checkpoints of this round; it is created if needed."""
        folder = self.workspace / "checkpoints" / self.rounds.get(round_id).id
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_problem(error, self.workspace) from error
        return folder

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> "Store":
        """Use as `with Store(folder) as store:`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
