"""Score pictures of several subjects: each by the whole picture, as published, and inside its own mask."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gal_studio.core.intervals import Values, mean_interval
from gal_studio.research.evaluation.combinations import Combination
from gal_studio.research.evaluation.dreambench import DrawnSubject
from gal_studio.research.evaluation.embedding import embed_pictures, embed_prompts
from gal_studio.research.evaluation.own_masks import OwnPart, OwnParts
from gal_studio.research.evaluation.published import alignment, likeness
from gal_studio.research.evaluation.published import mean_over_subjects as mean_over_combinations
from gal_studio.research.evaluation.report import Report, Row
from gal_studio.research.evaluation.scores import Floats, ScoringModels

FIGURES = ("dino", "clip_i", "dino_own", "clip_i_own", "clip_t")
"""DINO and CLIP-I of the whole picture and of the subject inside its own mask; CLIP-T of the picture."""


@dataclass(frozen=True)
class PartScores:
    """The figures of a subject in the n pictures of its combination, and its share of each, all (n,)."""

    name: str
    references: tuple[Path, ...]
    shares: Floats
    figures: Mapping[str, Floats]
    features: Mapping[str, Floats]


@dataclass(frozen=True)
class CombinationScores:
    """The scores of each subject of a combination; `features` are the unit rows of whole pictures (n, d)."""

    combination: Combination
    drawn: Sequence[DrawnSubject]
    parts: Sequence[PartScores]
    features: Mapping[str, Floats]

    def values(self, name: str, parts: Sequence[PartScores] | None = None) -> Values:
        """A figure of each picture, by its prompt: of these subjects, or of all."""
        found: dict[str, list[float]] = {}
        for part in self.parts if parts is None else parts:
            for each, value in zip(self.drawn, part.figures[name].tolist(), strict=True):
                found.setdefault(each.prompt, []).append(value)
        return found


Steps = Generator[int, None, CombinationScores]


def score_combination(
    combination: Combination, drawn: Sequence[DrawnSubject], models: ScoringModels, parts: OwnParts
) -> Steps:
    """Score the pictures of a combination; yields how many were embedded, at last returns the figures.

    A subject is compared with all of its references: the whole picture with them as they are, and what is
    inside the subject's mask (`own_masks`) with their foregrounds, both before white. Where a picture shows a
    subject nowhere, its figures inside the mask are 0.
    """
    cut: dict[str, list[OwnPart]] = {part.name: [] for part in combination.parts}
    for each in drawn:
        for name, found in parts.of(each.path).items():
            cut[name].append(found)
    shown = {part.name: [found.path for found in parts.references(part.name)] for part in combination.parts}
    whole = [each.path for each in drawn]
    paths = [
        *whole,
        *(path for part in combination.parts for path in part.references),
        *(found.path for row in cut.values() for found in row if found.share),
        *(path for row in shown.values() for path in row),
    ]
    clip = yield from embed_pictures(models.clip, paths)
    dino = yield from embed_pictures(models.dino, paths)
    texts = embed_prompts(models.clip, [each.prompt for each in drawn])
    features = {"dino": _rows(dino, whole), "clip": _rows(clip, whole)}
    aligned = alignment(features["clip"], np.stack([texts[each.prompt] for each in drawn]))
    scored = []
    for part in combination.parts:
        own = cut[part.name]
        inside = {"dino": _own_rows(dino, own), "clip": _own_rows(clip, own)}
        figures = {
            "dino": likeness(features["dino"], _rows(dino, part.references)),
            "clip_i": likeness(features["clip"], _rows(clip, part.references)),
            "dino_own": likeness(inside["dino"], _rows(dino, shown[part.name])),
            "clip_i_own": likeness(inside["clip"], _rows(clip, shown[part.name])),
            "clip_t": aligned,
        }
        shares = np.array([found.share for found in own])
        scored.append(PartScores(part.name, part.references, shares, figures, inside))
    return CombinationScores(combination, drawn, scored, features)


def _rows(known: Mapping[Path, Floats], paths: Sequence[Path]) -> Floats:
    return np.stack([known[path] for path in paths])


def _own_rows(known: Mapping[Path, Floats], parts: Sequence[OwnPart]) -> Floats:
    """The features of parts; zeros for a part that is shown nowhere, so that its cosines are 0."""
    width = len(next(iter(known.values())))
    return np.stack([known[each.path] if each.share else np.zeros(width) for each in parts])


def report_combinations(scores: Sequence[CombinationScores], facts: dict[str, Any]) -> Report:
    """One row for each subject of each combination, and one for all.

    The mean of all is that of the combinations' means, each over its subjects, with an interval over
    combinations.
    """
    rows = [
        Row(
            f"{each.combination.name}: {part.name}",
            {"pictures": len(each.drawn), "references": len(part.references)},
            {name: mean_interval(each.values(name, [part])) for name in FIGURES},
        )
        for each in scores
        for part in each.parts
    ]
    whole = Row(
        f"all {len(scores)}",
        {
            "pictures": sum(len(each.drawn) for each in scores),
            "references": sum(row.counts["references"] for row in rows),
        },
        {
            name: mean_over_combinations({each.combination.name: each.values(name) for each in scores})
            for name in FIGURES
        },
    )
    return Report(
        "subject",
        [*rows, whole],
        facts,
        pictures=_picture_rows(scores),
        prompts=list(dict.fromkeys(drawn.prompt for each in scores for drawn in each.drawn)),
        features=_features(scores),
    )


def _picture_rows(scores: Sequence[CombinationScores]) -> list[dict[str, Any]]:
    """The figures of each picture, once for each subject in it."""
    return [
        {
            "combination": each.combination.name,
            "subject": part.name,
            "prompt": drawn.prompt,
            "file": f"{each.combination.name}/{drawn.path.name}",
            "share": part.shares[place].item(),
            **{name: part.figures[name][place].item() for name in FIGURES},
        }
        for each in scores
        for part in each.parts
        for place, drawn in enumerate(each.drawn)
    ]


def _features(scores: Sequence[CombinationScores]) -> dict[str, Any]:
    """The features in the order of these rows: of whole pictures, and inside each subject's mask (`_own`)."""
    parts = [(each, part) for each in scores for part in each.parts]
    whole = {kind: np.concatenate([each.features[kind] for each, _ in parts]) for kind in ("clip", "dino")}
    own = {
        f"{kind}_own": np.concatenate([part.features[kind] for _, part in parts]) for kind in ("clip", "dino")
    }
    return {**whole, **own}
