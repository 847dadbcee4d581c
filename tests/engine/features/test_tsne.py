"""The t-SNE map and its alignment."""

import subprocess
import sys

import numpy as np
import pytest

from gal_studio.engine.features.tsne import MapPoint, perplexity, project, sketch


def clusters(count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """`count` unit features in three clusters."""
    draws = np.random.default_rng(seed)
    centres = np.eye(8)[:3]
    rows = {f"p{index}": centres[index % 3] + 0.1 * draws.standard_normal(8) for index in range(count)}
    return {name: row / np.linalg.norm(row) for name, row in rows.items()}


def placed(features: dict[str, np.ndarray], places: dict[str, tuple[float, float]]) -> list[MapPoint]:
    return [MapPoint(name, features[name], *places[name]) for name in features]


@pytest.mark.parametrize(("count", "expected"), [(1, 1.0), (4, 1.0), (31, 10.0), (91, 30.0), (181, 30.0)])
def test_perplexity(count: int, expected: float) -> None:
    assert perplexity(count) == expected


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_few_pictures_work(count: int) -> None:
    places = project(clusters(count))
    assert len(places) == count
    assert np.isfinite(list(places.values())).all()
    assert len(set(places.values())) == count


@pytest.mark.parametrize("count", [1, 2, 6, 40])
@pytest.mark.parametrize("noise", [0.0, 1e-9])
def test_pictures_that_are_all_alike_share_one_place(count: int, noise: float) -> None:
    draws = np.random.default_rng(0)
    same = {f"p{index}": np.ones(4) / 2 + noise * draws.standard_normal(4) for index in range(count)}
    assert set(project(same).values()) == {(0.0, 0.0)}
    before = placed(clusters(5), project(clusters(5)))
    after = project({f"n{name}": np.resize(row, 8) for name, row in same.items()}, before)
    assert set(after.values()) == {(0.0, 0.0)}


def test_equal_pictures_share_a_place_among_others() -> None:
    features = clusters(30)
    places = project(features | {f"same{index}": features["p0"] for index in range(10)})
    assert np.isfinite(list(places.values())).all()
    assert {places[f"same{index}"] for index in range(10)} == {places["p0"]}
    assert {name: places[name] for name in features} == project(features)


def test_clusters_stay_together() -> None:
    places = project(clusters(60))
    groups = [np.array([places[f"p{index}"] for index in range(start, 60, 3)]) for start in range(3)]
    spread = max(group.std(axis=0).max() for group in groups)
    centres = [group.mean(axis=0) for group in groups]
    gaps = [np.linalg.norm(centres[a] - centres[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert min(gaps) > 2 * spread


def test_old_pictures_stay_near_their_positions() -> None:
    features = clusters(60)
    first = project(features)
    more = features | {f"new{name}": row for name, row in clusters(30, seed=1).items()}
    second = project(more, placed(features, first))
    moved = [np.hypot(*np.subtract(second[name], first[name])) for name in features]
    assert np.median(moved) < 0.25  # the map's radius is 1
    centre = np.mean([first[f"p{index}"] for index in range(0, 60, 3)], axis=0)
    new = np.mean([second[f"newp{index}"] for index in range(0, 30, 3)], axis=0)
    assert np.hypot(*(new - centre)) < 0.5


def test_a_round_of_new_pictures_is_aligned_with_the_last_one() -> None:
    old, new = clusters(45), {f"n{name}": row for name, row in clusters(45, seed=5).items()}
    first = project(old)
    second = project(new, placed(old, first))
    before = [np.mean([first[f"p{index}"] for index in range(start, 45, 3)], axis=0) for start in range(3)]
    after = [np.mean([second[f"np{index}"] for index in range(start, 45, 3)], axis=0) for start in range(3)]
    for start in range(3):
        gaps = [np.hypot(*(after[start] - centre)) for centre in before]
        assert int(np.argmin(gaps)) == start


def test_rough_places_move_little_while_pictures_come_in() -> None:
    rng = np.random.default_rng(3)
    rows = {str(number): rng.normal(size=16) + 4 * np.eye(16)[number % 3] for number in range(40)}
    some = {name: rows[name] for name in list(rows)[:20]}
    first = sketch(some)
    turned = {name: (-y, x) for name, (x, y) in first.items()}
    then = sketch(rows, now=turned)
    assert then.keys() == rows.keys()

    def moved(now: dict[str, tuple[float, float]]) -> float:
        return float(np.mean([np.hypot(*np.subtract(then[name], now[name])) for name in some]))

    assert moved(turned) < 0.5 < moved(first), "the map does not turn"
    assert sketch(some, now=first).keys() == some.keys()
    assert sketch({}) == {}
    assert sketch({"a": rows["0"]}, now={"a": (1.0, 1.0)}) == {"a": (0.0, 0.0)}


def test_rough_places_are_near_similar_pictures_of_the_map_before() -> None:
    rng = np.random.default_rng(4)
    old = [MapPoint(str(n), rng.normal(size=8) + 9 * np.eye(8)[n % 2], n % 2, 0.0) for n in range(12)]
    places = sketch({"left": 9 * np.eye(8)[0], "right": 9 * np.eye(8)[1]}, old)
    assert abs(places["left"][0]) < 0.01
    assert abs(places["right"][0] - 1) < 0.01


SHORT = """
import resource
import subprocess
import sys

import numpy as np
from gal_studio.engine.features.tsne import project
pictures = {str(n): row for n, row in enumerate(np.random.default_rng(0).standard_normal((1000, 8)))}
project(dict(list(pictures.items())[:9]))  # loads what it needs
with open("/proc/self/statm") as numbers:
    now = int(numbers.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 10 * 2**20,) * 2)
try:
    project(pictures)
except MemoryError:
    print("refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the size of a process as Linux tells it")
def test_too_little_memory_is_told_before_the_search() -> None:
    """Ten megabytes are enough most of the time, which is the trouble: see `project`."""
    ended = subprocess.run([sys.executable, "-c", SHORT], capture_output=True, text=True, timeout=120)
    assert ended.stdout == "refused\n", ended
