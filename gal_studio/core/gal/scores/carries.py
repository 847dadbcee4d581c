"""How much of the style or object a picture carries (Eq. G17)."""

import numpy

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.types import CARRIES


def _compute(pictures: DrawnPictures) -> Floats | None:
    known = pictures.carried
    return None if known is None or numpy.isnan(known).any() else known


CARRIED = Score(
    name=CARRIES,
    label="Style or object match",
    low=-1.0,
    high=1.5,
    higher="more of the style or object: 0 is the base model’s images, 1 the references",
    method="Colours and small areas of the image are looked for in the references; for an object, its areas "
    "are looked for in the image",
    compute=_compute,
    in_percent=True,
)
