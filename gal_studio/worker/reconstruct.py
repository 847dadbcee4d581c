"""Look at uploaded pictures with the autoencoder of a base model, or for their subjects, between two jobs.

A picture is looked at while its project is still a form, so that this is no job of a round. It takes a
fraction of a second with the bundled model, and nothing depends on it.
"""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.pictures.fidelity import compare
from gal_studio.state import Store
from gal_studio.state.tables.reconstructions import SUBJECT, Reconstruction

if TYPE_CHECKING:  # it imports torch, which is not needed to find that nothing waits
    from gal_studio.engine.models.autoencoder import Autoencoder

logger = logging.getLogger("gal_studio.worker")


def reconstruct_waiting(store: Store) -> int:
    """Look at all pictures that wait for one model; returns how many. A failure is stored as the answer."""
    taken = store.reconstructions.take()
    if taken and taken[0].base_model == SUBJECT:
        _find_subjects(store, taken)
    elif taken:
        from gal_studio.engine.models.autoencoder import load_autoencoder

        try:
            _look(store, load_autoencoder(resolve_model(taken[0].base_model)), taken)
        except StudioError as error:
            _give_up(store, taken, str(error))
        except Exception as error:  # such as a lack of memory: the page does without
            logger.exception("images could not be looked at")
            _give_up(store, taken, f"{type(error).__name__}: the log has the details.")
    return len(taken)


def _look(store: Store, autoencoder: "Autoencoder", taken: Sequence[Reconstruction]) -> None:
    for one in taken:
        given, returned = autoencoder.returned(store.images.picture(one.image))
        seen = store.images.add_picture(Image.fromarray(returned))
        store.reconstructions.answer(one, seen, compare(given, returned))


def _find_subjects(store: Store, taken: Sequence[Reconstruction]) -> None:
    from gal_studio.engine.patches.foreground import foreground_mask

    for one in taken:
        try:
            mask = foreground_mask(store.images.picture(one.image))
        except StudioError as error:
            _give_up(store, [one], str(error))
        else:
            store.reconstructions.answer_subject(one, store.images.add_picture(mask))


def _give_up(store: Store, taken: Sequence[Reconstruction], trouble: str) -> None:
    logger.info("images could not be looked at: %s", trouble)
    for one in taken:
        known = store.reconstructions.get(one.image, one.base_model)
        if known is not None and known.answered is None:
            store.reconstructions.give_up(one, trouble)
