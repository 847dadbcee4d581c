"""What the form of a new project says of memory and time."""

from gal_studio.assets import load_preset
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.settings import Settings
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.studio.create.plan import RoundPlan, fitted, fitted_to, plan_round, shape_of
from gal_studio.studio.create.project import DEFAULT_PRESET
from gal_studio.studio.create.shapes import measured_shape
from gal_studio.studio.device import this_device
from gal_studio.ui.panels.form_notes import base_model_of, nested, note
from gal_studio.ui.payloads import Payload


def base_settings(request: Payload) -> Settings:
    """The settings that the form starts from: the preset's, held so that they fit the device."""
    kind: Kind = request["kind"]
    if name := request.get("preset"):
        return fitted(load_preset(name), kind)
    return fitted_to(_shape(request), load_preset(DEFAULT_PRESET).settings[kind], this_device())


def plan_of(store: Store | None, request: Payload) -> RoundPlan | None:
    """The plan of a round with the form's model and settings; None while they are wrong or not known."""
    shape = _shape(request)
    if shape is None:
        return None
    changes = {name: value for name, value in (request.get("settings") or {}).items() if name != "seed"}
    try:
        settings = base_settings(request).updated(nested(changes))
    except StudioError:  # a note at the setting says so
        return None
    return plan_round(store, shape, base_model_of(request), settings, request["kind"])


def notes_on_plan(plan: RoundPlan | None) -> list[Payload]:
    """The plan's refusal or warning, at the choice of the model."""
    if plan is None or not (plan.refusal or plan.warning):
        return []
    return [note("preset", plan.refusal or plan.warning, tone="error" if plan.refusal else "warning")]


def is_measuring(request: Payload) -> bool:
    """Whether the size of the user's own model is being measured."""
    return not request.get("preset") and measured_shape(base_model_of(request)) == "measuring"


def _shape(request: Payload) -> ModelShape | None:
    if name := request.get("preset"):
        return shape_of(load_preset(name))
    found = measured_shape(base_model_of(request))
    return found if isinstance(found, ModelShape) else None
