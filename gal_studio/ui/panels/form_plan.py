"""What the form of a new project says of memory and time."""

from collections.abc import Iterator
from typing import get_args

from gal_studio.assets import load_preset
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.core.pictures.crop import Size, about_shape, bucket
from gal_studio.core.settings import Settings, Target, TuneSettings, check_target
from gal_studio.core.types import Kind
from gal_studio.state import Store
from gal_studio.studio.create.plan import RoundPlan, plan_round, starting_settings
from gal_studio.studio.create.project import DEFAULT_PRESET, check_crop
from gal_studio.studio.create.prompt_notes import about_steps
from gal_studio.ui.panels.form import Form
from gal_studio.ui.payloads.forms import FormNote, OwnShape


def own_settings() -> dict[Kind, Settings]:
    """Those that the form shows for a model of the user's own."""
    preset = load_preset(DEFAULT_PRESET)
    return {kind: starting_settings(kind, preset, is_own=True) for kind in preset.settings}


def plan_of(store: Store | None, form: Form) -> RoundPlan | None:
    """The plan of a round with the form's model and settings; None while they are wrong or not known."""
    if form.shape is None or form.settings is None:
        return None
    try:
        return plan_round(store, form.shape, form.base_model, form.settings, form.kind)
    except StudioError:  # a note at the setting says so
        return None


def own_shapes(form: Form) -> Iterator[tuple[OwnShape | None, ...]]:
    """The shapes in which the pictures of each set are trained; None for a square, and an unknown size."""
    tune = (form.settings or form.started_from).tune
    for given in form.sets:
        yield tuple(None if size is None else _own_shape(size, tune, form.shape) for size in given.sizes)


def _own_shape(size: Size, tune: TuneSettings, shape: ModelShape | None) -> OwnShape | None:
    if tune.crop != "none":
        return None
    if shape is None:
        return OwnShape(*size, "Trained on as it is.")
    kept = bucket(size, tune.resolution or shape.resolution, shape.grid)
    return OwnShape(*kept, f"{about_shape(size, kept).capitalize()}.")


def notes_on_crop(form: Form) -> list[FormNote]:
    """A crop that the chosen model was not taught, at its field."""
    if form.settings is None:
        return []
    try:
        check_crop(form.settings, form.base_model)
    except StudioError as error:
        return [FormNote("tune.crop", str(error))]
    return []


def notes_on_steps(form: Form) -> list[FormNote]:
    """Fewer sampling steps than the chosen model needs, at their field."""
    if form.settings is None or not form.base_model:
        return []
    text = about_steps(form.kind, form.settings.generation, form.base_model)
    return [FormNote("generation.steps", text, tone="warning")] if text else []


def notes_on_target(form: Form) -> list[FormNote]:
    """A target for which the chosen model has no layers, at its field."""
    target = str(form.changes.get("tune.target"))
    if form.shape is None or target not in get_args(Target):
        return []
    try:
        check_target(target, form.shape.lora)
    except StudioError as error:
        return [FormNote("tune.target", str(error))]
    return []


def notes_on_plan(plan: RoundPlan | None) -> list[FormNote]:
    """The plan's doubt or warning, at the choice of the model."""
    if plan is None or not (plan.doubt or plan.warning):
        return []
    return [FormNote("preset", plan.doubt or plan.warning, tone="warning")]
