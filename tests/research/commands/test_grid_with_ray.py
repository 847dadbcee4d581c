"""The cells of a grid on a real Ray cluster of this computer."""

import json
from pathlib import Path

import pytest

from gal_studio.worker.cluster.ray_cluster import LOCAL, connect
from tests.commands.running import run
from tests.research.commands.test_grid import VARIED, write_grid
from tests.tiny_project import drawing

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.filterwarnings("ignore")]


def test_the_cells_of_a_grid_are_spread_over_it(
    names: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ray")
    ray = connect(LOCAL)
    (tmp_path / "cat.png").write_bytes(drawing(1))
    file = write_grid(tmp_path, names, f"rounds = 2\n{VARIED}")
    assert run("grid", file, "--out", tmp_path / "spread", "--ray", LOCAL) == 0
    assert "2 of 2 are done." in capsys.readouterr().err
    told = json.loads((tmp_path / "spread" / "grid.json").read_text())
    assert len({cell["folder"] for cell in told["cells"]}) == 2
    assert len(list((tmp_path / "spread" / "first").iterdir())) == 1
    ray.shutdown()
