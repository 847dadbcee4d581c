"""The form of a round that is drawn without training: there is no file of weights to convert."""

from gal_studio.core.models.forms.form import ExportForm

REFERENCES = ExportForm(
    name="references",
    title="For ComfyUI and diffusers",
    programs="Python and ComfyUI",
    is_own=True,
)
