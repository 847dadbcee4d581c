"""The store: everything that the page and the worker share, in one folder."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from gal_studio.state.database.connection import Database
from gal_studio.state.database.idempotency import Answers
from gal_studio.state.files.content_store import Adapters, Images
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.free_space import Disk
from gal_studio.state.files.inside import folder_of_row
from gal_studio.state.files.own_folder import DATABASE, check_own
from gal_studio.state.files.own_presets import OwnPresets
from gal_studio.state.files.paths import user_path
from gal_studio.state.jobs.jobs import Jobs
from gal_studio.state.jobs.queue import JobQueue
from gal_studio.state.jobs.workers import Workers
from gal_studio.state.tables.blind import BlindAnswers
from gal_studio.state.tables.branches import Branches
from gal_studio.state.tables.candidates import Candidates
from gal_studio.state.tables.decisions import Decisions
from gal_studio.state.tables.findings import Findings
from gal_studio.state.tables.history import History
from gal_studio.state.tables.marks import Marks
from gal_studio.state.tables.measures import Measures
from gal_studio.state.tables.model_locations import ModelLocations
from gal_studio.state.tables.overrides import Overrides
from gal_studio.state.tables.projects import Projects
from gal_studio.state.tables.races import Races
from gal_studio.state.tables.reconstructions import Reconstructions
from gal_studio.state.tables.refinements import Refinements
from gal_studio.state.tables.rounds import Rounds
from gal_studio.state.tables.snapshots import Snapshots


class Store(AbstractContextManager["Store"]):
    """A workspace. Threads may share it, and several processes may open it at once."""

    def __init__(
        self,
        workspace: Path,
        clock: Callable[[], float] = time.time,
        reserve: int | None = None,
        database: Path | None = None,
    ) -> None:
        """Open the workspace, or begin one in an empty folder; jobs leave `reserve` bytes of the disk free.

        `database` is a copy of the database that is read in its place.
        """
        self.workspace = user_path(workspace).absolute()
        check_own(self.workspace)
        make_folder(self.workspace)
        self.disk = Disk(self.workspace, reserve)
        self.images = Images(self.workspace)
        self.adapters = Adapters(self.workspace)
        self.own_presets = OwnPresets(self.workspace)
        self.clock = clock
        self.database = Database(database or self.workspace / DATABASE)
        self.answers = Answers(self.database, clock)
        self.projects = Projects(self.database, clock)
        self.rounds = Rounds(self.database, clock)
        self.branches = Branches(self.database, clock)
        self.candidates = Candidates(self.database, clock)
        self.races = Races(self.database, clock)
        self.findings = Findings(self.database, clock)
        self.decisions = Decisions(self.database, clock)
        self.marks = Marks(self.database, clock)
        self.history = History(self.database, self.decisions, self.marks)
        self.overrides = Overrides(self.database, clock)
        self.refinements = Refinements(self.database, clock)
        self.measures = Measures(self.database, clock)
        self.blind = BlindAnswers(self.database, clock)
        self.model_locations = ModelLocations(self.database, clock)
        self.snapshots = Snapshots(self.database)
        self.reconstructions = Reconstructions(self.database, clock)
        self.workers = Workers(self.database, clock)
        self.jobs = Jobs(self.database, self.workers, clock)
        self.queue = JobQueue(self.database, self.jobs)

    def checkpoints(self, round_id: str) -> Path:
        """The folder for the checkpoints of this round; it is created if needed."""
        identity = self.rounds.get(round_id).id
        return make_folder(folder_of_row(self.workspace, "checkpoints", identity), self.workspace)

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __exit__(self, *_: object) -> None:
        """Close at the end of `with Store(folder) as store:`."""
        self.close()
