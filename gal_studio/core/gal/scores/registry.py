"""The scores that each candidate gets, in the order in which they are shown and exported.

Each file of this folder has one or more. Other packages bring theirs by entry points of the group
`gal_studio.scores` (docs/python.md).
"""

import logging

import numpy

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.registry import Registry

logger = logging.getLogger("gal_studio.worker")
SCORES: Registry[Score] = Registry(
    "gal_studio.core.gal.scores",
    lambda value: isinstance(value, Score),
    "a score",
    first=(
        "similarity_anchor", "similarity_reference", "shows_reference", "copy_chance",
        "asked", "carries", "likeness", "noise",
    ),
    group="gal_studio.scores",
)  # fmt: skip


def score_pictures(pictures: DrawnPictures) -> list[dict[str, float]]:
    """All scores of each picture, by name."""
    computed = {score.name: _computed(score, pictures) for score in SCORES}
    columns = {name: column for name, column in computed.items() if column is not None}
    return [
        {name: float(column[row]) for name, column in columns.items()} for row in range(len(pictures.pixels))
    ]


def _computed(score: Score, pictures: DrawnPictures) -> Floats | None:
    """A score of each picture; one of a plug-in that fails is left out, and the log says so."""
    package = SCORES.origin(score.name)
    try:
        return _checked(score.name, score.compute(pictures), len(pictures.pixels))
    except Exception as error:
        if not package:
            raise
        logger.warning(
            "The score %r of %s cannot be computed (%s: %s): update %s or uninstall it.",
            score.name, package, type(error).__name__, first_line(error), package,
        )  # fmt: skip
        return None


def _checked(name: str, column: Floats | None, count: int) -> Floats | None:
    if column is None:
        return None
    if column.shape != (count,):
        raise ValueError(f"the score {name!r} has the shape {column.shape} instead of (n,)")
    if not numpy.isfinite(column).all():
        raise StudioError(f"The score {name!r} of an image is not a finite number: generate it again.")
    return column


def known_scores(candidate: Candidate) -> dict[str, float]:
    """The scores of a candidate by name; one that was added after it was drawn is left out."""
    own = {
        "similarity_anchor": candidate.similarity_anchor,
        "similarity_reference": candidate.similarity_reference,
    }
    found = {**candidate.more_scores, **own}
    return {name: found[name] for name in SCORES.names() if name in found}
