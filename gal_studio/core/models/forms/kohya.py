"""The form of kohya's training scripts, which most programs read."""

from gal_studio.core.models.forms.form import LATEST_FAMILIES, ExportForm
from gal_studio.core.recipe import Recipe

KOHYA = ExportForm(
    name="kohya",
    title="For A1111 / Forge",
    programs="AUTOMATIC1111, Forge and SD.Next",
    newer="Forge Neo and SD.Next",
    place="models/Lora",
    prefix="lora_unet_",
    separator="_",
    factors="lora_down",
    original_names=True,
    syntax="a1111",
    unread=LATEST_FAMILIES,
)


def scheduled(name: str, recipe: Recipe, steps: int) -> str | None:
    """What to write in a prompt for the strength to change, with the extension sd-webui-loractl.

    It interpolates between strengths at steps, which it counts from 0, and in each step it sees the number of
    the one before; in the first one it sees 0. So no switch after the first step can be written: None. It
    takes places for shares of the steps unless one of them is above 1: hence the last step at the end.
    """
    switch = recipe.first_late(steps)
    if recipe.is_constant or switch < 2:
        return None
    points = (recipe.early, switch - 2), (recipe.late, switch - 1), (recipe.late, steps)
    return f"<lora:{name}:{','.join(f'{strength:.3g}@{step}' for strength, step in points)}>"
