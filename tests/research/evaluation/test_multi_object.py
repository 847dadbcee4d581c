"""Scores of pictures with several subjects, each inside its own mask."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.engine.features.image_token import load_image_token
from gal_studio.engine.patches.loading import load_vision
from gal_studio.research.evaluation.combinations import Combination, read_combinations
from gal_studio.research.evaluation.dreambench import DrawnSubject
from gal_studio.research.evaluation.embedding import FeatureFiles
from gal_studio.research.evaluation.multi_object import (
    CombinationScores,
    report_combinations,
    score_combination,
)
from gal_studio.research.evaluation.own_masks import OwnPart, OwnParts
from gal_studio.research.evaluation.scores import ScoringModels
from tests.engine.tiny_vision import make_tiny_transformer
from tests.research.evaluation.made import COMBINATION_PROMPTS, LEFT_RIGHT, Box, composite, make_combination


class Colours:
    """Embeds a picture as the mean colours of a 4 x 4 grid, and any prompt alike."""

    def images(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        rows = [
            np.asarray(picture.convert("RGB").resize((4, 4), Image.Resampling.BOX)) for picture in pictures
        ]
        flat = np.stack(rows).reshape(len(rows), -1).astype(np.float64) - 128
        return flat / np.linalg.norm(flat, axis=1, keepdims=True)

    def texts(self, prompts: Sequence[str]) -> np.ndarray:
        return np.full((len(prompts), 48), 48**-0.5)


class Swapped(OwnParts):
    """Takes each subject's part for the other's."""

    def of(self, path: Path) -> dict[str, OwnPart]:
        right = super().of(path)
        return {"cat": right["vase"], "vase": right["cat"]}


@pytest.fixture(scope="module")
def dino(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_tiny_transformer(tmp_path_factory.mktemp("dino"), "vit")


@pytest.fixture
def combination(tmp_path: Path) -> Combination:
    return read_combinations(make_combination(tmp_path))[0]


def scored(
    combination: Combination,
    dino: str,
    folder: Path,
    places: Mapping[str, Box],
    how: type[OwnParts] = OwnParts,
) -> CombinationScores:
    folder.mkdir()
    composite(places).save(folder / "both.png")
    models = ScoringModels(
        FeatureFiles(folder / "features", "colours", Colours),
        FeatureFiles(folder / "features", dino, lambda: load_image_token(dino, "cpu")),
    )
    references = {part.name: part.references for part in combination.parts}
    parts = how(folder / "subjects", dino, lambda: load_vision(dino, "unused", "cpu"), references)
    steps = score_combination(
        combination, [DrawnSubject(folder / "both.png", COMBINATION_PROMPTS[0])], models, parts
    )
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: CombinationScores = end.value
            return found


def test_scores_fall_when_subjects_are_swapped(combination: Combination, dino: str, tmp_path: Path) -> None:
    right = scored(combination, dino, tmp_path / "right", LEFT_RIGHT)
    wrong = scored(combination, dino, tmp_path / "wrong", LEFT_RIGHT, Swapped)
    for part, other in zip(right.parts, wrong.parts, strict=True):
        for name in ("dino_own", "clip_i_own"):
            assert part.figures[name][0] > other.figures[name][0] + 0.05
        assert part.figures["clip_i_own"][0] > part.figures["clip_i"][0]  # the other subject is left out
        for name in ("dino", "clip_i", "clip_t"):
            assert part.figures[name][0] == other.figures[name][0]


def test_a_missing_subject_costs_its_own_score_alone(
    combination: Combination, dino: str, tmp_path: Path
) -> None:
    both = scored(combination, dino, tmp_path / "both", LEFT_RIGHT)
    twice = scored(combination, dino, tmp_path / "twice", {"cat": (8, 8, 152, 152)})
    cat, vase = twice.parts
    assert vase.shares[0] < 0.02 < cat.shares[0]
    assert vase.figures["dino_own"][0] < both.parts[1].figures["dino_own"][0] - 0.05
    assert cat.figures["clip_i_own"][0] > 0.9


def test_the_mean_is_over_subjects(combination: Combination, dino: str, tmp_path: Path) -> None:
    found = scored(combination, dino, tmp_path / "right", LEFT_RIGHT)
    report = report_combinations([found], {})
    assert [row.name for row in report.rows] == ["cat+vase: cat", "cat+vase: vase", "all 1"]
    for name in ("dino", "clip_i_own"):
        values = [part.figures[name][0] for part in found.parts]
        whole = report.rows[-1].figures[name]
        assert whole is not None and whole.value == pytest.approx(np.mean(values))
        assert [row[name] for row in report.pictures] == pytest.approx(values)
    assert {name: len(rows) for name, rows in report.features.items()} == {
        "clip": 2, "dino": 2, "clip_own": 2, "dino_own": 2,
    }  # fmt: skip
    assert "CLIP-I in its mask" in report.table()
