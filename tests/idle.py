"""Which settings do nothing, as the page finds it out (`SettingField.idle`)."""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from gal_studio.core import checks
from gal_studio.core.settings import Settings
from gal_studio.core.settings_fields import setting_of
from gal_studio.core.types import Kind


def is_idle(name: str, settings: Settings, kind: Kind, draws: bool = False) -> bool:
    """Whether a setting, by its dotted name, does nothing beside the others, in a project of this kind.

    `draws` says whether its base model comes with an image adapter.
    """
    states: tuple[Mapping[str, Any], ...] = setting_of(name).metadata["idle"]
    given = {checks.KIND: kind, checks.DRAWS: draws}
    return any(
        all(
            value == (given[other] if other in given else attrgetter(other)(settings))
            for other, value in state.items()
        )
        for state in states
    )
