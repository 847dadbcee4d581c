"""A project: what is stored of it, what follows, and what is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from gal_studio.core.records.columns import Column, is_id
from gal_studio.core.references import Prompts
from gal_studio.core.taught import NAMES
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Anchor, Kind, Reference, UsedDetectors

if TYPE_CHECKING:
    from gal_studio.core.settings import GalSettings, Settings
else:
    Settings = object  # a refused start knows the tables, and does not wait for numpy

_TAUGHT = ", ".join(f"'{name}'" for name in NAMES)


@dataclass(frozen=True)
class Project:
    """A project with its current settings, which are the last of a log.

    One that is not stored yet has no ID. `origin` identifies the command that made it, so that it is made
    once. One without references, which judges LoRAs, is `described` by a prompt such as `An image in ink
    style`.
    """

    id: Annotated[str, Column(f"TEXT PRIMARY KEY {is_id()}")]
    name: Annotated[str, Column("TEXT NOT NULL")]
    kind: Annotated[Kind, Column(f"TEXT NOT NULL CHECK (kind IN ({_TAUGHT}))")]
    base_model: Annotated[str, Column("TEXT NOT NULL")]
    clip_model: Annotated[str, Column("TEXT NOT NULL")]
    trigger_word: Annotated[str, Column("TEXT NOT NULL")]
    seed: Annotated[int, Column("INTEGER NOT NULL")]
    origin: Annotated[str | None, Column("TEXT UNIQUE")] = field(default=None, kw_only=True, compare=False)
    settings: Settings
    created: Annotated[float, Column("REAL NOT NULL")] = 0.0
    described: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""

    @property
    def taught(self) -> Taught:
        """What it learns."""
        return find_taught(self.kind)

    @property
    def has_references(self) -> bool:
        """Whether it has images to compare others with."""
        return not self.described

    @property
    def copy_detectors(self) -> UsedDetectors:
        """What finds copies."""
        return self.detectors(self.settings.gal)

    def detectors(self, gal: "GalSettings") -> UsedDetectors:
        """What finds copies by the settings of a round: nothing where there is no reference."""
        return used_detectors(self.described, gal)


def used_detectors(described: str, gal: "GalSettings") -> UsedDetectors:
    """What finds copies in a project by the settings of a round: nothing where images are `described`."""
    return "none" if described else gal.copy_detectors


@dataclass(frozen=True, kw_only=True)
class ProjectView(Project):
    """A project with its references, prompts, anchors and settings, and the commits of its hub models.

    `starts_from` is the name of the LoRA from elsewhere that its trainings start from; "" for its base model.
    It `judges` where it has LoRAs from elsewhere, and nothing is trained in it.
    """

    model_title: str
    references: tuple[Reference, ...]
    prompts: Prompts
    anchors: tuple[Anchor, ...]
    archived: bool
    commits: Mapping[str, str]
    starts_from: str
    judges: bool

    @property
    def test_prompts(self) -> tuple[Anchor, ...]:
        """The anchors, by the name that people read."""
        return self.anchors
