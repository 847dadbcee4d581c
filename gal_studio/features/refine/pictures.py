"""The images of pairs."""

from collections.abc import Mapping
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.pictures import PictureKind


def kinds_of_pictures(studio: Studio) -> Mapping[str, PictureKind]:
    """The kinds of pictures by their address."""
    store = studio.store

    def of_pair(pair_id: str, which: str) -> Path:
        pair = store.refinements.pair(pair_id)
        name = {"reference": pair.reference_image, "generated": pair.generated_image}.get(which)
        if name is None:
            raise StudioError(f"This pair has no image {which!r}.")
        return store.images.path(name)

    return {"pair": PictureKind(of_pair, "pair-thumb")}
