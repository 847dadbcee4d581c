"""Image adapters of the user's own: what each is trained on, and its files, for every later project.

A folder each in `own-adapters/`, with `plan.json`, and the weights once it is trained.
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import make_folder

FOLDER = "own-adapters"
PLAN, WEIGHTS, ENCODER = "plan.json", "ip-adapter_patchdpo.safetensors", "image_encoder"


@dataclass(frozen=True)
class AdapterPlan:
    """An image adapter to refine on pictures of many objects.

    `subjects` is a folder with pictures; if it is empty, the base model draws `names` in its place. It was
    requested from the round `round_id`.
    """

    title: str
    adapter: str
    subjects: str
    names: tuple[str, ...]
    steps: int
    seed: int
    round_id: str = ""


@dataclass(frozen=True)
class OwnAdapter:
    """A plan and its folder, which is the adapter's name once it is trained."""

    folder: Path
    plan: AdapterPlan

    @property
    def is_trained(self) -> bool:
        """Whether its weights are there."""
        return (self.folder / WEIGHTS).is_file()


class OwnAdapters:
    """All of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self._workspace, self._folder = workspace, workspace / FOLDER

    def add(self, plan: AdapterPlan) -> OwnAdapter:
        """Store a plan."""
        folder = make_folder(self._folder / secrets.token_hex(8), self._workspace)
        write_whole(folder / PLAN, json.dumps(asdict(plan), indent=2).encode(), self._workspace)
        return OwnAdapter(folder, plan)

    def all(self) -> tuple[OwnAdapter, ...]:
        """All, the oldest first; a folder whose plan cannot be read is none."""
        found = sorted(self._read(), key=lambda one: one.folder.stat().st_mtime)
        return tuple(found)

    def unfinished(self, round_id: str) -> tuple[OwnAdapter, ...]:
        """Those that were requested from a round and are not trained."""
        return tuple(one for one in self.all() if one.plan.round_id == round_id and not one.is_trained)

    def trained(self) -> tuple[OwnAdapter, ...]:
        """Those that can be drawn with."""
        return tuple(one for one in self.all() if one.is_trained)

    def _read(self) -> Iterator[OwnAdapter]:
        for path in self._folder.glob(f"*/{PLAN}"):
            try:
                given = json.loads(path.read_text(encoding="utf-8"))
                yield OwnAdapter(path.parent, AdapterPlan(**{**given, "names": tuple(given["names"])}))
            except (OSError, ValueError, TypeError, KeyError):
                continue
