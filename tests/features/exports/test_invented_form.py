"""A form of one file and one line is offered on the page and on the command line, and written by a worker."""

from collections.abc import Iterator

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.registry import FORMS
from gal_studio.features.exports.requests import exports
from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.requests import Context
from tests.features.exports.conftest import Leave, Train
from tests.invented import added
from tests.invented.form import EASEL


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with added(FORMS, EASEL):
        yield


def test_it_is_offered_made_and_named(
    studio: Studio, train: Train, leave: Leave, capsys: pytest.CaptureFixture[str]
) -> None:
    round_id = train()
    assert (leave(round_id, "easel") / "README.md").is_file()
    forms = exports(Context(ViewCache(studio)), round_id)
    (offered,) = [one for one in forms if one.form == "easel"]
    assert offered.title == "For Easel"
    assert offered.export is not None and offered.export.made
    assert EASEL.layer("blocks.0.attn") == "easel_blocks_0_attn"
    said = f"choose one of {', '.join(FORMS.names())}"
    with pytest.raises(StudioError, match=said):
        studio.export_round(round_id, "gguf")
    order = ["export", "--workspace", str(studio.store.workspace), "--format", "gguf", "--out", "nowhere"]
    assert main(order) == 2
    told = capsys.readouterr().err
    assert "choose one of" in told and "easel" in told
