"""Who teaches what: references that teach less at high noise, and what is counted of the arms."""

from pathlib import Path

import pytest
import torch

from benchmarks.quality.teachers import (
    QuietReferences,
)
from gal_studio.engine.models.image_model import load_image_model
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.trained import EXAMPLES, SETTINGS

pytestmark = pytest.mark.thorough


def test_references_alone_weigh_less_and_only_at_high_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "model"), device="cpu")
    settings = SETTINGS.updated({"batch_size": 200, "accepted_noise": 3.0})
    examples = [EXAMPLES[0], EXAMPLES[1].__class__(EXAMPLES[1].image, "A tie", 0.3, is_reference=False)]
    monkeypatch.setattr(QuietReferences, "share", 0.25)
    source = QuietReferences(model, examples, [], settings, seed=0)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    high = source.process.share(batch.times) >= source.lowest_accepted
    weights = batch.weights.flatten()
    assert {round(float(each), 3) for each in weights[high]} == {0.25, 0.3}
    assert {round(float(each), 3) for each in weights[~high]} == {1.0}, (
        "accepted images have high noise alone"
    )
