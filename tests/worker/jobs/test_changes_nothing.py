"""A LoRA whose upper factors stay 0 is told after its training."""

from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, work

TOO_SMALL = {**CHANGES, "tune": {**CHANGES["tune"], "learning_rate": 1e-12}}


def test_it_is_told(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    round_id = first_round(studio, tiny_draft(names, changes=TOO_SMALL))
    failed = work(studio, models, studio.fine_tune(round_id))
    assert failed.state == "error"
    assert failed.message.startswith("The training changed nothing: its LoRA adds 0. Raise")
    assert studio.store.rounds.get(round_id).adapter is None
