"""The examples of docs/python.md run, with models that are loaded in a moment."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from gal_studio.assets import demo
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create import shapes
from gal_studio.ui.access.rules import Rules
from gal_studio.worker.model_check import CheckHere
from tests.additions import run_python, succeeded
from tests.commands.running import write_project
from tests.forked import Forked
from tests.tiny_project import make_models
from tests.ui.conftest import Place, serving

ROOT = Path(__file__).parents[2]
IN_PYTHON, BY_CLIENT, OWN_POLICY = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "docs" / "python.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
)


FEWER = {
    '"gal": {"top_k": 2}': '"tune": {"steps": 4}, "generation": {"candidates": 4, "steps": 3}',
    'generation.steps": 8': 'generation.steps": 2',
}


@contextmanager
def worker(workspace: Path) -> Iterator[None]:
    """A worker of the workspace, which ends with the test; one that a program starts would outlive it."""
    words = ("-m", "gal_studio.worker", "--workspace", str(workspace))
    process = Forked(words, {**os.environ, "PYTHONPATH": str(ROOT)}, ROOT)
    try:
        yield
    finally:
        process.end()


def run(program: str, folder: Path) -> str:
    """Run a program with fewer steps in a folder; what it printed."""
    for many, few in FEWER.items():
        program = program.replace(many, few)
    return succeeded(run_python(ROOT, "-c", program, cwd=folder))


@pytest.mark.slow
def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "_measure", lambda key: None)  # a process that no example needs
    shutil.copy(demo("style").images[0], tmp_path / "cat.png")
    base, clip = make_models(tmp_path / "models")
    models = f'kind="style", base_model={base!r}, clip_model={clip!r},'
    with worker(tmp_path / "my-workspace"):
        said = run(IN_PYTHON.replace('kind="style",', models), tmp_path)
        assert "Round 1: " in said and "Round 2: " in said
        assert (tmp_path / "round-2.safetensors").stat().st_size > 1000
        with (
            Store(tmp_path / "my-workspace") as store,
            serving(Place(Studio(store, models=CheckHere()), "", ""), Rules(programs=True)) as served,
        ):
            program = BY_CLIENT.replace("http://127.0.0.1:7860", served.address)
            said = run(program.replace('kind="style",', f'{models} preset="",'), tmp_path)
            project = Studio(store).projects()[0].id
            first, second = Studio(store).rounds(project)
            measured = Studio(store).measures(project)
    assert len(said.splitlines()) == 3, "what was loaded, what is suggested, and which round is best"
    assert (tmp_path / "lora.safetensors").read_bytes() == lora_of(tmp_path, first.adapter)
    assert (first.candidates, second.parent_id) == (36, first.id)
    assert measured.rounds[1].drawn == measured.rounds[1].wanted > 0


@pytest.mark.slow
def test_the_policy_of_the_document_decides(tmp_path: Path) -> None:
    Image.new("RGB", (32, 32), "green").save(tmp_path / "cat.png")
    (tmp_path / "mine.py").write_text(OWN_POLICY)
    project = write_project(tmp_path, make_models(tmp_path / "models"))
    command = ("-m", "gal_studio.cli", "run", project, "--out", tmp_path / "out", "--rounds", 2)
    succeeded(run_python(tmp_path, *command, "--policy", "mine:MostCopied"))
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    first = summary["rounds"][0]
    accepted = {one["prompt"] for one in first["accepted"]}
    assert accepted == {one["prompt"] for one in first["anchors"] if one["suggested"]} != set()
    assert all(one["reason"].startswith("Copy risk ") for one in first["anchors"] if one["suggested"])


def lora_of(folder: Path, name: str | None) -> bytes:
    return (folder / "my-workspace" / "adapters" / f"{name}.safetensors").read_bytes()
