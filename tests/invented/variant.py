"""A round that nobody needs: the images of the base model alone, to look at before any training."""

from typing import ClassVar

from gal_studio.core.variants.variant import Variant


class Baseline(Variant):
    """It has no LoRA and is given no references."""

    name: ClassVar[str] = "baseline"
    suffix: ClassVar[str] = "baseline"
    first_number: ClassVar[int] = 0
    button: ClassVar[str] = "Base images"
    hint: ClassVar[str] = "Generates what the base model makes of the test prompts"


BASELINE = Baseline()
