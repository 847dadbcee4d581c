"""The similarity of a picture to the references themselves: the mean cosine of CLIP's features (CLIP-I)."""

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.gal.uncertainty import similarity
from gal_studio.core.types import LIKENESS


def _compute(pictures: DrawnPictures) -> Floats | None:
    if not len(pictures.references):
        return None
    values: Floats = similarity(pictures.features, pictures.references).mean(axis=1)
    return values


LIKE_REFERENCES = Score(
    name=LIKENESS,
    label="Likeness to the references",
    low=-1.0,
    high=1.0,
    higher="nearer to the references, in what they show and in how",
    method="The mean cosine of the CLIP features of the image and of the references",
    compute=_compute,
)
