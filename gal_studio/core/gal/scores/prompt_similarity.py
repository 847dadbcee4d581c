"""The similarity of a picture to its own prompt, s(x, a) of Eq. G1."""

import numpy

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.gal.uncertainty import similarity


def _compute(pictures: DrawnPictures) -> Floats:
    rows = zip(pictures.features, pictures.prompts, strict=True)
    return numpy.array([similarity(picture[None], prompt[None])[0, 0] for picture, prompt in rows])


PROMPT_SIMILARITY = Score(
    name="similarity_anchor",
    label="Likeness to its own prompt",
    low=-1.0,
    high=1.0,
    higher="closer to the prompt",
    method="The cosine of the CLIP features of image and prompt",
    compute=_compute,
)
