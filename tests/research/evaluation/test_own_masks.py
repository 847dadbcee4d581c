"""Subjects in composites whose places are known: where they are found, and what their parts are."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.patchdpo.patch_quality import Judged
from gal_studio.engine.patches.loading import load_vision
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.research.evaluation.own_masks import OwnParts, cut_out, judged, own_masks
from gal_studio.state.images.read import read_picture
from tests.engine.tiny_vision import make_tiny_transformer
from tests.research.evaluation.made import LEFT_RIGHT, RIGHT_LEFT, Box, composite, make_combination


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> PatchTower:
    return load_vision(make_tiny_transformer(tmp_path_factory.mktemp("dino"), "vit"), "unused", "cpu")


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = make_combination(tmp_path_factory.mktemp("list")).parent / "data"
    return {name: sorted((folder / name).iterdir()) for name in ("cat", "vase")}


@pytest.fixture(scope="module")
def subjects(tower: PatchTower, references: dict[str, list[Path]]) -> dict[str, list[Judged]]:
    return {name: [judged(Image.open(path), tower) for path in paths] for name, paths in references.items()}


def overlap(found: np.ndarray, box: Box, kind: str) -> float:
    """Intersection over union with the subject as it was drawn."""
    plain, drawn = np.asarray(composite({})), np.asarray(composite({kind: box}))
    true = (plain != drawn).any(axis=-1)
    return float((true & found).sum() / (true | found).sum())


@pytest.mark.parametrize("places", [LEFT_RIGHT, RIGHT_LEFT])
def test_subjects_are_found_where_they_were_put(
    places: dict[str, Box], tower: PatchTower, subjects: dict[str, list[Judged]]
) -> None:
    masks = own_masks(composite(places), tower, subjects)
    assert not (masks["cat"] & masks["vase"]).any()
    for kind, box in places.items():
        assert overlap(masks[kind], box, kind) > 0.95


def test_only_the_foreground_of_a_reference_is_compared(
    tower: PatchTower, subjects: dict[str, list[Judged]]
) -> None:
    features, inside = subjects["cat"][0]
    assert inside is not None and inside.shape == features.shape[:2] and 0.2 < inside.mean() < 0.5
    blank = judged(composite({}), tower)
    assert blank[1] is None  # nothing stands out: all of it counts


def test_a_part_is_cut_out_before_white(tmp_path: Path) -> None:
    mask = np.zeros((160, 160), dtype=bool)
    mask[48:112, 8:40] = True
    part = np.asarray(cut_out(composite(LEFT_RIGHT), mask))
    assert part.shape == (64, 64, 3)  # the square that holds 32 x 64 pixels
    np.testing.assert_array_equal(part[:, 16:48], np.asarray(composite(LEFT_RIGHT))[48:112, 8:40])
    assert (part[:, :16] == 255).all() and (part[:, 48:] == 255).all()
    assert (np.asarray(cut_out(composite(LEFT_RIGHT), np.zeros_like(mask))) == 255).all()
    dot = np.zeros_like(mask)
    dot[80, 40] = True
    cut_out(composite(LEFT_RIGHT), dot).save(tmp_path / "dot.png")
    assert read_picture(tmp_path / "dot.png")[0].size == (8, 8)


def test_parts_are_made_once(tower: PatchTower, references: dict[str, list[Path]], tmp_path: Path) -> None:
    opened = []

    def open_tower() -> PatchTower:
        opened.append(1)
        return tower

    picture = tmp_path / "both.png"
    composite(LEFT_RIGHT).save(picture)
    parts = OwnParts(tmp_path / "out", "unused", open_tower, references).of(picture)
    assert parts["vase"].share == pytest.approx(0.2, abs=0.01)
    times = len(opened)
    again = OwnParts(tmp_path / "out", "unused", open_tower, references)
    assert again.of(picture) == parts and len(opened) == times
    parts["vase"].path.write_bytes(parts["vase"].path.read_bytes()[:200])  # damaged
    assert again.of(picture) == parts and len(opened) > times
    composite({"cat": LEFT_RIGHT["cat"]}).save(picture)  # another picture under the same name
    assert again.of(picture)["vase"].share < 0.02
    own = list(again.references("cat"))
    assert [part.path.name for part in own] == [f"{one.name}.png" for one in references["cat"]]
    assert all(0.2 < part.share < 0.5 for part in own)
