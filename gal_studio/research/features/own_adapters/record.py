"""What an image adapter is refined on, and those that earlier versions refined inside of a workspace.

Of these, each has a folder in `own-adapters/`, with `plan.json`, and the weights once it is trained.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_json
from gal_studio.state.files.inside import folder_of_row

FOLDER = "own-adapters"
PLAN, WEIGHTS, ENCODER = "plan.json", "ip-adapter_patchdpo.safetensors", "image_encoder"


@dataclass(frozen=True)
class AdapterPlan:
    """An image adapter to refine on pictures of many objects.

    `subjects` is a folder with pictures; if it is empty, the base model draws `names` in its place. In a
    workspace, it was requested from the round `round_id`, and the job `job_id` trained it.
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


def trained_adapters(workspace: Path) -> tuple[OwnAdapter, ...]:
    """Those of a workspace that can be drawn with, the oldest first; an unreadable folder has none."""
    found = (one for one in _read(workspace) if one.is_trained)
    return tuple(sorted(found, key=lambda one: (one.folder / PLAN).stat().st_mtime))


def _read(workspace: Path) -> Iterator[OwnAdapter]:
    for path in (workspace / FOLDER).glob(f"*/{PLAN}"):
        try:
            folder_of_row(workspace, FOLDER, path.parent.name)  # none behind a link
            given = read_json(path, follow=False)
            yield OwnAdapter(path.parent, AdapterPlan(**{**given, "names": tuple(given["names"])}))
        except (OSError, StudioError, TypeError, KeyError):
            continue
