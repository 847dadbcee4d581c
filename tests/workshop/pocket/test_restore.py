"""Trainings that begin again from the shipped weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gal_studio.assets import resolve_model
from gal_studio.engine.features.clip import load_embedder
from workshop.pocket.train.clip import Texts, load_clip
from workshop.pocket.train.restore import CLIP, restore

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    restore(folder)
    return folder


def test_the_restored_clip_is_the_shipped_one(work: Path) -> None:
    (work / "clip.pt").write_bytes((work / f"{CLIP}.pt").read_bytes())
    model, tokenizer = load_clip(work)
    words = ["A cat in cartoon style", "A drum"]
    with torch.no_grad():
        mine = Texts(model, tokenizer, np.random.default_rng(0)).features(words)
    shipped = load_embedder(resolve_model("local-dir:assets:pocket/clip"), device="cpu").texts(words)
    assert np.allclose(mine.numpy(), np.asarray(shipped), atol=1e-3)
