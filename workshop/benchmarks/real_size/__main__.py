"""Plan against peak, and the seconds of a round, for every preset that fits: one call, one table.

    python -m workshop.benchmarks.real_size                      # every preset, on the GPU or else the CPU
    python -m workshop.benchmarks.real_size sdxl --gigabytes 8   # one of them, held as on a device of 8 GB

Weights are random and of real size; nothing is downloaded. Drawing and training each run in a process of
their own, for a few steps (`--few`); the seconds of a round are extrapolated from these. On a CPU they are
those of its threads, so that other programs count for little.
"""

import json
import subprocess
import sys
from typing import Any

from gal_studio.assets import load_presets
from gal_studio.core.memory.machine import MachineSettings

HEAD = (
    "| preset | held by | draw: plan, peak GB (ratio) | train: plan, peak GB (ratio) | 180 candidates, s "
    "| 500 steps, s | device use |\n|---|---|---|---|---|---|---|"
)
SECONDS = 3600
PARTS = {"draw": 180, "train": 500}


def half(preset: str, part: str, rest: list[str]) -> dict[str, Any] | str:
    """What drawing or training used; or why it did not run."""
    command = [sys.executable, "-m", "workshop.benchmarks.real_size.measure", preset, part, *rest]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
        return found
    except (ValueError, IndexError):
        return f"did not run: {(run.stderr.strip().splitlines() or ['?'])[-1]}"
    except subprocess.TimeoutExpired:
        return f"took longer than {SECONDS} s"


def row(preset: str, rest: list[str]) -> str:
    """The line of one preset."""
    halves = {part: half(preset, part, rest) for part in PARTS}
    ran = {part: found for part, found in halves.items() if isinstance(found, dict)}
    sizes = [
        f"{found['plan_gb']}, {found['peak_gb']} ({found['plan_over_peak']})"
        if isinstance(found, dict)
        else found
        for found in halves.values()
    ]
    times = [
        f"{count * ran[part]['seconds_each']:.0f}" if part in ran else "" for part, count in PARTS.items()
    ]
    uses = [found["use"] for found in ran.values()]
    use = ", ".join("?" if each is None else f"{each:.0%}" for each in uses)
    held = held_by(next(iter(ran.values()))["settings"]) if ran else ""
    return f"| {preset} | {held} | {' | '.join(sizes)} | {' | '.join(times)} | {use} |"


def held_by(machine: dict[str, Any]) -> str:
    """The settings of the machine that are not the default."""
    plain = MachineSettings().to_dict()
    changed = [f"{name} {value}" for name, value in machine.items() if value != plain[name]]
    return ", ".join(changed) or "as it is"


def main() -> None:
    given = sys.argv[1:]
    names = [name for name in given if name in {one.name for one in load_presets()}]
    rest = [word for word in given if word not in names]
    print(HEAD, flush=True)
    for preset in names or [one.name for one in load_presets() if one.name != "pocket"]:
        print(row(preset, rest), flush=True)


if __name__ == "__main__":
    main()
