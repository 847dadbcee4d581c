"""The predicted sizes of adapters and checkpoints are those of the files."""

from pathlib import Path

import pytest

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.memory.plan import adapter_bytes, checkpoint_bytes, trained_weights
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.trainer import Run
from tests.engine.trained import EXAMPLES

HEADERS = 120_000  # names and shapes


@pytest.mark.parametrize(
    "changes",
    [
        {"rank": 3},
        {"rank": 3, "target": "attention"},
        {"method": "full"},
        *({"method": "lokr", **more} for more in ({"lokr_factor": 4}, {"lokr_factor": 8}, {"rank": 64})),
    ],
    ids=["all layers", "attention", "full", "LoKr", "LoKr of a large factor", "LoKr of whole matrices"],
)
def test_predicted_sizes_are_the_written_ones(
    model: ImageModel, tmp_path: Path, changes: dict[str, object]
) -> None:
    settings = TuneSettings(steps=1, batch_size=1, checkpoint_every=1).updated(changes)
    foretold = trained_weights(model, settings)
    path = tmp_path / "step-1.safetensors"

    def keep(state: Checkpoint) -> None:
        state.save(path)

    list(fine_tune(model, EXAMPLES[:1], [], settings, 0, Run(checkpoint=keep)))
    assert sum(weight.numel() for weight in trainable(model).values()) == foretold
    saved = save_adapter(model, tmp_path / "adapter.safetensors", AdapterCard("", "tiny", 1, 0))
    detach(model)
    assert 0 <= saved.stat().st_size - adapter_bytes(model, settings) < HEADERS
    assert 0 <= path.stat().st_size - checkpoint_bytes(model, settings) < HEADERS
