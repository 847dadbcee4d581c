"""The form of InvokeAI, which tells a LoRA's base model by the names and sizes of its layers alone.

Of FLUX.2 klein with 4 billion parameters, the original names are those of FLUX.1, and diffusers' are not.
"""

from gal_studio.core.models.forms.form import LATEST_FAMILIES, ExportForm

INVOKEAI = ExportForm(
    name="invokeai",
    title="For InvokeAI",
    programs="InvokeAI",
    place="the folder that its Model Manager scans",
    prefix="diffusion_model.",
    diffusers_names=True,
    syntax="compel",
    unread=LATEST_FAMILIES,
)
