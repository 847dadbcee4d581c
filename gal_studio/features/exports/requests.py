"""The dialog *Finish*: in which forms a round can be exported, what was, and where its LoRA is put."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.assets import load_presets
from gal_studio.core.models.forms.registry import about_form, forms_of, is_usable
from gal_studio.features.exports import verbs
from gal_studio.studio.create.plan import shape_of
from gal_studio.studio.views.round import model_title
from gal_studio.ui.payloads import Id, Only, Text
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("results")
REQUESTS.verbs("write", verbs.export_round)
REQUESTS.verbs("read", verbs.destination)
REQUESTS.verbs("write outside", verbs.name_program)


@dataclass(frozen=True)
class MadeExport:
    """An export of a round; until it is `made` it waits. `same`: the file draws the studio's pictures."""

    made: bool
    sentence: str
    same: bool


@dataclass(frozen=True)
class ExportChoice:
    """A form in which a round can be exported, in words, and what was exported in it, if anything was."""

    form: str
    title: str
    note: str
    usable: Annotated[bool, Doc("Whether a program can use the round in it.")]
    export: MadeExport | None


@REQUESTS.read
def exports(context: Context, round: Id) -> Annotated[tuple[ExportChoice, ...], Only("forms")]:
    """Every form in which a round can be exported, and what was."""
    here = context.studio.store.snapshots.round(round)
    base, method = here.project.project.base_model, here.settings.tune.method
    title = model_title(base).partition(" (")[0]
    shapes = (shape_of(each) for each in load_presets() if each.base_model == base)
    family = next((shape.family for shape in shapes if shape is not None), "")
    found = {
        each.form: MadeExport(not each.waits, each.sentence, each.is_same)
        for each in verbs.exports(context.studio, round)
    }
    return tuple(
        ExportChoice(
            form.name,
            form.title,
            about_form(form, base, title, method, family),
            is_usable(form, base, method, family),
            found.get(form.name),
        )
        for form in (forms_of(method) if here.round.variant.exports else ())
    )


@REQUESTS.write_outside
def put_lora(context: Context, round: Id, form: Id, folder: Text) -> Annotated[str, Only("path")]:
    """Copy the LoRA of an export into a folder of the machine that the studio runs on."""
    return str(verbs.put_lora(context.studio, round, form, folder))
