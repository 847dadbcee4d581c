"""Write the table of the presets' trainings into docs/settings.md: `python -m tools.preset_table`."""

import re
from collections.abc import Iterator
from pathlib import Path

from gal_studio.assets import Preset, load_presets
from gal_studio.core.settings import TuneSettings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
_PLACE = re.compile(r"(<!--presets-->\n).*?(<!---->)", re.DOTALL)
_HEAD = (
    "| preset | style: steps, rate, rank | object: steps, rate, rank | layers | batch | "
    "regularization images of an object |\n|---|---|---|---|---|---|"
)


def table() -> str:
    """A row for each preset, one for all that earlier versions had in the same way, and the sources."""
    former: dict[str, list[str]] = {}
    for preset in load_presets():
        if preset.origin.former:
            former.setdefault(_cells(preset.as_before), []).append(f"`{preset.as_before.name}`")
    rows = [f"| `{preset.name}` | {_cells(preset)} |" for preset in load_presets()]
    rows += [f"| {', '.join(names)} | {cells} |" for cells, names in former.items()]
    return "\n".join([_HEAD, *rows, "", *_sources()])


def _sources() -> Iterator[str]:
    """Whose the numbers of each preset are, where they are not all our own."""
    for preset in load_presets():
        if preset.origin.sources:
            note = preset.origin.note.removesuffix(" Untested here.")  # as the page says of all
            yield f"- `{preset.name}`: {preset.origin.source_words}. {note}"


def _cells(preset: Preset) -> str:
    style, thing = preset.settings["style"], preset.settings["object"]
    cells = (
        _training(style.tune),
        _training(thing.tune),
        _both(style.tune.target, thing.tune.target),
        _both(style.tune.batch_size, thing.tune.batch_size),
        str(thing.tune.prior_images),
    )
    return " | ".join(cells)


def _training(tune: TuneSettings) -> str:
    what = str(tune.rank) if tune.method == "lora" else "all weights"
    return f"{tune.steps}, {tune.learning_rate:g}, {what}"


def _both(style: object, thing: object) -> str:
    """One value where a style and an object have the same."""
    return f"{style}" if style == thing else f"{style}; {thing}"


def filled(text: str) -> str:
    """The page with the table of now."""
    return _PLACE.sub(lambda found: f"{found[1]}{table()}\n{found[2]}", text)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
