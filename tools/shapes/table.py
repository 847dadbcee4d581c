"""Print how each preset is held on common devices, and what was measured: python -m tools.shapes.table.

The tables are in docs/models.md and docs/results.md.
"""

from gal_studio.assets import Preset, load_presets, load_shape
from gal_studio.core.memory.fit import fit, ladder, smallest
from gal_studio.core.memory.need import DeviceKind
from gal_studio.core.memory.room import GIGABYTE, gigabytes, room_of
from gal_studio.core.settings import Settings
from gal_studio.studio.device import MPS_SHARE
from tools.shapes.measured import ON_A_GPU

DEVICES: dict[str, tuple[DeviceKind, float]] = {
    **{f"{size} GB": ("cuda", size) for size in (6, 8, 12, 16, 24)},
    "CPU, 16 GB": ("cpu", 16),
    "Mac, 16 GB": ("mps", 16 * MPS_SHARE),
}
LETTERS = {
    "text_off_device": "text", "tiling": "tiles", "checkpointing": "again", "base": "int8",
    "swapping": "swap", "optimizer": "adam8", "precision": "bf16",
}  # fmt: skip


def cell(preset: Preset, kind: DeviceKind, size: float) -> str:
    """The need of a training or drawing of one picture at a time, and what is done to get there."""
    shape, settings = load_shape(preset.shape), preset.settings["style"]
    room = room_of(kind, int(size * GIGABYTE))
    chosen = fit(shape, settings, kind, room)
    if chosen is None:
        least = min(smallest(shape, each, kind).peak for each in ladder(shape, settings, kind))
        return f"no: {gigabytes(least)}"
    peak = smallest(shape, chosen, kind, room).peak
    return " ".join([gigabytes(peak), *done(chosen), *smaller(settings, chosen)])


def done(settings: Settings) -> list[str]:
    """What is done to save memory."""
    plain = Settings().machine
    return [word for name, word in LETTERS.items() if getattr(settings.machine, name) != getattr(plain, name)]


def smaller(settings: Settings, chosen: Settings) -> list[str]:
    """The resolution, if it is lowered."""
    return [] if chosen.tune.resolution == settings.tune.resolution else [f"{chosen.tune.resolution} px"]


def table() -> str:
    """All presets whose model does not come with the studio."""
    lines = [f"| preset | {' | '.join(DEVICES)} |", f"|---|{'---|' * len(DEVICES)}"]
    for preset in load_presets():
        if preset.name != "pocket":
            cells = (cell(preset, *device) for device in DEVICES.values())
            lines.append(f"| `{preset.name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def measured_table() -> str:
    """Plan and peak of what was measured on a GPU."""
    lines = ["| preset | training step: seconds, plan, peak | image: seconds, plan, peak |\n|---|---|---|"]
    for preset in dict.fromkeys(one.preset for one in ON_A_GPU):
        parts = {one.part: one for one in ON_A_GPU if one.preset == preset}
        cells = (
            f"{parts[part].seconds} s, {gigabytes(parts[part].planned)}, {parts[part].peak:.1f} GB"
            for part in ("train", "draw")
        )
        lines.append(f"| `{preset}` | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(), measured_table(), sep="\n\n")
