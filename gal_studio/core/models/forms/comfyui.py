"""The form of ComfyUI."""

from gal_studio.core.models.forms.form import ExportForm

COMFYUI = ExportForm(
    name="comfyui",
    title="For ComfyUI",
    programs="ComfyUI and SwarmUI",
    place="models/loras",
    prefix="diffusion_model.",
    syntax="comfyui",
)
