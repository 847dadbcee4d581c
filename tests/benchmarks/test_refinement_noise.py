"""At which noise pairs teach: the arms change the times or the weights that they name, and nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.quality.refinement_noise import ARMS, MIDDLE, USUAL, Arm, ArmPairs, noise_of
from gal_studio.core.settings import RefineSettings
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.training import patchdpo
from gal_studio.engine.training.batches import Batch
from gal_studio.engine.training.patchdpo import PairSource, RefinePair
from tests.engine.conftest import noise_picture
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.trained import EXAMPLES, SETTINGS

pytestmark = pytest.mark.thorough
REFINE = RefineSettings(batch_size=100, mix=0.0)
OWN, FLAT = 0.25, 1.0
PAIR = RefinePair(noise_picture(1), noise_picture(2), "a cat", np.full((2, 4, 4), OWN))
BOTH = replace(PAIR, weights=np.concatenate([PAIR.weights, np.full((2, 4, 4), FLAT)]))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ImageModel:
    folder: Path = tmp_path_factory.mktemp("noise")
    return load_image_model(make_tiny_pipeline(folder / "model"), device="cpu")


def rows(model: ImageModel, arm: Arm, settings: RefineSettings = REFINE) -> tuple[Batch, torch.Tensor]:
    """Rows of an arm, and the share of noise of each."""
    with noise_of(arm):
        source = PairSource(model, [BOTH], EXAMPLES, [], settings, SETTINGS, 0)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    return batch, source.pairs.process.share(batch.times)


def test_the_usual_arm_is_the_refinement_as_it_is(model: ImageModel) -> None:
    source = PairSource(model, [PAIR], [], [], REFINE, SETTINGS, 0)
    (usual,) = source.next_batches(torch.Generator().manual_seed(0))
    batch, _ = rows(model, ARMS[USUAL])
    assert torch.equal(batch.noisy, usual.noisy)
    assert torch.equal(batch.weights, usual.weights)


def test_pairs_keep_to_their_noise(model: ImageModel) -> None:
    middle = model.family.process().share_of(MIDDLE)
    assert rows(model, ARMS["high noise"])[1].min() >= middle - 1e-6
    assert rows(model, ARMS["low noise"])[1].max() <= middle
    both = rows(model, ARMS[USUAL])[1]
    assert both.min() < middle < both.max()


def test_nothing_stays_changed(model: ImageModel) -> None:
    usual = patchdpo.Pairs
    with pytest.raises(RuntimeError), noise_of(ARMS["low noise"]):
        assert patchdpo.Pairs is ArmPairs
        raise RuntimeError
    assert patchdpo.Pairs is usual
