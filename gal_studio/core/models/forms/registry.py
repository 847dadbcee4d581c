"""The forms in which a LoRA is exported, and what is said of one before it is made.

Files of this folder declare them. Other packages bring theirs by entry points of the group
`gal_studio.export_formats` (docs/python.md).
"""

from collections.abc import Sequence

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.names import is_bundled
from gal_studio.core.registry import Registry
from gal_studio.core.settings import Method

FORMS: Registry[ExportForm] = Registry(
    "gal_studio.core.models.forms",
    lambda value: isinstance(value, ExportForm),
    "an export format",
    first=("diffusers", "kohya", "comfyui", "invokeai", "lycoris"),
    group="gal_studio.export_formats",
    of_features="forms",
)


def forms_of(method: Method = "lora") -> Sequence[ExportForm]:
    """The forms in which a round is exported that trained by this method.

    Those of a LoRA are named also for a wholly trained model, which they refuse.
    """
    return [form for form in FORMS if ("lora" if method == "full" else method) in form.methods]


def find_form(name: str, offered: Sequence[ExportForm] = ()) -> ExportForm:
    """The form of that name; another one is refused, with those `offered`, by default all."""
    form = FORMS.find(name)
    if form is None:
        names = ", ".join(one.name for one in offered or FORMS)
        raise StudioError(f"There is no export format {name!r}: choose one of {names}.")
    return form


def is_usable(form: ExportForm, base_model: str, method: Method, family: str = "") -> bool:
    """Whether a program can use a round in this form.

    No other program has the bundled base model, some do not read LoRAs of the model's `family` ("" where
    that is not known), and a form is for what some methods train alone.
    """
    is_elsewhere = not is_bundled(base_model) and bool(form.programs_for(family))
    return method in form.methods and (form.is_own or is_elsewhere)


def unread(form: ExportForm, model: str) -> str:
    """That the programs of a form do not read LoRAs for a model, and which form to choose."""
    if "lokr" in form.methods:
        return f"A LoKr for {model} does not work in {form.programs}. Choose the format for diffusers."
    return (
        f"LoRAs for {model} do not work in {form.programs} in this format. Choose the format for "
        "ComfyUI or diffusers."
    )


def unfit(form: ExportForm, method: Method) -> str:
    """Why a form does not hold what a method trains, "" if it does."""
    if method in form.methods:
        return ""
    if method == "full":
        return "trained the whole model, not a LoRA: choose the format for diffusers"
    if method == "lokr":
        return "trained a LoKr, which this format does not hold: choose lycoris or diffusers"
    return "trained a LoRA: choose the format for ComfyUI or diffusers"


def refuse_bundled(form: ExportForm, base_model: str) -> None:
    """Refuse what no other program can run: a LoRA of the bundled model, in any form but the studio's own."""
    if is_bundled(base_model) and not form.is_own:
        raise StudioError(about_form(form, base_model, "the bundled model"))


def about_form(
    form: ExportForm, base_model: str, title: str, method: Method = "lora", family: str = ""
) -> str:
    """What is said of a form before it is made: which programs read it, and what it holds.

    `base_model` is called `title` on the page; it is of this `family`, "" where that is not known.
    """
    if form.is_own:
        what = "LoKr" if method == "lokr" else "LoRA"
        return f"{form.programs}. Contains the {what} and a model card with images."
    if method == "full":
        return "This round trained the whole model, which is not a LoRA. Choose the format for diffusers."
    if is_bundled(base_model):
        return f"{form.programs} cannot run {title}. Only diffusers can: choose its format."
    if not form.programs_for(family):
        return unread(form, title)
    return (
        f"{form.programs_for(family)}, with {title} as their base model: into {form.place}. Contains the "
        "LoRA, a model card with images and a ComfyUI workflow."
    )
