"""The addresses of exported files."""

from collections.abc import Mapping
from functools import partial

from gal_studio.features.exports.verbs import exported
from gal_studio.studio import Studio
from gal_studio.ui.api.pictures import Find


def files_of_rounds(studio: Studio) -> Mapping[str, Find]:
    """What is downloaded of a round in a format, by the first part of its address."""
    return {"export": partial(exported, studio)}
