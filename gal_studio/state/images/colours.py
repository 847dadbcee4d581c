"""What a picture's numbers stand for, as light, and the same picture in sRGB.

Curves and primaries are those of ITU-T H.273; white is adapted by Bradford's matrix. PQ and HLG (ITU-R
BT.2100) are shown so that 203 nits, the white of BT.2408, are sRGB's white; what is brighter is cut off.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Curve = Callable[[Array], Array]
"""From values in [0, 1] to light, where 1 is white."""
Primaries = tuple[float, float, float, float, float, float, float, float]
"""x and y of red, green, blue and white."""

WHITE = 203.0  # nits
PQ, HLG = 16, 18  # codes of transfers
VISIBLE = 1  # of 255: a smaller difference is rounding
_D65, _DCI, _C, _EQUAL = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316), (1 / 3, 1 / 3)
BT709: Primaries = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *_D65)
ADOBE_RGB: Primaries = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *_D65)
_BT601: Primaries = (0.63, 0.34, 0.31, 0.595, 0.155, 0.07, *_D65)
PRIMARIES: dict[int, Primaries] = {
    1: BT709,
    2: BT709,  # "unspecified"
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *_C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *_D65),
    6: _BT601,
    7: _BT601,
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *_C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *_D65),
    10: (1.0, 0.0, 0.0, 1.0, 0.0, 0.0, *_EQUAL),
    11: (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, *_DCI),
    12: (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, *_D65),
    22: (0.63, 0.34, 0.295, 0.605, 0.155, 0.077, *_D65),
}
"""By their code in H.273."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@dataclass(frozen=True)
class Colours:
    """How a picture's values become light in linear sRGB: a curve for each channel, then a matrix (3, 3).

    `luminance` (3,) weighs the channels of HLG for its system gamma, and is None for all else.
    """

    label: str
    curves: tuple[Curve, Curve, Curve]
    matrix: Array
    luminance: Array | None = None

    @functools.cached_property
    def are_srgb(self) -> bool:
        """Whether no level changes visibly in sRGB, whatever the colours are called."""
        steps = np.arange(0, 256, 15, dtype=np.uint8)
        levels = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(1, -1, 3)
        return bool(np.abs(self.to_srgb(levels).astype(int) - levels).max() <= VISIBLE)

    def to_srgb(self, levels: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Levels of 8 or 16 bits (h, w, 3) as those of sRGB, of 8 bits."""
        tables = self._coarse if levels.dtype == np.uint8 else self._fine
        light = np.stack([table[levels[..., place]] for place, table in enumerate(tables)], axis=-1)
        if self.luminance is not None:
            light = _shown_hlg(light, self.luminance.astype(np.float32))
        return _encoded(light @ self.matrix.T.astype(np.float32))

    @functools.cached_property
    def _coarse(self) -> list[NDArray[np.float32]]:
        return self._tables(8)

    @functools.cached_property
    def _fine(self) -> list[NDArray[np.float32]]:
        return self._tables(16)

    def _tables(self, bits: int) -> list[NDArray[np.float32]]:
        """The light of each level, for each channel."""
        values = np.linspace(0.0, 1.0, 1 << bits)
        return [curve(values).astype(np.float32) for curve in self.curves]


def h273(label: str, primaries: int, transfer: int, full_range: bool = True) -> Colours:
    """The colours of these codes of H.273.

    The curves of cameras (BT.709, BT.601, BT.2020) are shown as sRGB's, as browsers do. KeyError for an
    unknown code.
    """
    curve = TRANSFERS[transfer]
    if not full_range:
        whole = curve

        def curve(values: Array) -> Array:
            return whole(np.clip((values * 255.0 - 16.0) / 219.0, 0.0, 1.0))

    basis = _xyz_of(PRIMARIES[primaries])
    is_hdr = transfer in (PQ, HLG)
    name = f"HDR {label}, white at {WHITE:.0f} nits" if is_hdr else label
    luminance = basis[1] if transfer == HLG else None
    return Colours(name, (curve, curve, curve), _from_xyz(PRIMARIES[primaries]) @ basis, luminance)


def warm_up() -> None:
    """Let numpy's libraries allocate what they keep, before the memory of a picture is counted."""
    h273("", 9, HLG).to_srgb(np.zeros((1, 1, 3), dtype=np.uint16))


def measured(label: str, primaries: Primaries, curves: tuple[Curve, Curve, Curve]) -> Colours:
    """The colours of primaries that a file tells. ValueError if they are none."""
    return Colours(label, curves, _from_xyz(primaries) @ _xyz_of(primaries))


def from_d50(label: str, columns: Array, curves: tuple[Curve, Curve, Curve]) -> Colours:
    """The colours of an ICC profile: XYZ of red, green and blue as columns (3, 3), adapted to D50."""
    x, y, z = 0.9642, 1.0, 0.8249
    white = (x / (x + y + z), y / (x + y + z))
    return Colours(label, curves, _from_xyz((*BT709[:6], *white)) @ columns)


def power(gamma: float) -> Curve:
    """The curve of this exponent."""
    return lambda values: np.power(values, gamma)


def table(values: Array) -> Curve:
    """The curve through evenly spaced values."""
    places = np.linspace(0.0, 1.0, len(values))
    return lambda given: np.interp(given, places, values)


def srgb_curve(values: Array) -> Array:
    """Levels of sRGB as light."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _pq(values: Array) -> Array:
    """PQ's levels as light, where `WHITE` is 1 (BT.2100, table 4)."""
    root = np.power(values, 1 / 78.84375)
    base = np.maximum(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)
    return np.power(base, 1 / 0.1593017578125) * (10_000.0 / WHITE)


def _hlg(values: Array) -> Array:
    """HLG's levels as light of the scene in [0, 1] (BT.2100, table 5); `_shown_hlg` follows."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(values <= 0.5, values**2 / 3.0, (np.exp((values - c) / a) + b) / 12.0)


def _shown_hlg(light: NDArray[np.float32], luminance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light of a display of 1,000 nits, where `WHITE` is 1: its system gamma is 1.2."""
    brightness = np.maximum(light @ luminance, 0.0)[..., None]
    made: NDArray[np.float32] = light * brightness**0.2 * np.float32(1000.0 / WHITE)
    return made


TRANSFERS: dict[int, Curve] = {
    **dict.fromkeys((1, 2, 6, 7, 11, 12, 13, 14, 15), srgb_curve),
    4: power(2.2),
    5: power(2.8),
    8: power(1.0),
    PQ: _pq,
    17: lambda values: np.power(values, 2.6) * (52.37 / 48.0),
    HLG: _hlg,
}
"""By their code in H.273."""


def _xyz_of(primaries: Primaries) -> Array:
    """XYZ of red, green and blue as columns (3, 3); white has Y = 1. ValueError if they span no colours."""
    points = np.array(primaries, dtype=float).reshape(4, 2)
    if not np.isfinite(points).all() or (points[3] <= 0).any() or points[3].sum() >= 1:
        raise ValueError("there is no white")
    columns = np.stack([points[:3, 0], points[:3, 1], 1 - points[:3].sum(axis=1)])
    if abs(np.linalg.det(columns)) < 1e-4:
        raise ValueError("the primaries are on a line")
    weights = np.linalg.solve(columns, _xyz_of_white(points[3]))
    if (weights <= 0).any():
        raise ValueError("white is not between the primaries")
    return columns * weights


def _xyz_of_white(point: Array) -> Array:
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _from_xyz(primaries: Primaries) -> Array:
    """The matrix (3, 3) from XYZ with this white to linear sRGB."""
    ours = _BRADFORD @ _xyz_of_white(np.array(_D65))
    theirs = _BRADFORD @ _xyz_of_white(np.array(primaries[6:]))
    adapted = np.linalg.inv(_BRADFORD) @ np.diag(ours / theirs) @ _BRADFORD
    made: Array = np.linalg.inv(_xyz_of(BT709)) @ adapted
    return made


def _encoded(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear sRGB in [0, 1] as levels of 8 bits; what is outside is cut off."""
    steps = np.clip(light, 0.0, 1.0) * 65535.0 + 0.5
    return _levels()[steps.astype(np.uint16)]


@functools.cache
def _levels() -> NDArray[np.uint8]:
    light = np.linspace(0.0, 1.0, 65536)
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.floor(shown * 255.0 + 0.5).astype(np.uint8)
