"""What is usual for noise is the texture of the references at the size at which they are drawn."""

import numpy as np
from PIL import Image

from gal_studio.core.gal.scores.noise import roughness
from gal_studio.worker.models import Models


def leaded_glass(side: int, pane: int) -> Image.Image:
    """Panes of many colours, sharp at their edges."""
    panes = np.random.default_rng(0).integers(0, 256, (side // pane, side // pane, 3), dtype=np.uint8)
    return Image.fromarray(panes).resize((side, side), Image.Resampling.NEAREST)


def test_a_large_reference_is_reduced_to_the_size_of_what_is_drawn_first() -> None:
    pictures = {"glass": leaded_glass(512, 16), "drawn": Image.new("RGB", (128, 128), "navy")}
    read: list[str] = []

    def picture(name: str) -> Image.Image:
        read.append(name)
        return pictures[name]

    models = Models()
    glass, drawn = models.roughness(["glass", "drawn"], picture)
    assert roughness(np.asarray(pictures["glass"])) == 0.0, "its panes are larger than a step"
    assert glass > 2.5 and drawn == 0.0
    assert models.roughness(["glass", "drawn"], picture) == [glass, drawn] and read == ["glass", "drawn"]
    assert pictures["glass"].size == (512, 512), "an image that others hold stays as it is"
