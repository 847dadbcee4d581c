"""A LoRA whose upper factors stay 0 is told at the check of its export."""

from zipfile import ZipFile

import pytest

from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.training import training_run
from tests.features.exports.conftest import Train
from tests.tiny_project import changed
from tests.worker.working import work

TOO_SMALL = changed(tune={"learning_rate": 1e-12})


def kept_unseen(model: ImageModel, *_: object) -> None:
    """A training that was kept before such LoRAs were refused."""
    detach(model)


@pytest.mark.slow
def test_it_is_told(
    studio: Studio, models: Models, train: Train, checked_here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training_run, "verify_adapter", kept_unseen)
    round_id = train(changes=TOO_SMALL)
    assert work(studio, models, studio.export_round(round_id, "kohya")).state == "completed"
    (found,) = studio.exports(round_id)
    assert not found.is_same
    assert found.sentence.startswith(
        "The check failed, so do not use this file: it changes nothing, since all that it adds is 0"
    )
    with ZipFile(studio.exported(round_id, "kohya")) as archive:
        assert found.sentence.partition(": ")[2] in archive.read("README.md").decode()
