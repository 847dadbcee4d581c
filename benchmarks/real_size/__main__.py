"""Plan against peak, and the seconds of a round, for every preset that fits: one call, one table.

    python -m benchmarks.real_size                      # every preset, on the GPU or else the CPU
    python -m benchmarks.real_size sdxl --gigabytes 8   # one of them, held as on a device of 8 GB

Weights are random and of real size; nothing is downloaded. Each preset runs in a process of its own.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

from gal_studio.assets import load_presets

HEAD = (
    "| preset | held by | draw: plan, peak GB (ratio) | train: plan, peak GB (ratio) | 180 candidates, s "
    "| 500 steps, s | device use |\n|---|---|---|---|---|---|---|"
)
SECONDS = 900


def row(preset: str, rest: list[str]) -> str:
    """The line of one preset, or why there is none."""
    command = [sys.executable, "-m", "benchmarks.real_size.measure", preset, *rest]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return f"| {preset} | did not run: {(run.stderr.strip().splitlines() or ['?'])[-1]} | | | | | |"
    except subprocess.TimeoutExpired:
        return f"| {preset} | took longer than {SECONDS} s | | | | | |"
    draw, train = found["draw"], found["train"]
    held = ", ".join(f"{name} {value}" for name, value in found["settings"].items()) or "nothing special"
    sizes = (f"{part['plan_gb']}, {part['peak_gb']} ({part['plan_over_peak']})" for part in (draw, train))
    use = " and ".join("?" if part["use"] is None else f"{part['use']:.0%}" for part in (draw, train))
    times = f"{180 * draw['seconds_each']:.0f} | {500 * train['seconds_each']:.0f}"
    return f"| {preset} | {held} | {' | '.join(sizes)} | {times} | {use} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presets", nargs="*")
    given, rest = parser.parse_known_args()
    print(HEAD, flush=True)
    for preset in given.presets or [one.name for one in load_presets() if one.name != "pocket"]:
        print(row(preset, rest), flush=True)


if __name__ == "__main__":
    main()
