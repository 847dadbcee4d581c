"""The independent judge: its features, and what its heads learn."""

import copy

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from workshop.pocket.data.dataset import LABEL, NONE, PALE, TRAINED_STYLES
from workshop.pocket.evaluation.independent import IndependentTower
from workshop.pocket.train import judge as judging
from workshop.pocket.train import judge_tuning as tuning
from workshop.pocket.train.clip import soft_targets
from workshop.pocket.train.judge import BODY, FEATURES, Judge, learn

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


def test_a_picture_holds_its_own_subject_best(judge: Judge) -> None:
    """The likeness of a picture to itself is the largest possible one."""
    rng = np.random.default_rng(0)
    one, other = (Image.fromarray(rng.integers(0, 256, (128, 128, 3), dtype=np.uint8)) for _ in range(2))
    mask = Image.new("L", (128, 128))
    mask.paste(255, (24, 24, 104, 104))
    likeness = IndependentTower(judge).subject_likeness([one, other], [(one, mask)])
    assert likeness[0] == pytest.approx(1.0, abs=1e-4) and likeness[1] <= likeness[0]


def test_tuning_changes_the_later_blocks_alone(judge: Judge) -> None:
    tuned = copy.deepcopy(judge)
    optimizer = torch.optim.AdamW(tuning.free_weights(tuned))
    labels = np.array(
        [(concept, NONE, TRAINED_STYLES[0], NONE, NONE, PALE, NONE) for concept in (0, 1)], LABEL
    )
    pictures = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 3), dtype=np.uint8)
    tuning.loss_of(tuned, pictures, soft_targets(labels), np.random.default_rng(0)).backward()
    optimizer.step()
    before, after = judge.body.state_dict(), tuned.body.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert {name.split(".")[1] for name in changed if name.startswith("blocks")} == {"3", "4", "5", "6"}
    assert not any(name.startswith(("conv_stem", "bn1")) for name in changed)
