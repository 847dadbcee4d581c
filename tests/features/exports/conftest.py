"""A round that is trained, exported and unpacked, whose file was checked in this process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from gal_studio.engine.loras import check
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.engine.loras.check_here import check_here
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work

Train = Callable[..., str]
Leave = Callable[[str, str], Path]


@pytest.fixture
def checked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "check_files", check_here)


@pytest.fixture
def train(studio: Studio, models: Models, names: tuple[str, str]) -> Train:
    """Trains the first round of a project with a model, by default the usual one."""

    def made(model: Path | str = names[0], **given: Any) -> str:
        round_id = first_round(studio, tiny_draft((str(model), names[1]), **given))
        assert work(studio, models, studio.fine_tune(round_id)).message == ""
        return round_id

    return made


@pytest.fixture
def leave(studio: Studio, models: Models, checked_here: None, tmp_path: Path) -> Leave:
    """Exports a round in a form; gives the folder that it was unpacked into."""

    def unpacked(round_id: str, form: str) -> Path:
        assert work(studio, models, studio.export_round(round_id, form)).message == ""
        (found,) = studio.exports(round_id)
        assert found.is_same, found.sentence
        with ZipFile(studio.exported(round_id, form)) as archive:
            archive.extractall(tmp_path / "exported")
        return tmp_path / "exported"

    return unpacked
