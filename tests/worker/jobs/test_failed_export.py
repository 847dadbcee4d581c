"""An export that fails does not stand before what is asked for next."""

import pytest

from gal_studio.state import Store
from gal_studio.state.tables.exports import Export
from gal_studio.studio import Studio
from gal_studio.worker.jobs import export
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work


def test_the_next_form_is_written(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, asked = first_round(studio, tiny_draft(names)), []

    def fail(store: Store, models: Models, wanted: Export) -> None:
        asked.append(wanted.form)
        raise ValueError("an error that nobody foresaw")

    monkeypatch.setattr(export, "_export", fail)
    work(studio, models, studio.fine_tune(first))
    assert work(studio, models, studio.export_round(first, "kohya")).state == "error"
    assert work(studio, models, studio.export_round(first, "comfyui")).state == "error"
    assert asked == ["kohya", "comfyui"]
    assert studio.exports(first) == ()
