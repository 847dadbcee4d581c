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
from gal_studio.studio.create.plan import RoundPlan, plan_judging, plan_round, starting_settings
from gal_studio.studio.create.project import DEFAULT_PRESET, check_crop
from gal_studio.studio.create.prompt_notes import about_steps
from gal_studio.ui.panels.form import Form
from gal_studio.ui.panels.form_notes import refusal
from gal_studio.ui.payloads.forms import FormNote, OwnShape


def own_settings() -> dict[Kind, Settings]:
    """Those that the form shows for a model of the user's own."""
    preset = load_preset(DEFAULT_PRESET)
    return {kind: starting_settings(kind, preset, is_own=True) for kind in preset.settings}


def plan_of(store: Store | None, form: Form) -> RoundPlan | None:
    """What a round or judging takes with the form's model and settings; None while they are not known."""
    if form.shape is None or form.settings is None:
        return None
    try:
        plan = plan_round if form.judged is None else plan_judging
        return plan(store, form.shape, form.base_model, form.settings, form.kind)
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


def notes_on_fit(form: Form, plan: RoundPlan | None) -> Iterator[FormNote]:
    """What does not fit the chosen model: target, crop and sampling steps; and what the plan doubts."""
    target = str(form.changes.get("tune.target"))
    lora = form.shape.lora if form.shape and target in get_args(Target) else None
    if lora is not None and (why := refusal(check_target, target, lora)):
        yield FormNote("tune.target", why)
    if form.settings is not None:
        if why := refusal(check_crop, form.settings, form.base_model):
            yield FormNote("tune.crop", why)
        if form.base_model and (text := about_steps(form.kind, form.settings.generation, form.base_model)):
            yield FormNote("generation.steps", text, tone="warning")
    if plan is not None and (text := plan.doubt or plan.warning):
        yield FormNote("preset", text, tone="warning")
