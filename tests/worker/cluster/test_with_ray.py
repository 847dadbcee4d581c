"""A real Ray cluster of this computer: cells of a grid, and pictures, also after a process was killed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gal_studio.engine.sampling.sampler import DrawnBatch
from gal_studio.worker.cluster.actor import Order
from gal_studio.worker.cluster.pool import WorkerPool
from gal_studio.worker.cluster.ray_cluster import LOCAL, connect
from tests.commands.running import run
from tests.research.commands.test_grid import VARIED, write_grid
from tests.tiny_project import drawing
from tests.worker.cluster.conftest import REQUESTS, Pictures, drawn_by

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """The functions of Ray, with a cluster that is started once."""
    pytest.importorskip("ray")
    ray = connect(LOCAL)
    yield ray
    ray.shutdown()


def test_the_cells_of_a_grid_are_spread_over_it(
    ray: Any, names: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cat.png").write_bytes(drawing(1))
    file = write_grid(tmp_path, names, f"rounds = 2\n{VARIED}")
    assert run("grid", file, "--out", tmp_path / "spread", "--ray", LOCAL) == 0
    assert "2 of 2 are done." in capsys.readouterr().err
    told = json.loads((tmp_path / "spread" / "grid.json").read_text())
    assert len({cell["folder"] for cell in told["cells"]}) == 2
    assert len(list((tmp_path / "spread" / "first").iterdir())) == 1


def test_two_processes_draw_the_same_pictures(ray: Any, order: Order, here: Pictures, trained: Path) -> None:
    pool = WorkerPool("auto")
    assert drawn_by(pool, order) == here
    changed = drawn_by(pool, order, trained)
    assert changed.keys() == here.keys() and changed != here
    killed, found = False, {}
    for event in pool.draw(order, REQUESTS, None):
        if isinstance(event, DrawnBatch):
            found |= {event.first + row: image.tobytes() for row, image in enumerate(event.images)}
            if not killed:
                ray.kill(pool.members(2)[0].actor)
                killed = True
    assert found == here
    with_model = [each for each in pool.members(2) if each.place]
    assert with_model
