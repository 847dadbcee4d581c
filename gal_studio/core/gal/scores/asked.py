"""How probably a picture shows what its prompt asks for (Eq. G14)."""

import math

import numpy

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.types import ASKED

CONSTANT, GAP = -0.21, 1.86
"""Of the bundled CLIP, fitted to what raters said of 160 pictures (docs/algorithms.md)."""


def gaps(features: Floats, prompts: Floats, others: Floats) -> Floats:
    """How much nearer pictures (n, d) are to their own prompts (n, d) than to any other one of (m, d), (n,).

    Rows of `others` that equal a picture's prompt do not count for it.
    """
    similarity = features @ others.T
    own = (features * prompts).sum(axis=1)
    same = numpy.abs(prompts @ others.T - 1.0) < 1e-6
    ahead: Floats = own - numpy.where(same, -1.0, similarity).max(axis=1)
    return ahead


def asked_chance(gap: float, usual: float) -> float:
    """Eq. G14: sigma(b_0 + b_1 g / g_0), in (0, 1), with the mean gap `usual` > 0 of the base pictures."""
    return 1.0 / (1.0 + math.exp(-(CONSTANT + GAP * gap / usual)))


def _compute(pictures: DrawnPictures) -> Floats | None:
    if pictures.usual_gap is None or pictures.all_prompts is None or pictures.usual_gap <= 0.0:
        return None
    found = gaps(pictures.features, pictures.prompts, pictures.all_prompts)
    return numpy.array([asked_chance(float(gap), pictures.usual_gap) for gap in found])


PROMPT_MATCH = Score(
    name=ASKED,
    label="Prompt match",
    low=0.0,
    high=1.0,
    higher="more likely what the prompt asks for",
    method="CLIP compares the image with the prompts of all tests and references. Its lead is compared with "
    "that of the base model’s images",
    compute=_compute,
    in_percent=True,
)
