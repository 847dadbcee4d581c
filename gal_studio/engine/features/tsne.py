"""The map of pictures: t-SNE of CLIP features, aligned from round to round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAREST = 3  # old neighbours in CLIP space, at whose mean a new picture starts
START_SPREAD = 1e-4  # standard deviation of t-SNE's initial positions
NEEDED = 2**14  # bytes that t-SNE takes for each picture, with room to spare
ALIKE = 1e-6  # features within this distance of their mean are those of one and the same picture

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MapPoint:
    """A picture on the previous map: its features (d,) and its position."""

    id: str
    feature: NDArray[np.floating]
    x: float
    y: float


def project(
    pictures: Mapping[str, NDArray[np.floating]], previous: Sequence[MapPoint] = (), seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Compute a position for every picture; the map has a root mean square radius of 1.

    Old pictures are initialized at their previous positions, new ones at the mean of their nearest old
    neighbours in CLIP space; the result is aligned to these initial positions (Procrustes). Pictures with the
    same features share a position; if all are alike, there is only one. Raises MemoryError where there is too
    little memory for it.
    """
    if not pictures:
        return {}
    # asked for here, as scikit-learn’s tree ignores that it gets no memory, and may then search without end
    np.empty(NEEDED * len(pictures), dtype=np.uint8)
    rows = {name: np.asarray(feature, dtype=np.float64) for name, feature in pictures.items()}
    stands_for = _first_alike(rows)
    names = list(dict.fromkeys(stands_for.values()))
    features = np.stack([rows[name] for name in names])
    if np.abs(features - features.mean(axis=0)).max() < ALIKE:
        return dict.fromkeys(pictures, (0.0, 0.0))
    start = _start(names, features, previous)
    places = start if len(features) <= 3 else _embed(features, start, seed)
    places = _aligned(places, start) if previous else _unit(places)
    found = dict(zip(names, places, strict=True))
    return {name: (float(found[one][0]), float(found[one][1])) for name, one in stands_for.items()}


def sketch(
    pictures: Mapping[str, NDArray[np.floating]],
    previous: Sequence[MapPoint] = (),
    now: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, tuple[float, float]]:
    """Rough positions without t-SNE, for pictures of which more are to come.

    With a previous map they are where `project` would start from. Without one they are the first two
    principal components, turned and mirrored so that those that have a position `now` move little.
    """
    if not pictures:
        return {}
    names = list(pictures)
    features = np.stack([np.asarray(pictures[name], dtype=np.float64) for name in names])
    places = _start(names, features, previous)
    known = [row for row, name in enumerate(names) if name in (now or {})]
    if not previous and len(known) > 1 and now is not None:
        places = places @ _turn(places[known], np.array([now[names[row]] for row in known]))
    return {name: (float(x), float(y)) for name, (x, y) in zip(names, places, strict=True)}


def _first_alike(rows: Mapping[str, Array]) -> dict[str, str]:
    """For each picture the first one with exactly its features: t-SNE would push them apart."""
    seen: dict[bytes, str] = {}
    return {name: seen.setdefault(row.tobytes(), name) for name, row in rows.items()}


def perplexity(count: int) -> float:
    """t-SNE's perplexity for n pictures: min(30, (n - 1) / 3), at least 1."""
    return max(1.0, min(30.0, (count - 1) / 3))


def _embed(features: Array, start: Array, seed: int) -> Array:
    from sklearn.manifold import TSNE

    spread = float(start[:, 0].std()) or 1.0
    tsne = TSNE(
        n_components=2,
        perplexity=perplexity(len(features)),
        init=(start / spread * START_SPREAD).astype(np.float32),
        learning_rate="auto",
        metric="euclidean",
        random_state=seed,
        n_jobs=1,
    )
    return np.asarray(tsne.fit_transform(features.astype(np.float32)), dtype=np.float64)


def _start(names: Sequence[str], features: Array, previous: Sequence[MapPoint]) -> Array:
    if not previous:
        return _principal(features)
    places = {placed.id: (placed.x, placed.y) for placed in previous}
    old = np.stack([np.asarray(placed.feature, dtype=np.float64) for placed in previous])
    old_places = np.array([(placed.x, placed.y) for placed in previous], dtype=np.float64)
    start = np.empty((len(names), 2))
    for row, name in enumerate(names):
        if name in places:
            start[row] = places[name]
        else:
            nearest = np.argsort(-(old @ features[row]), kind="stable")[:NEAREST]
            start[row] = old_places[nearest].mean(axis=0)
    return start + 1e-3 * _principal(features)  # so that no two new pictures start at the same position


def _principal(features: Array) -> Array:
    """The first two principal components, each signed so that its largest value is positive; radius 1."""
    centred = features - features.mean(axis=0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    places = np.zeros((len(features), 2))
    kept = min(2, left.shape[1])
    places[:, :kept] = left[:, :kept] * values[:kept]
    for column in range(2):
        largest = places[np.argmax(np.abs(places[:, column])), column]
        places[:, column] *= -1 if largest < 0 else 1
    return _unit(places)


def _unit(places: Array) -> Array:
    centred = places - places.mean(axis=0)
    radius = float(np.sqrt((centred**2).sum(axis=1).mean()))
    return centred / radius if radius > 1e-12 else np.zeros_like(centred)


def _aligned(places: Array, start: Array) -> Array:
    """Rotate, mirror and translate the positions onto the initial ones (Procrustes); radius 1."""
    return np.asarray(_unit(places) @ _turn(places, start) + start.mean(axis=0), dtype=np.float64)


def _turn(places: Array, onto: Array) -> Array:
    """The rotation or reflection (2, 2) that brings places closest onto others."""
    left, _, right = np.linalg.svd(_unit(places).T @ (onto - onto.mean(axis=0)))
    return np.asarray(left @ right, dtype=np.float64)
