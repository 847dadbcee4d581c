"""The independent judge: its features, and what its heads learn."""

import numpy as np
import pytest
import timm
import torch

from tools.pocket.data.dataset import LABEL, NONE, PALE, TRAINED_STYLES
from tools.pocket.train import judge as judging
from tools.pocket.train.judge import BODY, FEATURES, Judge, learn

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def judge() -> Judge:
    """A judge whose body has random weights."""
    torch.manual_seed(0)
    return Judge(timm.create_model(BODY))


def test_heads_learn_what_the_features_tell(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two concepts, two styles, no place: features that name them are enough."""
    monkeypatch.setattr(judging, "STEPS", 60)
    first, style = TRAINED_STYLES[:2]
    rows = [(concept, NONE, kind, NONE, NONE, PALE, NONE) for concept in (0, 1) for kind in (first, style)]
    labels = np.array(rows * 50, LABEL)
    features = torch.zeros(len(labels), FEATURES)
    features[:, 0] = torch.from_numpy(labels["first"].astype(np.float32))
    features[:, 1] = torch.from_numpy((labels["style"] == style).astype(np.float32))
    learn(judge, features, labels, np.random.default_rng(0))
    with torch.no_grad():
        told = judge.told(features)
    assert (told["concept"].argmax(1).numpy() == labels["first"]).all()
    assert (told["style"].argmax(1).numpy() == (labels["style"] == style)).all()
