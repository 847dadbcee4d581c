"""What a brush says: which patches are right, which part of a picture is accepted, where a subject is."""

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import check_size
from gal_studio.core.types import Author
from gal_studio.state import Store
from gal_studio.state.images.read import read_picture
from gal_studio.studio.create.references import read_mask


def paint(store: Store, pair_id: str, painting: bytes | None, author: Author = "human") -> None:
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


def accept_in_part(store: Store, candidate_id: str, mask: bytes, author: Author = "human") -> None:
    """Accept the white part of a candidate; the example is learned there alone. One Undo takes it back."""
    candidate = store.candidates.get(candidate_id)
    part = read_mask(mask, store.images.picture(candidate.image).size)
    name = store.images.add_picture(part)
    round_id = store.candidates.round_of(candidate_id)
    store.decisions.record(round_id, [(candidate_id, "accepted")], author, {candidate_id: name})


def set_reference_mask(store: Store, reference_id: str, mask: bytes | None, author: Author = "human") -> None:
    """Say where a reference shows its subject; None leaves that to the studio."""
    reference = store.projects.reference(reference_id)
    name = None
    if mask is not None:
        name = store.images.add_picture(read_mask(mask, store.images.picture(reference.image).size))
    store.projects.masks.add(reference_id, name, author)
