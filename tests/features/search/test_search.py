"""Search candidates by words and by one of them, with a real CLIP in a process of its own."""

import math
from pathlib import Path

import numpy as np
import pytest

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.engine.features.clip import load_embedder
from gal_studio.features.search.verbs import FORMS
from gal_studio.studio import Studio
from tests.tiny_project import make_models
from tests.ui.seeded import finished

BUNDLED = "local-dir:assets:pocket/clip"


def made(tmp_path: Path, clip: str) -> tuple[Studio, str, dict[str, list[float]]]:
    """A finished round whose first candidates have features of this CLIP's size; its ID, and these."""
    studio, project_id, round_id = finished(tmp_path / "workspace", candidates=2)
    size = (
        load_embedder(resolve_model(clip)).texts(["a cat"]).shape[1] if clip.startswith("local-dir:") else 8
    )
    rng, features = np.random.default_rng(5), {}
    for one in studio.store.candidates.of_round(round_id):
        row = rng.normal(size=size).astype("<f4")
        features[one.id] = [float(value) for value in row]
        studio.store.database.write("UPDATE candidates SET feature = ? WHERE id = ?", (row.tobytes(), one.id))
    studio.store.database.write("UPDATE projects SET clip_model = ? WHERE id = ?", (clip, project_id))
    return studio, round_id, features


def cosines(features: dict[str, list[float]], wanted: list[float]) -> dict[str, float]:
    """The same in plain Python: the cosine of each feature without their mean with what is wanted."""
    mean = [sum(column) / len(features) for column in zip(*features.values(), strict=True)]
    found = {}
    for name, row in features.items():
        rest = [value - average for value, average in zip(row, mean, strict=True)]
        product = sum(a * b for a, b in zip(rest, wanted, strict=True))
        found[name] = product / (math.hypot(*rest) * math.hypot(*wanted))
    return found


@pytest.mark.parametrize("which", [pytest.param("bundled", marks=pytest.mark.thorough), "other"])
def test_words_are_compared_with_each_image(tmp_path: Path, which: str) -> None:
    clip = BUNDLED if which == "bundled" else make_models(tmp_path / "models")[1]
    studio, round_id, features = made(tmp_path, clip)
    with studio:
        found = studio.search(round_id, "  a red \n koala ")
        texts = load_embedder(resolve_model(clip)).texts([form.format("a red koala") for form in FORMS])
        assert found.likeness == pytest.approx(cosines(features, texts.mean(axis=0).tolist()), abs=1e-5)
        assert found.note == ""
        assert studio.search(round_id, "a blue kite").likeness != found.likeness
        note = studio.search(round_id, "кошка").note
        assert ("was not trained on these words" if which == "bundled" else "search in English") in note
        with pytest.raises(StudioError, match="Write what to look for"):
            studio.search(round_id, " \n")
        with pytest.raises(StudioError, match="more words than the CLIP reads"):
            studio.search(round_id, "koala " * 300)


def test_images_like_one_of_them(tmp_path: Path) -> None:
    studio, _, features = made(tmp_path, "ViT-B-32/openai")
    with studio:
        first, *_ = features
        found = studio.more_like(first).likeness
        assert found[first] == pytest.approx(1)
        mean = np.mean(list(features.values()), axis=0)
        wanted = [float(value) for value in np.asarray(features[first]) - mean]
        assert found == pytest.approx(cosines(features, wanted), abs=1e-6)


def test_a_search_says_why_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nothing"))
    studio, round_id, features = made(tmp_path, "ViT-B-32/openai")
    with studio:
        with pytest.raises(StudioError, match="The CLIP ViT-B-32/openai is not on this machine"):
            studio.search(round_id, "koala")
        name = next(iter(features))
        studio.store.database.write("UPDATE candidates SET feature = ?", (np.zeros(8, "<f4").tobytes(),))
        with pytest.raises(StudioError, match="There is nothing to search yet"):
            studio.search(round_id, "koala")
        with pytest.raises(StudioError, match="There is nothing to search yet"):
            studio.more_like(name)
