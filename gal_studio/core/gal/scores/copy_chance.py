"""How probable it is that a picture is a copy (Eq. G16), before any marks."""

import numpy

from gal_studio.core.copy_chance import Clues, copy_chance
from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.gal.scores.similarities import to_prompts, to_reference_prompts
from gal_studio.core.types import CHANCE, COPY_FROM


def _compute(pictures: DrawnPictures) -> Floats | None:
    if pictures.alike is None:
        return None
    own, reference = to_prompts(pictures), to_reference_prompts(pictures)
    usual = numpy.zeros_like(own) if pictures.usual is None else pictures.usual
    columns = (own - reference, pictures.alike, usual)
    return numpy.array([copy_chance(Clues(*map(float, row))) for row in zip(*columns, strict=True)])


COPY_CHANCE = Score(
    name=CHANCE,
    label="Copy risk",
    low=0.0,
    high=1.0,
    higher=f"more likely a copy; from {COPY_FROM:g} on it counts as one, adjusted by your marks",
    method="The image and the base model’s images are compared with the reference, area by area, and with "
    "both prompts",
    compute=_compute,
    in_percent=True,
)
