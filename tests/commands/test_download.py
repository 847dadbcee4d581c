"""`gal-studio download`: models are downloaded ahead, and found by the studio without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.engine.hub import needs
from gal_studio.engine.hub.repository import storage
from gal_studio.engine.models.model_files import inspect
from tests.commands.running import run
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.tiny_vision import make_tiny_transformer
from tests.local_hub import LocalHub, running, switch_off, use

NAME, TOWER, COMMIT = "artist/ink", "someone/tower", "c" * 40


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    monkeypatch.setattr(needs, "_silent_since", [-1e9])
    with running(tmp_path / "cache") as hub:
        use(hub, monkeypatch)
        hub.publish(NAME, make_tiny_pipeline(tmp_path / "pipeline"), COMMIT, license="openrail++")
        hub.publish(TOWER, Path(make_tiny_transformer(tmp_path / "tower", "dinov2")), COMMIT)
        yield hub


def test_a_model_is_downloaded_ahead(
    hub: LocalHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("download", NAME) == 0
    said = capsys.readouterr()
    assert said.out == f"{NAME} (license openrail++) is in {storage(NAME)}\n"
    assert f"{NAME} at commit {COMMIT[:12]}, license openrail++: 1.4 MB to {hub.cache}" in said.err
    assert "1.4 of 1.4 MB" in said.err
    hub.asked.clear()
    assert run("download", f' "https://huggingface.co/{NAME}/tree/main" ') == 0
    assert not [path for path in hub.paths() if path.endswith(".safetensors")], "nothing is downloaded twice"
    assert run("download", TOWER) == 0
    assert f"{TOWER} (license not stated)" in capsys.readouterr().out
    switch_off(monkeypatch)
    assert inspect(NAME, {}, half=False).need.is_met  # type: ignore[union-attr]
