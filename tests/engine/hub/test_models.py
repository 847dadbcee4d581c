"""Models from the hub: pinned commits, safetensors only, and what is said where the hub is out of reach.

Most tests have no hub but its cache, laid out as the library lays it out, with the network switched off.
"""

import shutil
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub import models
from gal_studio.engine.patches.loading import load_vision
from tests.additions import ROOT, run_python, succeeded
from tests.engine.tiny import make_tiny_clip, make_tiny_pipeline
from tests.engine.tiny_vision import make_tiny_transformer
from tests.local_hub import LocalHub

OLD, NEW = "a" * 40, "b" * 40
READ_AGAIN = """
import importlib
import huggingface_hub.constants
importlib.reload(huggingface_hub.constants)
"""
"""The process may be forked from one that has imported the library."""


def publish(cache: Path, name: str, commit: str, files: Path) -> None:
    """Put a repository into the cache, with this commit as the newest."""
    folder = cache / f"models--{name.replace('/', '--')}"
    shutil.copytree(files, folder / "snapshots" / commit)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(commit)


def without_network(cache: Path, code: str, **variables: str) -> list[str]:
    """Run a program with this cache and no network, which the library reads on import; return its lines."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {"HF_HUB_CACHE": str(cache), "HF_HUB_OFFLINE": "1", **variables}.items():
            patched.setenv(name, value)
        return succeeded(run_python(ROOT, "-c", READ_AGAIN + code)).splitlines()


def open_three_times(cache: Path) -> str:
    """A program that loads the models, again after a newer commit, and again for a new project."""
    return f"""
from pathlib import Path
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.patches.loading import load_vision

def opened(pins):
    model = load_image_model("owner/pipeline", "cpu", revisions=pins)
    load_vision("owner/tower", "unused", "cpu", revisions=pins)
    return next(model.denoiser.parameters()).flatten()[0].item(), sorted(pins.items())

print(opened(pins := {{}}))
Path({str(cache)!r}, "models--owner--pipeline", "refs", "main").write_text({NEW!r})
print(opened(pins))
print(opened({{}}))
"""


def test_models_stay_at_the_commit_of_their_first_use(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    publish(cache, "owner/tower", OLD, Path(make_tiny_transformer(tmp_path / "tower", "dinov2")))
    publish(cache, "owner/pipeline", NEW, make_tiny_pipeline(tmp_path / "new", seed=5))
    publish(cache, "owner/pipeline", OLD, make_tiny_pipeline(tmp_path / "old"))
    first, later, newest = without_network(cache, open_three_times(cache))
    assert str([("owner/pipeline", OLD), ("owner/tower", OLD)]) in first
    assert later == first
    assert NEW in newest and newest.split(",")[0] != first.split(",")[0]


@pytest.mark.parametrize("offline", [True, False])
def test_a_model_that_is_not_cached_is_refused_at_once_without_a_network(
    tmp_path: Path, offline: bool
) -> None:
    """The port answers nobody, or the library is switched to offline; nothing waits for another try."""
    code = """
import time
from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.models import pipeline_configuration
import huggingface_hub
slept = []
time.sleep = slept.append
try:
    pipeline_configuration("owner/nothing", {})
except StudioError as refusal:
    print(refusal)
print(sum(slept))
"""
    variables = {"HF_HUB_OFFLINE": str(int(offline)), "HF_ENDPOINT": "http://127.0.0.1:9"}
    sentence, seconds = without_network(tmp_path, code, **variables)
    why = "the studio is offline (HF_HUB_OFFLINE)" if offline else "the hub cannot be reached"
    assert f"owner/nothing is not on this computer, and {why}: run `gal-studio download" in sentence
    assert f"copy its folder models--owner--nothing into {tmp_path}" in sentence
    assert float(seconds) == 0, "the library alone waits for 25 s between its tries"


def test_clip_weights_are_downloaded_as_safetensors(hub: LocalHub, tmp_path: Path) -> None:
    folder = make_tiny_clip(tmp_path / "clip")
    (folder / "other.safetensors").write_bytes(b"")
    (folder / "open_clip_pytorch_model.bin").write_bytes(b"a pickle")
    hub.publish("timm/vit", folder, OLD)
    pins: dict[str, str] = {}
    published = "timm/vit/open_clip_pytorch_model.bin"
    weights = models.clip_weights("ViT-B-32/openai", "timm/vit/", pins)
    assert pins == {"timm/vit": OLD}
    assert weights.read_bytes() == (folder / "open_clip_model.safetensors").read_bytes()
    with pytest.raises(StudioError, match=r"no safetensors weights. Other files \(.bin, .ckpt\)"):
        models.clip_weights("ViT-B-32/openai", published, {})
    with pytest.raises(StudioError, match="not on the hub: choose another tag"):
        models.clip_weights("RN50/home", "", pins)
    assert not [path for path in hub.paths() if path.endswith(".bin")]


def test_a_models_own_code_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(make_tiny_transformer(tmp_path / "tower", "dinov2"))
    ran = tmp_path / "ran"
    config = folder / "config.json"
    config.write_text(
        '{"model_type": "strange", "auto_map": {"AutoConfig": "code.Strange", "AutoModel": "code.Strange"}}'
    )
    (folder / "code.py").write_text(f"open({str(ran)!r}, 'w').write('x')\nclass Strange: pass\n")
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    with pytest.raises(StudioError, match="cannot be opened"):
        load_vision(str(folder), "unused", "cpu")
    assert not ran.exists()
