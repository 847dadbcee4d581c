"""What the form of a new project says of memory and time."""

from typing import get_args

from gal_studio.assets import load_preset
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.settings import Settings, Target, check_target
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.studio.create.plan import RoundPlan, fitted_to, plan_round, shape_of, starting_settings
from gal_studio.studio.create.project import DEFAULT_PRESET
from gal_studio.studio.create.shapes import measured_shape
from gal_studio.studio.device import this_device
from gal_studio.ui.panels.form_notes import base_model_of, nested, start_of
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.forms import FormNote


def base_settings(request: Payload) -> Settings:
    """The settings that the form starts from: the preset's, held so that they fit the device."""
    kind: Kind = request["kind"]
    name = request.get("preset")
    preset = load_preset(name or DEFAULT_PRESET)
    settings = starting_settings(kind, preset, is_own=not name, from_lora=bool(start_of(request)))
    return fitted_to(_shape(request), settings, this_device())


def own_settings() -> dict[Kind, Settings]:
    """Those that the form shows for a model of the user's own."""
    preset = load_preset(DEFAULT_PRESET)
    return {kind: starting_settings(kind, preset, is_own=True, from_lora=False) for kind in preset.settings}


def plan_of(store: Store | None, request: Payload) -> RoundPlan | None:
    """The plan of a round with the form's model and settings; None while they are wrong or not known."""
    shape = _shape(request)
    if shape is None:
        return None
    changes = {name: value for name, value in (request.get("settings") or {}).items() if name != "seed"}
    try:
        settings = base_settings(request).updated(nested(changes))
        return plan_round(store, shape, base_model_of(request), settings, request["kind"])
    except StudioError:  # a note at the setting says so
        return None


def notes_on_target(request: Payload) -> list[FormNote]:
    """A target for which the chosen model has no layers, at its field."""
    shape, target = _shape(request), str((request.get("settings") or {}).get("tune.target"))
    if shape is None or target not in get_args(Target):
        return []
    try:
        check_target(target, shape.lora)
    except StudioError as error:
        return [FormNote("tune.target", str(error))]
    return []


def notes_on_plan(plan: RoundPlan | None) -> list[FormNote]:
    """The plan's doubt or warning, at the choice of the model."""
    if plan is None or not (plan.doubt or plan.warning):
        return []
    return [FormNote("preset", plan.doubt or plan.warning, tone="warning")]


def is_measuring(request: Payload) -> bool:
    """Whether the size of the user's own model is being measured."""
    return not request.get("preset") and measured_shape(base_model_of(request)) == "measuring"


def _shape(request: Payload) -> ModelShape | None:
    if name := request.get("preset"):
        return shape_of(load_preset(name))
    found = measured_shape(base_model_of(request))
    return found if isinstance(found, ModelShape) else None
