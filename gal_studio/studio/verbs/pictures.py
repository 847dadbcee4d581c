"""Look at uploaded pictures before there is a project."""

import time

from gal_studio.state.images.read import read_picture
from gal_studio.state.tables.reconstructions import Reconstruction
from gal_studio.studio.create.looks import edition
from gal_studio.studio.create.project import absolute_base_model
from gal_studio.studio.create.references import Picture
from gal_studio.studio.verbs.base import Verbs
from gal_studio.workspace import delete

KEPT_SECONDS = 7 * 24 * 3600.0
"""How long it is kept how a model sees a picture that no project uses."""


class PictureVerbs(Verbs):
    """How models see pictures."""

    def reconstruct(self, picture: Picture, base_model: str) -> Reconstruction:
        """Request how the autoencoder of a model gives a picture back; the answer, if there is one already.

        A worker looks as soon as it has no other work. A model that is not on this machine is not downloaded.
        """
        image = self.store.images.add_picture(read_picture(picture)[0])
        name = absolute_base_model(base_model.strip())
        delete.forget_unused_reconstructions(self.store, time.time() - KEPT_SECONDS)
        known = self.store.reconstructions.ask(image, name, edition(name))
        if known.answered is None:
            self._wake_worker()
        return known

    def reconstruction(self, image: str, base_model: str) -> Reconstruction | None:
        """What was requested of a stored picture and a model, and its answer."""
        return self.store.reconstructions.get(image, absolute_base_model(base_model.strip()))
