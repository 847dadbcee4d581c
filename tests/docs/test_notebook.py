"""The notebook runs from its first cell to its last on a stored workspace, and draws every figure."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.ui.seeded import draw, finished, measure, train

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "figures.ipynb"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # its sockets
def test_the_notebook_draws_every_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    studio, _, first = finished(tmp_path / "workspace")
    studio.decide([one.candidate_id for one in studio.proposal(first).suggestions], "accepted")
    measure(studio, first)
    second = studio.next_round(first).id
    train(studio, second)
    draw(studio, second)
    measure(studio, second)
    studio.close()
    monkeypatch.setenv("GAL_STUDIO_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "it is stored without results"
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    drawn = [
        output.data["application/vnd.plotly.v1+json"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "application/vnd.plotly.v1+json" in output.get("data", {})
    ]
    assert len(drawn) == sum("figures." in cell.source.splitlines()[0] for cell in notebook.cells) == 7
    assert all(figure["data"] and figure["layout"]["title"]["text"] for figure in drawn)
