"""Snapshots made by hand: rounds to decide on without a database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gal_studio.core.decisions import CandidateState, Decided, LoggedDecision
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import Pictures, ProjectSnapshot, RoundRecord
from gal_studio.core.types import Anchor, Verdict

DRAWN = 4


def decided(**verdicts: Verdict) -> Decided:
    """One step for each candidate."""
    return Decided(
        tuple(
            LoggedDecision(step, None, None, name.replace("_", "-"), CandidateState(verdict), "human", step)
            for step, (name, verdict) in enumerate(verdicts.items(), start=1)
        )
    )


def record(
    name: str,
    parent: str | None = None,
    number: int = 1,
    tiles: Sequence[Candidate] = (),
    decisions: Decided | None = None,
    kind: str = "fine_tune",
    adapter: str | None = "adapter",
    **settings: Mapping[str, Any],
) -> RoundRecord:
    """A round with these pictures and decisions; `settings` are changes by group."""
    changes = {"generation": {"candidates": DRAWN}, **settings}
    stored = json.dumps(Settings().updated(changes).to_dict())
    return RoundRecord(
        round=Round(name, "p", parent, number, adapter, float(number), kind, stored_settings=stored),
        pictures=Pictures(tiles=tuple(tiles), decided=decisions or Decided()),
    )


def project_of(anchors: Sequence[Anchor], *records: RoundRecord) -> ProjectSnapshot:
    """A style project with these rounds."""
    own = Project("p", "Cat", "style", "model", "clip", "", 7, Settings(), 0.0)
    return ProjectSnapshot(project=own, anchors=tuple(anchors), records=records)
