"""The images of tried prompts, and what their files say."""

from collections.abc import Mapping
from pathlib import Path

from gal_studio.features.trials.record import trials_of
from gal_studio.features.trials.verbs import trial_picture
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.generation_data import written
from gal_studio.ui.api.pictures import DRAW_AGAIN, PictureKind


def of_trial(store: Store, trial_id: str) -> str:
    """The generation data of a tried prompt."""
    return written(store, trials_of(store).get(trial_id))


def kinds_of_pictures(studio: Studio) -> Mapping[str, PictureKind]:
    """The kinds of pictures by their address."""

    def picture(trial_id: str) -> Path:
        return trial_picture(studio, trial_id)

    return {"trial": PictureKind(picture, "trial-thumb", of_trial, lambda _: DRAW_AGAIN)}
