"""What the form of a new project says of memory and time."""

from collections.abc import Iterator
from typing import Any, get_args

from gal_studio.assets import load_preset
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.pictures.crop import Size, about_shape, bucket
from gal_studio.core.settings import Settings, Target, TuneSettings, check_target
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.studio.create.plan import RoundPlan, fitted_to, plan_round, shape_of, starting_settings
from gal_studio.studio.create.project import DEFAULT_PRESET, check_crop
from gal_studio.studio.create.shapes import measured_shape
from gal_studio.studio.device import this_device
from gal_studio.ui.panels.form_notes import base_model_of, nested
from gal_studio.ui.payloads import Payload
from gal_studio.ui.payloads.forms import FormNote, OwnShape


def base_settings(request: Payload) -> Settings:
    """The settings that the form starts from: the preset's, held so that they fit the device."""
    kind: Kind = request["kind"]
    name = request.get("preset")
    preset = load_preset(name or DEFAULT_PRESET)
    settings = starting_settings(kind, preset, is_own=not name)
    return fitted_to(_shape(request), settings, this_device())


def own_settings() -> dict[Kind, Settings]:
    """Those that the form shows for a model of the user's own."""
    preset = load_preset(DEFAULT_PRESET)
    return {kind: starting_settings(kind, preset, is_own=True) for kind in preset.settings}


def plan_of(store: Store | None, request: Payload) -> RoundPlan | None:
    """The plan of a round with the form's model and settings; None while they are wrong or not known."""
    shape = _shape(request)
    if shape is None:
        return None
    try:
        settings = base_settings(request).updated(_changes(request))
        return plan_round(store, shape, base_model_of(request), settings, request["kind"])
    except StudioError:  # a note at the setting says so
        return None


def _changes(request: Payload) -> dict[str, Any]:
    """What was typed into the fields of the settings."""
    typed = request.get("settings") or {}
    return nested({name: value for name, value in typed.items() if name != "seed"})


def own_shapes(request: Payload) -> Iterator[tuple[OwnShape | None, ...]]:
    """The shapes in which the pictures of each set are trained; None for a square, and an unknown size."""
    shape, tune = _shape(request), _tune(request)
    for set_ in request["sets"]:
        sizes = set_.get("sizes") or ()
        yield tuple(None if size is None else _own_shape(tuple(size), tune, shape) for size in sizes)


def _own_shape(size: Size, tune: TuneSettings, shape: ModelShape | None) -> OwnShape | None:
    if tune.crop != "none":
        return None
    if shape is None:
        return OwnShape(*size, "Trained on as it is.")
    kept = bucket(size, tune.resolution or shape.resolution, shape.grid)
    return OwnShape(*kept, f"{about_shape(size, kept).capitalize()}.")


def _tune(request: Payload) -> TuneSettings:
    """The settings of the training; those that the form starts from while what is typed is wrong."""
    settings = base_settings(request)
    try:
        return settings.updated(_changes(request)).tune
    except StudioError:
        return settings.tune


def notes_on_crop(request: Payload) -> list[FormNote]:
    """A crop that the chosen model was not taught, at its field."""
    try:
        check_crop(base_settings(request).updated(_changes(request)), base_model_of(request))
    except StudioError as error:
        return [FormNote("tune.crop", str(error))]
    return []


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
