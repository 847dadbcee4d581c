"""The forms in which other programs read a LoRA, and the studio's own."""

from types import MappingProxyType

from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.recipe import Recipe

DIFFUSERS = ExportForm(
    name="diffusers",
    title="For diffusers",
    programs="Python, and programs that are built on diffusers",
    is_own=True,
    methods=("lora", "lokr", "full"),
)

COMFYUI = ExportForm(
    name="comfyui",
    title="For ComfyUI",
    programs="ComfyUI and SwarmUI",
    place="models/loras",
    prefix="diffusion_model.",
    syntax="comfyui",
    readers=MappingProxyType(
        {
            "krea-2": "ComfyUI, SwarmUI and SD.Next",  # InvokeAI tells one of all layers alone
            "anima": "ComfyUI, SwarmUI, SD.Next and InvokeAI",
        }
    ),
)

INVOKEAI = ExportForm(
    name="invokeai",
    title="For InvokeAI",
    programs="InvokeAI",
    place="the folder that its Model Manager scans",
    prefix="diffusion_model.",
    diffusers_names=True,
    syntax="compel",
    readers=MappingProxyType(dict.fromkeys(("krea-2", "qwen-image-2.1", "anima"), "")),
)
"""InvokeAI tells a LoRA's base model by the names and sizes of its layers alone.

Of FLUX.2 klein with 4 billion parameters, the original names are those of FLUX.1, and diffusers' are not. Of
Krea 2 and Anima it reads the form for ComfyUI.
"""

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
    readers=MappingProxyType(
        {
            **dict.fromkeys(("flux2-klein", "z-image"), "Forge Neo and SD.Next"),
            "krea-2": "SD.Next, musubi-tuner and mflux",
            "anima": "SD.Next, InvokeAI and sd-scripts",
            "qwen-image-2.1": "",
        }
    ),
)
"""The form of kohya's training scripts, which most programs read."""

LYCORIS = ExportForm(
    name="lycoris",
    title="For ComfyUI (LoKr)",
    programs="ComfyUI, SwarmUI and lycoris-lora",
    place="models/loras",
    prefix="lycoris_",
    separator="_",
    diffusers_names=True,
    syntax="comfyui",
    readers=MappingProxyType(dict.fromkeys(("krea-2", "qwen-image-2.1", "anima"), "")),
    methods=("lokr",),
)
"""The form of LyCORIS, whose names ComfyUI knows for some families: those of diffusers, with underscores.

What is one layer there stays apart: a Kronecker product cannot be joined with others.
"""


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
