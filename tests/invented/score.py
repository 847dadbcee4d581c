"""A score that nobody needs: how red a picture is."""

import numpy

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score


def _compute(pictures: DrawnPictures) -> Floats:
    return numpy.array([pixels[..., 0].mean() / 255 for pixels in pictures.pixels])


REDNESS = Score(
    name="redness",
    label="Redness",
    low=0.0,
    high=1.0,
    higher="redder",
    method="The mean of the red channel",
    compute=_compute,
)
