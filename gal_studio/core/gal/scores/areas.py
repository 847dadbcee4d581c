"""What the vision model finds of the references in a picture, by its patches (Eq. G17)."""

import numpy

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.types import CARRIES, SHOWN


def _carried(pictures: DrawnPictures) -> Floats | None:
    known = pictures.carried
    return None if known is None or numpy.isnan(known).any() else known


SHOWS = Score(
    name=SHOWN,
    label="Shows the reference",
    low=0.0,
    high=1.0,
    higher="more of it",
    method="The vision model looks for areas of the reference in the image. What the whole style shares "
    "does not count",
    compute=lambda pictures: pictures.shown,
)
CARRIED = Score(
    name=CARRIES,
    label="Style or object match",
    low=-1.0,
    high=1.5,
    higher="more of the style or object: 0 is the base model’s images, 1 the references",
    method="Colors and small areas of the image are looked for in the references. For an object, its areas "
    "are looked for in the image",
    compute=_carried,
    in_percent=True,
)
