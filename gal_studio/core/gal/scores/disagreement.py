"""Where trainings with other seeds disagree about a picture (Eq. G21); known once they were asked."""

import math

from gal_studio.core.gal.scores.score import Score
from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT

AREAS = Score(
    name=AREA_DISAGREEMENT,
    label="Runs disagree",
    low=0.0,
    high=1.0,
    higher="less alike in runs with other seeds",
    method="These generate the image again from its seed, and a vision model compares each area",
    compute=lambda pictures: None,
)
COPIES = Score(
    name=COPY_DISAGREEMENT,
    label="Runs disagree on copies",
    low=0.0,
    high=round(math.log(2.0), 3),
    higher="a copy in some runs and not in others",
    method="What is known of “is it a copy?” once the training is known: mutual information, in nats",
    compute=lambda pictures: None,
)
