"""A share of the training rows has no caption; those of the prior keep theirs."""

import pytest
import torch

from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import Batch, ExampleSource
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS


def drawn(model: ImageModel, share: float, prior: bool = False) -> tuple[ExampleSource, Batch]:
    settings = SETTINGS.updated({"batch_size": 200, "caption_dropout": share})
    source = ExampleSource(model, EXAMPLES, PRIOR if prior else [], settings, seed=0)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    return source, batch


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_so_many_captions_are_left_out(model: ImageModel, share: float) -> None:
    source, batch = drawn(model, share, prior=True)
    empty = [text is source.no_caption for text in batch.texts]
    assert sum(empty[:200]) == pytest.approx(200 * share, abs=25)
    assert not any(empty[200:])


def test_the_default_draws_what_was_drawn_before_there_was_one(model: ImageModel) -> None:
    source, batch = drawn(model, 0.0)
    assert source.no_caption is None
    other, dropped = drawn(model, 0.5)
    assert source.fingerprint != other.fingerprint
    assert torch.equal(batch.times, dropped.times), "only the noise is drawn after the captions"
