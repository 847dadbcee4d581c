"""Downloads by the real library from a hub on this computer: they resume, are checked, have no pickles."""

import errno
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.download import download, download_all
from gal_studio.engine.hub.refusals import FullDiskError, refusal
from gal_studio.engine.hub.repository import MissingFiles, storage
from gal_studio.engine.hub.transfer import CHUNK, fetch
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.models.model_files import inspect
from tests.engine.tiny import make_tiny_pipeline
from tests.local_hub import TOKEN, LocalHub, partials, switch_off, variables

NAME, COMMIT = "owner/tiny", "c" * 40
UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline with pickles beside its weights, as many repositories have them."""
    folder = make_tiny_pipeline(tmp_path_factory.mktemp("published") / "tiny")
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "unet" / "diffusion_pytorch_model.non_ema.safetensors").write_bytes(b"other weights")
    (folder / "tiny.ckpt").write_bytes(b"a pickle")
    return folder


def needed(pins: dict[str, str] | None = None) -> MissingFiles:
    need = inspect(NAME, {} if pins is None else pins, half=False).need
    assert need is not None
    return need


def test_a_download_that_was_stopped_continues_where_it_was(hub: LocalHub, folder: Path) -> None:
    hub.publish(NAME, folder, COMMIT, license="openrail++")
    pins: dict[str, str] = {}
    need = needed(pins)
    assert (pins, need.licence) == ({NAME: COMMIT}, "openrail++")
    hub.pace = 400_000
    half = need.total // 2
    with closing(download(need)) as arriving:
        kept = next(done for done in arriving if done > half)
    assert kept < need.total and not need.is_met
    assert need.done() >= kept
    hub.pace, hub.sent, hub.asked[:] = 0, 0, []
    kept = need.done()
    assert list(download(need))[-1] == need.total
    assert 0 <= hub.sent - (need.total - kept) <= CHUNK, "what had not been written is transferred twice"
    assert [asked for _, _, asked in hub.asked if asked], "a range was asked for"
    assert need.is_met and not partials(hub)
    assert not [path for path in hub.paths() if path.endswith((".bin", ".ckpt")) or "non_ema" in path]
    assert hub.tokens_at_files == {None}
    asked = len(hub.asked)
    load_image_model(NAME, "cpu", revisions=pins)
    assert len(hub.asked) == asked, "a pinned model that is there needs no network"


def test_a_lost_connection_is_taken_up_again(hub: LocalHub, folder: Path) -> None:
    hub.publish(NAME, folder, COMMIT)
    need = needed()
    hub.breaks = 1
    fetch(need)
    assert need.is_met
    assert [asked for _, _, asked in hub.asked if asked]


def test_a_download_ends_with_its_parent_and_keeps_what_it_has(hub: LocalHub, folder: Path) -> None:
    hub.publish(NAME, folder, COMMIT)
    hub.pace = 50_000
    need = needed()
    code = (
        "from gal_studio.engine.hub.download import download_all\n"
        "from gal_studio.engine.hub.repository import HubFile, MissingFiles\n"
        f"download_all({need!r})"
    )
    environment = {**os.environ, **variables(hub)}
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], env=environment) as parent:
        wait_for(lambda: any(partials(hub)))
        children = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(signal.SIGKILL)
    assert children, "another process downloads"
    assert not psutil.wait_procs(children, timeout=60)[1], "and ends with its parent"
    kept, hub.pace, hub.sent = need.done(), 0, 0
    assert 0 < kept < need.total
    download_all(need)
    assert hub.sent == need.total - kept


def wait_for(condition, seconds: float = 60.0) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def test_a_damaged_file_is_thrown_away_and_downloaded_anew(hub: LocalHub, folder: Path) -> None:
    hub.publish(NAME, folder, COMMIT)
    need = needed()
    weights = next(file for file in need.files if file.path == UNET)
    blob = storage(NAME) / "blobs" / f"{weights.etag}.incomplete"
    blob.parent.mkdir(parents=True, exist_ok=True)
    blob.write_bytes(b"something else" * 1000)
    with pytest.raises(StudioError, match=f"{UNET} arrived damaged: try again"):
        fetch(need)
    fetch(need)
    assert (need.folder / UNET).read_bytes() == (folder / UNET).read_bytes()


def test_a_file_too_large_is_one_sentence_and_nothing_is_lost(hub: LocalHub, folder: Path) -> None:
    hub.publish(NAME, folder, COMMIT)
    need = needed()
    with largest_file(200_000), pytest.raises(StudioError) as refused:
        download_all(need)
    assert not isinstance(refused.value, FullDiskError)
    assert f"The drive of the folder {hub.cache} does not accept files this large" in str(refused.value)
    kept, hub.sent = need.done(), 0
    assert kept > 100_000
    download_all(need)
    assert hub.sent == need.total - kept


def test_a_full_disk_is_told_from_what_else_a_drive_refuses(hub: LocalHub) -> None:
    for number, kind in ((errno.ENOSPC, FullDiskError), (errno.EDQUOT, StudioError)):
        assert type(refusal(NAME, COMMIT, OSError(number, ""))) is kind


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Writing more than this to a file fails, here and in children, as on a drive with FAT32."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_gated_models_and_tokens(hub: LocalHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.publish(NAME, folder, COMMIT, gated=True)
    with pytest.raises(StudioError) as refused:
        needed()
    assert str(refused.value) == (
        f"The model {NAME} is gated: ask for access at {hub.address}/{NAME}, make a token at "
        f"{hub.address}/settings/tokens, and give your token as the environment variable HF_TOKEN (or with "
        "`hf auth login`) before the studio starts."
    )
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(StudioError, match="The hub does not accept your token: make a new one at"):
        needed()
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch(needed())
    assert hub.tokens_at_files == {None}, "the token is for the hub alone"


def test_names_and_commits_that_the_hub_does_not_have(hub: LocalHub, folder: Path) -> None:
    with pytest.raises(StudioError, match="owner/tiny is neither a directory here nor a model on the hub"):
        needed()
    hub.publish(NAME, folder, COMMIT)
    with pytest.raises(StudioError, match="at commit dddddddddddd is no longer on"):
        needed({NAME: "d" * 40})
    with pytest.raises(StudioError, match="neither a directory here nor a model on the hub"):
        inspect("not/a/name at all", {}, half=False)


def test_pickles_alone_are_refused_before_anything_is_downloaded(hub: LocalHub, tmp_path: Path) -> None:
    folder = make_tiny_pipeline(tmp_path / "pickled")
    (folder / UNET).rename(folder / "unet" / "diffusion_pytorch_model.bin")
    hub.publish(NAME, folder, COMMIT)
    sentence = f"The model {NAME} has no safetensors weights of its unet. Other files"
    with pytest.raises(StudioError, match=sentence):
        needed()
    with pytest.raises(StudioError, match=f"The model {folder} has no safetensors weights of its unet"):
        inspect(str(folder), {}, half=False)
    assert not [path for path in hub.paths() if path.endswith((".bin", ".safetensors"))]


def test_offline_it_is_said_what_is_missing_and_where_it_belongs(
    hub: LocalHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.publish(NAME, folder, COMMIT)
    need = needed()
    fetch(need)
    (need.folder / UNET).unlink()
    switch_off(monkeypatch)
    with pytest.raises(StudioError) as refused:
        needed()
    assert str(refused.value) == (
        f"The model {NAME} at commit {COMMIT[:12]} lacks unet/*.safetensors on this computer, and the "
        f"studio is offline (HF_HUB_OFFLINE): run `gal-studio download {NAME}` on a computer with a network, "
        f"copy its folder models--owner--tiny into {hub.cache}, or give a folder."
    )


def test_a_repository_without_a_pipeline_is_refused(hub: LocalHub, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "model.safetensors").write_bytes(b"x")
    hub.publish(NAME, tmp_path / "files", COMMIT)
    with pytest.raises(StudioError, match=r"is not a diffusers pipeline \(it has no model_index\.json\)"):
        needed()


def test_a_name_that_leads_elsewhere_is_refused(hub: LocalHub, folder: Path) -> None:
    hub.publish(NAME, folder, COMMIT)
    need = needed()
    hub.etag = "../../../../elsewhere"
    with pytest.raises(StudioError, match="no valid hash"):
        fetch(need)
    assert not list(hub.cache.parent.rglob("elsewhere*"))
