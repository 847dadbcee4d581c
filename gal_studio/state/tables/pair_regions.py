"""Which patches of a pair count for its weights, stored with the maps of the pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.state.database.connection import Repository, row_of

Patches = NDArray[np.bool_]


@dataclass(frozen=True)
class PairRegion:
    """The patches of a pair that count in Eq. P5 and P7: arrays of `shape` (h, w), None where all count.

    `learned`: the patches of y on its subject, or on the accepted part. `foreground`: the patches of x on its
    subject, made from the picture `foreground_mask`. `subject`: the patches of x that resemble the subject of
    this pair more than any other subject.
    """

    shape: tuple[int, int]
    learned: Patches | None = None
    foreground: Patches | None = None
    subject: Patches | None = None
    foreground_mask: str | None = None


class PairRegions(Repository):
    """Reads and writes regions by pair."""

    def save(self, pair_id: str, region: PairRegion) -> None:
        """Store the region of a pair in the place of the one before."""
        (height, width), patches = region.shape, {name: _bytes(getattr(region, name)) for name in _PARTS}
        row = row_of("pair_regions", region, pair_id=pair_id, height=height, width=width, **patches)
        self._database.insert("pair_regions", row, instead="replace")

    def get(self, pair_id: str) -> PairRegion | None:
        """The region of a pair; None before the pair is judged, and for pairs of version 8 and before."""
        row = self._database.row("SELECT * FROM pair_regions WHERE pair_id = ?", (pair_id,))
        if row is None:
            return None
        shape = row["height"], row["width"]
        learned, foreground, subject = (_patches(row[name], shape) for name in _PARTS)
        return PairRegion(shape, learned, foreground, subject, row["foreground_mask"])

    def foregrounds(self, round_id: str) -> dict[str, str | None]:
        """The picture from which the foreground of x was made, of each judged pair of a refinement."""
        sql = (
            "SELECT pair_id, foreground_mask FROM pair_regions JOIN pairs ON pairs.id = pair_id "
            "WHERE round_id = ?"
        )
        return {row["pair_id"]: row["foreground_mask"] for row in self._database.rows(sql, (round_id,))}

    def delete(self, pair_id: str) -> None:
        """Forget the region of a pair."""
        self._database.delete("pair_regions", pair_id=pair_id)

    def copy(self, pair_id: str, copy_id: str) -> None:
        """Give the copy of a pair the same region."""
        region = self.get(pair_id)
        if region is not None:
            self.save(copy_id, region)


_PARTS = ("learned", "foreground", "subject")


def _bytes(patches: Patches | None) -> bytes | None:
    return None if patches is None else patches.astype(np.uint8).tobytes()


def _patches(data: bytes | None, shape: tuple[int, int]) -> Patches | None:
    return None if data is None else np.frombuffer(data, np.uint8).reshape(shape) != 0
