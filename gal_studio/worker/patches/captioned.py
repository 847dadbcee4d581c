"""The references of a refinement as the prompts of their pairs describe them (Eq. P1)."""

from collections.abc import Sequence

from PIL import Image

from gal_studio.core.settings import RefineSettings
from gal_studio.engine.patches.foreground import ground_of, is_calm, on_plain_ground
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Pair


def references_as_captioned(
    store: Store, pairs: Sequence[Pair], settings: RefineSettings
) -> dict[str, Image.Image]:
    """The picture y of each reference as its pairs name it (Eq. P1), by its name in the store.

    Where the pairs' prompt puts the subject on a plain background and y shows a busy one, the subject is put
    on the background of its pictures x: otherwise the words would be trained to mean what is around it.
    """
    pictures = {}
    for pair in pairs:
        if pair.reference_image not in pictures:
            pictures[pair.reference_image] = _as_captioned(store, pair, pairs, settings)
    return pictures


def _as_captioned(store: Store, pair: Pair, pairs: Sequence[Pair], settings: RefineSettings) -> Image.Image:
    picture = store.images.picture(pair.reference_image)
    is_plain = pair.subject and settings.pair_prompts == "clean" and settings.clean_background
    if not is_plain or pair.reference_mask is None or is_calm(picture):
        return picture
    drawn = [other.generated_image for other in pairs if other.reference_image == pair.reference_image]
    ground = ground_of([store.images.picture(image) for image in drawn if image])
    return on_plain_ground(picture, store.images.mask(pair.reference_mask), ground)
