"""How much of the reference a picture shows, by its patches (Eq. G10)."""

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.types import SHOWN


def _compute(pictures: DrawnPictures) -> Floats | None:
    return pictures.shown


SHOWS = Score(
    name=SHOWN,
    label="Shows the reference",
    low=0.0,
    high=1.0,
    higher="more of it",
    method="The vision model looks for areas of the reference in the image; what the whole style "
    "shares does not count",
    compute=_compute,
)
