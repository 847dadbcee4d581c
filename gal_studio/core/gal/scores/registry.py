"""The scores that each candidate gets, one line each, in the order in which they are shown and exported."""

import numpy

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.scores.asked import PROMPT_MATCH
from gal_studio.core.gal.scores.carries import CARRIED
from gal_studio.core.gal.scores.copy_chance import COPY_CHANCE
from gal_studio.core.gal.scores.disagreement import AREAS, COPIES
from gal_studio.core.gal.scores.likeness import LIKE_REFERENCES
from gal_studio.core.gal.scores.noise import COLOUR_NOISE
from gal_studio.core.gal.scores.prompt_similarity import PROMPT_SIMILARITY
from gal_studio.core.gal.scores.reference_similarity import REFERENCE_SIMILARITY
from gal_studio.core.gal.scores.score import DrawnPictures, Score
from gal_studio.core.gal.scores.shows_reference import SHOWS
from gal_studio.core.gal.scores.shows_subject import SHOWS_OBJECT
from gal_studio.core.types import Candidate

SCORES: list[Score] = [
    PROMPT_SIMILARITY,
    REFERENCE_SIMILARITY,
    SHOWS,
    SHOWS_OBJECT,
    COPY_CHANCE,
    PROMPT_MATCH,
    CARRIED,
    LIKE_REFERENCES,
    AREAS,
    COPIES,
    COLOUR_NOISE,
]


def score_pictures(pictures: DrawnPictures) -> list[dict[str, float]]:
    """All scores of each picture, by name."""
    computed = {score.name: score.compute(pictures) for score in SCORES}
    columns = {name: column for name, column in computed.items() if column is not None}
    for name, column in columns.items():
        if column.shape != (len(pictures.pixels),):
            raise ValueError(f"the score {name!r} has the shape {column.shape} instead of (n,)")
        if not numpy.isfinite(column).all():
            raise StudioError(f"The score {name!r} of an image is not a finite number: generate it again.")
    return [
        {name: float(column[row]) for name, column in columns.items()} for row in range(len(pictures.pixels))
    ]


def known_scores(candidate: Candidate) -> dict[str, float]:
    """The scores of a candidate by name; one that was added after it was drawn is left out."""
    found = {score.name: candidate.score(score.name) for score in SCORES}
    return {name: value for name, value in found.items() if value is not None}
