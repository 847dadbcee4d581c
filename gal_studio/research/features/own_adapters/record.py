"""Image adapters of the user's own: what each is trained on, and its files, for every later project.

A folder each in `own-adapters/`, with `plan.json`, and the weights once it is trained.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.json_files import read_json
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.inside import folder_of_row
from gal_studio.state.store import Store

FOLDER = "own-adapters"
PLAN, WEIGHTS, ENCODER = "plan.json", "ip-adapter_patchdpo.safetensors", "image_encoder"


@dataclass(frozen=True)
class AdapterPlan:
    """An image adapter to refine on pictures of many objects.

    `subjects` is a folder with pictures; if it is empty, the base model draws `names` in its place. It was
    requested from the round `round_id`, and the job `job_id` trains it.
    """

    title: str
    adapter: str
    subjects: str
    names: tuple[str, ...]
    steps: int
    seed: int
    round_id: str = ""
    job_id: str = ""


@dataclass(frozen=True)
class OwnAdapter:
    """A plan and its folder."""

    folder: Path
    plan: AdapterPlan

    @property
    def name(self) -> str:
        """What a project writes for it."""
        return name_of(self.folder, self.plan.adapter)

    @property
    def is_trained(self) -> bool:
        """Whether its weights are there."""
        weights = self.folder / WEIGHTS
        return weights.is_file() and not weights.is_symlink()


def name_of(folder: Path, former: str) -> str:
    """The name of an adapter that was trained from `former`, `ADAPTER with ENCODER`, and written to a folder.

    A CLIP image encoder lies in the folder, too; a vision model of the studio stays where it is.
    """
    encoder = former.partition(" with ")[2].strip()
    return str(folder) if (folder / ENCODER).is_dir() or not encoder else f"{folder} with {encoder}"


class OwnAdapters:
    """All of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self._workspace, self._folder = workspace, workspace / FOLDER

    def add(self, plan: AdapterPlan) -> OwnAdapter:
        """Store a plan; an unfinished one that differs in its job alone is handed on to this job."""
        folder = next(
            (
                one.folder
                for one in self.all()
                if not one.is_trained and replace(one.plan, job_id=plan.job_id) == plan
            ),
            None,
        )
        folder = folder or make_folder(self._folder / secrets.token_hex(8), self._workspace)
        write_whole(folder / PLAN, json.dumps(asdict(plan), indent=2).encode(), self._workspace)
        return OwnAdapter(folder, plan)

    def all(self) -> tuple[OwnAdapter, ...]:
        """All, the oldest first; a folder whose plan cannot be read is none."""
        found = sorted(self._read(), key=lambda one: (one.folder / PLAN).stat().st_mtime)
        return tuple(found)

    def of_job(self, job: Job) -> OwnAdapter | None:
        """The unfinished one that a job trains; of plans that name no job, the last one of its round."""
        unfinished = [one for one in self.all() if not one.is_trained and one.plan.round_id == job.round_id]
        for known in (job.id, ""):
            found = [one for one in unfinished if one.plan.job_id == known]
            if found:
                return found[-1]
        return None

    def trained(self) -> tuple[OwnAdapter, ...]:
        """Those that can be drawn with."""
        return tuple(one for one in self.all() if one.is_trained)

    def _read(self) -> Iterator[OwnAdapter]:
        for path in self._folder.glob(f"*/{PLAN}"):
            try:
                folder_of_row(self._workspace, FOLDER, path.parent.name)  # nothing is written behind a link
                given = read_json(path, follow=False)
                yield OwnAdapter(path.parent, AdapterPlan(**{**given, "names": tuple(given["names"])}))
            except (OSError, StudioError, TypeError, KeyError):
                continue


def own_adapters_of(store: Store) -> OwnAdapters:
    """Those of a workspace."""
    return OwnAdapters(store.workspace)
