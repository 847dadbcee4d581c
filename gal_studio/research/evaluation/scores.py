"""Score the generated pictures of subjects as both tables of PatchDPO do: DINO, CLIP-I and CLIP-T."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.intervals import Values
from gal_studio.engine.features.clip import Embedder
from gal_studio.engine.features.image_token import ImageTokenEmbedder
from gal_studio.research.evaluation.dreambench import BenchSubject, DrawnSubject, single_image
from gal_studio.research.evaluation.embedding import embed_pictures, embed_prompts
from gal_studio.research.evaluation.published import alignment, likeness

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScoringModels:
    """The two models that pictures are compared with."""

    clip: Embedder
    dino: ImageTokenEmbedder


@dataclass(frozen=True)
class SubjectScores:
    """The figures of a subject's n pictures, each (n,); `references` were compared with."""

    subject: BenchSubject
    references: tuple[Path, ...]
    drawn: Sequence[DrawnSubject]
    figures: Mapping[str, Floats]

    def values(self, name: str) -> Values:
        """A figure of each picture, by its prompt."""
        found: dict[str, list[float]] = {}
        for each, value in zip(self.drawn, self.figures[name].tolist(), strict=True):
            found.setdefault(each.prompt, []).append(value)
        return found


Steps = Generator[int, None, SubjectScores]


def score_subject(
    subject: BenchSubject, drawn: Sequence[DrawnSubject], models: ScoringModels, single: bool
) -> Steps:
    """Score the pictures of a subject; yields how many were embedded, at last returns the figures.

    They are compared with all reference pictures, or with the one of the `single` image setting.
    """
    references = (single_image(subject),) if single else subject.references
    paths = [each.path for each in drawn]
    clip = yield from embed_pictures(models.clip, [*references, *paths])
    dino = yield from embed_pictures(models.dino, [*references, *paths])
    texts = embed_prompts(models.clip, [each.prompt for each in drawn])
    drawn_dino, drawn_clip = (np.stack([known[path] for path in paths]) for known in (dino, clip))
    figures = {
        "dino": likeness(drawn_dino, np.stack([dino[path] for path in references])),
        "clip_i": likeness(drawn_clip, np.stack([clip[path] for path in references])),
        "clip_t": alignment(drawn_clip, np.stack([texts[each.prompt] for each in drawn])),
    }
    return SubjectScores(subject, references, drawn, figures)
