"""`gal-studio grid --ray`: cells in the processes of a real cluster."""

import json
from pathlib import Path

import pytest

from tests.commands.running import run
from tests.commands.test_grid import VARIED, write_grid

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def test_cells_are_spread_over_a_cluster(
    folder: Path, names: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    ray = pytest.importorskip("ray")
    file = write_grid(folder, names, f"rounds = 2\n{VARIED}")
    try:
        assert run("grid", file, "--out", folder / "spread", "--ray", "local") == 0
        assert "2 of 2 are done." in capsys.readouterr().err
    finally:
        ray.shutdown()
    told = json.loads((folder / "spread" / "grid.json").read_text())
    assert len({cell["folder"] for cell in told["cells"]}) == 2
    assert len(list((folder / "spread" / "first").iterdir())) == 1
