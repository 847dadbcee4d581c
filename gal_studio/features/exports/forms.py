"""The form of a round that is drawn without training: there is no file of weights to convert."""

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.settings import Settings


def refuse_beside(settings: Settings) -> None:
    """Refuse a Round 0 that no other program can draw."""
    if settings.references.several == "beside":
        raise StudioError(
            "Objects side by side are generated in the studio alone: export a Round 0 whose references are "
            "given together or averaged."
        )


REFERENCES = ExportForm(
    name="references",
    title="For ComfyUI and diffusers",
    programs="Python and ComfyUI",
    is_own=True,
    without_training=True,
    holds="Round 0, of a project that has one",
    check=refuse_beside,
)
