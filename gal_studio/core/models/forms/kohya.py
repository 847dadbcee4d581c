"""The form of kohya's training scripts, which most programs read."""

from gal_studio.core.models.forms.form import ExportForm

KOHYA = ExportForm(
    name="kohya",
    title="For A1111 / Forge",
    programs="AUTOMATIC1111, Forge and SD.Next",
    place="models/Lora",
    prefix="lora_unet_",
    separator="_",
    factors="lora_down",
    original_names=True,
    syntax="a1111",
)
