"""The notebooks run from their first cell to their last."""

import ast
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.tiny_project import make_models
from tests.ui.seeded import finished, go_on, measure

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kernel imports this checkout, and has no settings of the user."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


def executed(name: str, folder: Path, changed: Mapping[str, str] | None = None) -> nbformat.NotebookNode:
    """A notebook of the documents with its results, where some of its words were replaced."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for before, after in (changed or {}).items():
        assert before in text
        text = text.replace(before, after)
    notebook = nbformat.reads(text, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "it is stored without results"
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    return notebook


def shown(notebook: nbformat.NotebookNode, kind: str) -> list[Any]:
    """What its cells show of this media type."""
    outputs = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", ())]
    return [data[kind] for data in outputs if kind in data]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # its sockets
def test_the_notebook_draws_every_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, _, first = finished(tmp_path / "workspace")
    studio.decide([one.candidate_id for one in studio.proposal(first).suggestions], "accepted")
    measure(studio, first)
    second = go_on(studio, first)
    measure(studio, second)
    studio.close()
    monkeypatch.setenv("GAL_STUDIO_WORKSPACE", str(tmp_path / "workspace"))
    notebook = executed("figures.ipynb", tmp_path)
    drawn = shown(notebook, "application/vnd.plotly.v1+json")
    assert len(drawn) == sum("figures." in cell.source.splitlines()[0] for cell in notebook.cells) == 7
    assert all(figure["layout"]["title"]["text"] for figure in drawn)
    empty = [figure["layout"]["title"]["text"] for figure in drawn if not figure["data"]]
    assert empty == ["Copy risk by LoRA strength"], "images of one strength have no curve"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_engine_alone_trains_a_lora_and_generates_with_it(tmp_path: Path) -> None:
    base, clip = make_models(tmp_path / "models")
    tiny = {
        "assets:pocket/pipeline": base,
        "local-dir:assets:pocket/clip": clip,
        "steps=60": "steps=3, learning_rate=0.02",
    }
    notebook = executed("engine.ipynb", tmp_path, tiny | {"steps=12": "steps=2"})
    *_, closeness = shown(notebook, "text/plain")
    assert len(shown(notebook, "image/png")) == 3
    assert len(set(ast.literal_eval(closeness))) == 3, "the strength changes the image"
    assert (tmp_path / "lora.safetensors").stat().st_size > 1000
