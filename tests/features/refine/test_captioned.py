"""What a refinement trains as y shows what the prompt of its pair says."""

import numpy as np
from PIL import Image

from gal_studio.core.settings import RefineSettings
from gal_studio.engine.patches.foreground import is_calm
from gal_studio.features.refine.engine import references_as_captioned
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Pair
from tests.engine.patches.test_foreground import BOX, SIZE, busy, shape_mask


def pair_of(store: Store, reference: Image.Image, subject: str = "<sks>") -> Pair:
    drawn = Image.new("RGB", (SIZE, SIZE), (250, 240, 200))
    return Pair(
        "a <sks> cat on a plain background", 1, store.images.add_picture(reference),
        store.images.add_picture(shape_mask(BOX)), subject,
        id="p", round_id="r", position=0, generated_image=store.images.add_picture(drawn),
    )  # fmt: skip


def trained(store: Store, pair: Pair, settings: RefineSettings) -> Image.Image:
    return references_as_captioned(store, [pair], settings)[pair.reference_image]


def test_a_busy_reference_is_trained_on_the_ground_of_its_pictures(store: Store) -> None:
    found = trained(store, pair_of(store, busy()), RefineSettings())
    assert is_calm(found)
    assert found.getpixel((2, 2)) == (250, 240, 200)


def test_a_picture_that_is_captioned_as_it_is_stays_so(store: Store) -> None:
    calm = Image.new("RGB", (SIZE, SIZE), (90, 90, 200))
    calm.paste((200, 20, 30), BOX)
    for picture, subject, prompts in (
        (busy(), "", "clean"),
        (busy(), "<sks>", "own"),
        (calm, "<sks>", "clean"),
    ):
        found = trained(store, pair_of(store, picture, subject), RefineSettings(pair_prompts=prompts))
        assert np.array_equal(np.asarray(found), np.asarray(picture.convert("RGB"))), (subject, prompts)
