"""Helpers for the tests of replays."""

import numpy as np

from gal_studio.core.records.candidate import Candidate
from gal_studio.research.replays.start import go_on
from gal_studio.studio import Studio
from tests.studio.seeding import train


def redraw(studio: Studio, project_id: str) -> str:
    """Do the first round of a replay as its worker would; returns the round."""
    first = studio.store.rounds.of_project(project_id)[0].id
    train(studio, first)
    for anchor in studio.pool(first):
        pictures = [
            Candidate(
                "", anchor.id, index, index,
                studio.store.images.add(f"{anchor.prompt}{index} again".encode()), 0.3, 0.1,
                feature=np.array([1.0, 0.0]),
            )
            for index in range(4)
        ]  # fmt: skip
        studio.store.candidates.save(first, pictures)
    go_on(studio.store, first)
    return first
