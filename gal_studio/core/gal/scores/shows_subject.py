"""How much of an object a picture shows, by its patches (Eq. G19)."""

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.types import SHOWS_SUBJECT, SUBJECT


def _compute(pictures: DrawnPictures) -> Floats | None:
    return pictures.subject


SHOWS_OBJECT = Score(
    name=SUBJECT,
    label="Shows the object",
    low=0.0,
    high=1.0,
    higher=f"more of the object; images below {SHOWS_SUBJECT:g} are not suggested",
    method="The vision model looks for each area of the object in the image, wherever it is",
    compute=_compute,
)
