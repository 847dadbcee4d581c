"""What other trainings of a round, with other seeds, drew in place of its candidates (Eq. G21)."""

from collections.abc import Mapping
from dataclasses import dataclass

from gal_studio.state.database.connection import Repository, row_of
from gal_studio.state.store import Store


@dataclass(frozen=True)
class EnsembleImage:
    """A picture of another training, and its p(copy); None if it is blank."""

    image: str
    chance: float | None


class Ensembles(Repository):
    """Reads and writes pictures of other trainings, which are numbered from 1."""

    def save(self, candidate_id: str, training: int, drawn: EnsembleImage) -> None:
        """Store what a training drew in place of a candidate; idempotent."""
        row = row_of("sibling_pictures", drawn, candidate_id=candidate_id, training=training)
        self._database.insert("sibling_pictures", row, instead="replace")

    def of_round(self, round_id: str) -> Mapping[str, Mapping[int, EnsembleImage]]:
        """The pictures of other trainings by candidate and number of the training."""
        found: dict[str, dict[int, EnsembleImage]] = {}
        for row in self._database.rows(
            "SELECT sibling_pictures.* FROM sibling_pictures JOIN candidates ON candidates.id = candidate_id "
            "WHERE round_id = ? ORDER BY candidates.rowid, training",
            (round_id,),
        ):
            found.setdefault(row["candidate_id"], {})[row["training"]] = EnsembleImage(
                row["image"], row["chance"]
            )
        return found


def ensembles_of(store: Store) -> Ensembles:
    """Those of a workspace."""
    return Ensembles(store.database, store.clock)
