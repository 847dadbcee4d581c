"""The studio's own form, for diffusers."""

from gal_studio.core.models.forms.form import ExportForm

DIFFUSERS = ExportForm(
    name="diffusers",
    title="For diffusers",
    programs="Python, and programs that are built on diffusers",
    is_own=True,
)
