"""The table of fast models in docs/models.md is what the presets and the code say."""

import re
from pathlib import Path

from gal_studio.assets import load_anchors, load_presets
from gal_studio.core.models.fast import KNOWN
from gal_studio.rounds.planned import most_pictures

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def test_passes_of_a_round_are_those_of_the_presets() -> None:
    rows = re.findall(
        r"^\| [^|]+ \| `([^`]+)` \| ([\d,]+) \| ([\d,]+) \|$", PAGE.read_text(encoding="utf-8"), re.M
    )
    told = {name: tuple(int(one.replace(",", "")) for one in passes) for name, *passes in rows}
    presets = {preset.base_model: preset.settings["style"] for preset in load_presets()}
    expected = {}
    for way in KNOWN:
        usual, key = presets[way.base_model].generation, "speed_lora" if way.is_lora else "fast_model"
        images = most_pictures(presets[way.base_model], len(load_anchors("style")))
        fast = usual.updated({key: way.name})
        assert fast.as_drawn.guidance_scale == 0
        passes = 2 if usual.guidance_scale > 1 else 1  # a guided step is two passes
        expected[way.name] = (passes * usual.steps * images, fast.as_drawn.steps * images)
    assert told == expected
