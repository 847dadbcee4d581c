"""A form of one file and one line is offered on the page and on the command line, and written by a worker."""

from collections.abc import Iterator
from zipfile import ZipFile

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.registry import FORMS
from gal_studio.engine.loras import check
from gal_studio.features.exports.requests import exports
from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.requests import Context
from gal_studio.worker.models import Models
from tests.engine.loras.check_here import check_here
from tests.invented import added
from tests.invented.form import EASEL
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with added(FORMS, EASEL):
        yield


def test_it_is_offered_made_and_named(
    studio: Studio,
    models: Models,
    names: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check, "check_files", check_here)
    round_id = first_round(studio, tiny_draft(names))
    assert work(studio, models, studio.fine_tune(round_id)).state == "completed"
    assert work(studio, models, studio.export_round(round_id, "easel")).state == "completed"
    forms = exports(Context(ViewCache(studio)), round_id)
    (offered,) = [one for one in forms if one.form == "easel"]
    assert offered.title == "For Easel"
    assert offered.export is not None and offered.export.made
    with ZipFile(studio.exported(round_id, "easel")) as archive:
        assert "README.md" in archive.namelist()
    assert EASEL.layer("blocks.0.attn") == "easel_blocks_0_attn"
    said = f"choose one of {', '.join(FORMS.names())}"
    assert "easel" in said
    with pytest.raises(StudioError, match=said):
        studio.export_round(round_id, "gguf")
    order = ["export", "--workspace", str(studio.store.workspace), "--format", "gguf", "--out", "nowhere"]
    assert main(order) == 2
    told = capsys.readouterr().err
    assert "choose one of" in told and "easel" in told
