"""What CLIP says of a picture: its similarity to prompts, s(x, a) of Eq. G1 and s(x, ref) of Eq. G2, and to
the references themselves (CLIP-I).
"""

import numpy

from gal_studio.core.gal.scores.score import DrawnPictures, Floats, Score
from gal_studio.core.gal.uncertainty import reference_similarity, similarity
from gal_studio.core.types import LIKENESS


def to_prompts(pictures: DrawnPictures) -> Floats:
    """s(x, a) of each picture, (n,)."""
    rows = zip(pictures.features, pictures.prompts, strict=True)
    return numpy.array([similarity(picture[None], prompt[None])[0, 0] for picture, prompt in rows])


def to_reference_prompts(pictures: DrawnPictures) -> Floats:
    """s(x, ref) of each picture, (n,)."""
    return reference_similarity(pictures.features, pictures.reference_prompts)


def _to_references(pictures: DrawnPictures) -> Floats | None:
    if not len(pictures.references):
        return None
    values: Floats = similarity(pictures.features, pictures.references).mean(axis=1)
    return values


PROMPT_SIMILARITY = Score(
    name="similarity_anchor",
    label="Likeness to its own prompt",
    low=-1.0,
    high=1.0,
    higher="closer to the prompt",
    method="The cosine of the CLIP features of image and prompt",
    compute=to_prompts,
)
REFERENCE_SIMILARITY = Score(
    name="similarity_reference",
    label="Likeness to the reference’s prompt",
    low=-1.0,
    high=1.0,
    higher="closer to the reference’s prompt",
    method="The cosine of the CLIP features of the image and the reference’s prompt",
    compute=to_reference_prompts,
)
LIKE_REFERENCES = Score(
    name=LIKENESS,
    label="Likeness to the references",
    low=-1.0,
    high=1.0,
    higher="closer to the references, in what they show and in how",
    method="The mean cosine of the CLIP features of the image and of the references",
    compute=_to_references,
)
