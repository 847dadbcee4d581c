"""A round: what is stored of it, and what follows."""

from dataclasses import dataclass
from typing import Annotated

from gal_studio.core.records.columns import Column, is_id
from gal_studio.core.variants.registry import VARIANTS, find_variant
from gal_studio.core.variants.variant import Doing, Variant

_VARIANTS = ", ".join(f"'{name}'" for name in VARIANTS.names())


@dataclass(frozen=True)
class Round:
    """A node in the tree of rounds: one training and the candidates generated after it.

    `kind` is the name of its variant, which says what can be done with it. `title` is the name that a person
    gave it, empty for none. An `archived` round is not shown, nor is any round after it.
    Its training `ends_at` this step, where a person kept an earlier one than the last. A round with a
    `source` was not trained here: its adapter is a LoRA from elsewhere, the file of that name.
    One that is a `copy_of` another begins a branch: it has the images of that one and a choice of its own.
    `changes` are the settings that differ after it (JSON), `seed` is that of the trainings after it (None:
    the project's), `difference` says so in words. `kept` is when its line was made the main one.
    """

    id: Annotated[str, Column(f"TEXT PRIMARY KEY {is_id()}")]
    project_id: Annotated[str, Column("TEXT NOT NULL REFERENCES projects (id)")]
    parent_id: Annotated[str | None, Column("TEXT REFERENCES rounds (id)")]
    number: Annotated[int, Column("INTEGER NOT NULL")]
    adapter: Annotated[str | None, Column("TEXT", folder="adapters")]
    created: Annotated[float, Column("REAL NOT NULL")]
    kind: Annotated[str, Column(f"TEXT NOT NULL DEFAULT 'fine_tune' CHECK (kind IN ({_VARIANTS}))")] = (
        "fine_tune"
    )
    title: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""
    starred: Annotated[bool, Column("INTEGER NOT NULL DEFAULT 0")] = False
    archived: Annotated[bool, Column("INTEGER NOT NULL DEFAULT 0")] = False
    ends_at: Annotated[int | None, Column("INTEGER")] = None
    source: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""
    copy_of: Annotated[str | None, Column("TEXT REFERENCES rounds (id)")] = None
    changes: Annotated[str, Column("TEXT NOT NULL DEFAULT '{}'")] = "{}"
    seed: Annotated[int | None, Column("INTEGER")] = None
    difference: Annotated[str, Column("TEXT NOT NULL DEFAULT ''")] = ""
    kept: Annotated[float | None, Column("REAL")] = None

    @property
    def variant(self) -> Variant:
        """What it is."""
        return find_variant(self.kind)

    def why_not(self, doing: Doing) -> str:
        """Why something cannot be done with it, and what to do instead; empty if it can."""
        return self.variant.why_not(doing, self)

    @property
    def can_generate(self) -> bool:
        """Whether it is trained, or needs no training."""
        return self.adapter is not None or self.variant.training is None
