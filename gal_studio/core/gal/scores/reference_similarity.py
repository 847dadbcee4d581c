"""The similarity of a picture to the references' prompts, s(x, ref) of Eq. G2."""

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.gal.uncertainty import reference_similarity


def _compute(pictures: DrawnPictures) -> Floats:
    return reference_similarity(pictures.features, pictures.reference_prompts)


REFERENCE_SIMILARITY = Score(
    name="similarity_reference",
    label="Likeness to the reference’s prompt",
    low=-1.0,
    high=1.0,
    higher="closer to the reference’s prompt",
    method="The cosine of the CLIP features of the image and the reference’s prompt",
    compute=_compute,
)
