"""What requests may name: the IDs of everything in a workspace, by the fields that hold them."""

import secrets
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from gal_studio.studio import Studio
from gal_studio.ui.api.uploads import FOLDER
from tests.ui.seeded import picture

Known = Mapping[str, Sequence[Any]]
"""IDs by the names of the fields that hold them."""


def upload_some(studio: Studio, random: Random) -> None:
    """Put three pictures where uploads lie, so that a form can be sent."""
    for _ in range(3):
        place = studio.store.workspace / FOLDER / secrets.token_hex(16)
        place.mkdir(parents=True)
        (place / "cat.png").write_bytes(picture((random.randrange(256), 80, 160)))


def known_ids(studio: Studio) -> dict[str, list[Any]]:
    """The IDs of all projects that can be shown, with all that belongs to them."""
    store, views = studio.store, studio.projects()
    projects = [view.id for view in views]
    rounds = [one for project in projects for one in store.rounds.of_project(project)]
    candidates = [tile for one in rounds for tile in store.candidates.of_round(one.id)]
    pairs = [pair.id for one in rounds for pair in store.refinements.pairs(one.id)]
    references = [one for view in views for one in view.references]
    settings = views[0].settings.to_dict() if views else {}
    found = {
        "project": projects,
        "round": [one.id for one in rounds],
        "candidate": [tile.id for tile in candidates],
        "pair": pairs,
        "owner": [*(tile.id for tile in candidates[:5]), *pairs],
        "reference": [one.id for one in references],
        "anchor": [one.id for view in views for one in view.anchors],
        "job": [job.id for project in projects for job in store.jobs.of_project(project)],
        "choice": [one.id for round_ in rounds for one in store.overrides.of_round(round_.id)],
        "image": [one.image for one in references],
        "test_picture": _test_pictures(studio),
        "setting": [f"{group}.{name}" for group, values in settings.items() for name in values],
        "preset": ["pocket"],
        "path": [place.name for place in (store.workspace / FOLDER).glob("*")],
    }
    return {name: ids or ["none"] for name, ids in found.items()}


def _test_pictures(studio: Studio) -> list[str]:
    return [str(row["id"]) for row in studio.store.database.rows("SELECT id FROM test_pictures LIMIT 20")]
