"""What a person or a policy decides: verdicts, painted masks, and the way back."""

from collections.abc import Sequence

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import check_size
from gal_studio.core.types import Author, Verdict
from gal_studio.state import Store
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.references import read_mask
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views import round


class DecisionVerbs(Verbs):
    """Decisions; each can be undone."""

    def decide(self, candidate_ids: Sequence[str], verdict: Verdict, author: Author = "human") -> None:
        """Give some pictures a verdict, as one batch that one Undo takes back."""
        with self.store.database.transaction():
            by_round: dict[str, list[tuple[str, Verdict]]] = {}
            for identity in candidate_ids:
                by_round.setdefault(self.store.candidates.round_of(identity), []).append((identity, verdict))
            for round_id, batch in by_round.items():
                self.store.decisions.record(round_id, batch, author)

    def accept_suggestion(self, round_id: str, author: Author = "sampler") -> tuple[str, ...]:
        """Accept what is suggested and not rejected, of anchors without an accepted picture."""
        with self.store.database.transaction():
            chosen = round.open_suggestions(self.store, round_id)
            self.decide(chosen, "accepted", author)
        return chosen

    def undo(self, round_id: str) -> tuple[str, ...]:
        """Take the last decision of a round back; the candidates that changed."""
        return self.store.decisions.undo(round_id)

    def redo(self, round_id: str) -> tuple[str, ...]:
        """Bring the last undone decision back; the candidates that changed."""
        return self.store.decisions.redo(round_id)

    def accept_in_part(self, candidate_id: str, mask: bytes, author: Author = "human") -> None:
        """Accept the white part of a candidate: a PNG of its size. One Undo takes it back."""
        _accept_in_part(self.store, candidate_id, mask, author)

    def paint(self, pair_id: str, image: bytes | None, author: Author = "human") -> None:
        """Overrule the quality map of a pair: a PNG of x's size, 0 bad, 255 good, 128 untouched."""
        _paint(self.store, pair_id, image, author)

    def undo_painting(self, round_id: str) -> str | None:
        """Take the last painting of a refinement back; the pair whose paint changed."""
        return next(iter(self.store.refinements.paintings.undo(round_id)), None)

    def redo_painting(self, round_id: str) -> str | None:
        """Bring the last undone painting back; the pair whose paint changed."""
        return next(iter(self.store.refinements.paintings.redo(round_id)), None)

    def set_reference_mask(self, reference_id: str, mask: bytes | None, author: Author = "human") -> None:
        """Say where a reference shows its subject: white in a PNG of its size. None: found by the studio."""
        _set_reference_mask(self.store, reference_id, mask, author)

    def undo_reference_mask(self, reference_id: str) -> bool:
        """Bring the former mask of a reference back; whether there was one to undo."""
        return bool(self.store.projects.masks.undo(self.store.projects.reference(reference_id).id))

    def redo_reference_mask(self, reference_id: str) -> bool:
        """Bring the mask back that was undone last; whether there was one."""
        return bool(self.store.projects.masks.redo(self.store.projects.reference(reference_id).id))


def _paint(store: Store, pair_id: str, painting: bytes | None, author: Author) -> None:
    """Keep what was painted over x of a pair: 0 is bad, 255 is good, 128 is untouched; None is no paint."""
    pair = store.refinements.pair(pair_id)
    if pair.generated_image is None:
        raise StudioError("The picture of this pair is not drawn yet: wait for it, then paint.")
    image = None
    if painting is not None:
        picture = read_picture(painting)[0].convert("L")
        check_size("painting", picture.size, store.images.picture(pair.generated_image).size)
        if set(np.unique(np.asarray(picture))) != {128}:
            image = store.images.add_picture(picture)
    store.refinements.paintings.add(pair.round_id, pair.id, image, author)


def _accept_in_part(store: Store, candidate_id: str, mask: bytes, author: Author) -> None:
    """Accept the white part of a candidate; the example is learned there alone. One Undo takes it back."""
    candidate = store.candidates.get(candidate_id)
    part = read_mask(mask, store.images.picture(candidate.image).size)
    name = store.images.add_picture(part)
    round_id = store.candidates.round_of(candidate_id)
    store.decisions.record(round_id, [(candidate_id, "accepted")], author, {candidate_id: name})


def _set_reference_mask(
    store: Store, reference_id: str, mask: bytes | None, author: Author = "human"
) -> None:
    """Say where a reference shows its subject; None leaves that to the studio."""
    reference = store.projects.reference(reference_id)
    name = None
    if mask is not None:
        name = store.images.add_picture(read_mask(mask, store.images.picture(reference.image).size))
    store.projects.masks.add(reference_id, name, author)
