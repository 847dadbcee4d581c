"""Score the generated pictures of subjects as both tables of PatchDPO do: DINO, CLIP-I and CLIP-T."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gal_studio.core.measures.published import Values, alignment, likeness
from gal_studio.evaluation.dreambench import Drawn, Subject, single_image
from gal_studio.evaluation.embedding import (
    FeatureFiles,
    ImageEmbedder,
    PromptEmbedder,
    embed_pictures,
    embed_prompts,
)


@dataclass(frozen=True)
class Models:
    """The two models that pictures are compared with; features are kept on disk."""

    clip: FeatureFiles[PromptEmbedder]
    dino: FeatureFiles[ImageEmbedder]


@dataclass(frozen=True)
class SubjectScores:
    """The figures of each picture of a subject by its prompt; `references` were compared with."""

    subject: Subject
    references: tuple[Path, ...]
    dino: Values
    clip_i: Values
    clip_t: Values

    @property
    def pictures(self) -> int:
        """The number of pictures."""
        return sum(len(row) for row in self.dino.values())


Steps = Generator[int, None, SubjectScores]


def score_subject(subject: Subject, drawn: Sequence[Drawn], models: Models, single: bool) -> Steps:
    """Score the pictures of a subject; yields how many were embedded, at last returns the figures.

    They are compared with all reference pictures, or with the one of the `single` image setting.
    """
    references = (single_image(subject),) if single else subject.references
    paths = [each.path for each in drawn]
    clip = yield from embed_pictures(models.clip, [*references, *paths])
    dino = yield from embed_pictures(models.dino, [*references, *paths])
    texts = embed_prompts(models.clip, [each.prompt for each in drawn])
    rows = np.stack([clip[path] for path in paths])
    figures = (
        likeness(np.stack([dino[path] for path in paths]), np.stack([dino[path] for path in references])),
        likeness(rows, np.stack([clip[path] for path in references])),
        alignment(rows, np.stack([texts[each.prompt] for each in drawn])),
    )
    return SubjectScores(subject, references, *(_by_prompt(drawn, values.tolist()) for values in figures))


def _by_prompt(drawn: Sequence[Drawn], values: Sequence[float]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for each, value in zip(drawn, values, strict=True):
        found.setdefault(each.prompt, []).append(value)
    return found
