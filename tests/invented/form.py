"""The form of an exported LoRA for Easel, a program that nobody has."""

from gal_studio.core.models.forms.form import ExportForm

EASEL = ExportForm(
    name="easel",
    title="For Easel",
    programs="Easel",
    place="easel/loras",
    prefix="easel_",
    separator="_",
)
