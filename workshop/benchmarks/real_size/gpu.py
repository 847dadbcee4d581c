"""Ten minutes on a GPU: each family at real size trains, draws a ladder, scores, refines and exports.

    python -m workshop.benchmarks.real_size.gpu --minutes 9  # the same again goes on where it stopped
    python -m workshop.benchmarks.real_size.gpu --minutes 3 --presets sdxl,krea-2+swapping

Weights are random and of real size, in each preset's precision; nothing is downloaded. Each preset runs in a
process of its own. A row is printed and kept in `--out` as soon as it is measured: whatever stops the
program, the rows so far are there, and a preset that fails leaves its reason and lets the next one run.
Presets whose rows are all in the file, from the same device, are not measured again. `+swapping` lets blocks
wait in main memory.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from gal_studio.provenance import made_by
from workshop.benchmarks.real_size.gpu_steps import PARTS

SWAPPING = "+swapping"
PRESETS = (
    *("sd15", "sdxl", "flux2-klein", "z-image", "krea-2", "qwen-image-2.1", "anima", "sd21"),
    *(f"{name}{SWAPPING}" for name in ("flux2-klein", "z-image", "krea-2", "qwen-image-2.1")),
)
HEAD = "| preset | part | seconds | plan, GB | peak, GB | finite | |\n|---|---|---|---|---|---|---|"
LEAST = 5.0  # seconds, with fewer of which no preset is begun


class Table:
    """A Markdown table that is printed and appended to a file, row by row; one of this device goes on.

    `whole` are the presets of which it has all rows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.whole: set[str] = set()
        path.parent.mkdir(parents=True, exist_ok=True)
        known = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        if known and _device_of(known[0]) == device_name():
            rows = Counter(tuple(line.strip("| ").split(" | ")[:2]) for line in known)
            presets = {name for name, *_ in rows}
            self.whole = {name for name in presets if all(rows[name, part] for part in PARTS)}
            print("\n".join(known), flush=True)
            return
        path.write_text("", encoding="utf-8")
        self.add(f"<!-- {json.dumps(made_by() | {'device': device_name()})} -->\n\n{HEAD}")

    def add(self, line: str) -> None:
        """Print a line, and write it to the file at once."""
        print(line, flush=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def row(self, preset: str, row: dict[str, Any]) -> None:
        """A part that was measured."""
        plan = "" if row["plan"] is None else row["plan"]
        finite = "yes" if row["finite"] else "**no**"
        cells = preset, row["part"], row["seconds"], plan, row["peak"], finite, row["note"]
        self.add(f"| {' | '.join(map(str, cells))} |")

    def stopped(self, preset: str, why: str) -> None:
        """A preset that did not come to its end."""
        self.add(f"| {preset} | *stopped* | | | | | {why.replace('|', '/')} |")


def _device_of(line: str) -> str:
    """The device that the first line of a table names; "" if it names none."""
    try:
        return str(json.loads(line.removeprefix("<!-- ").removesuffix(" -->"))["device"])
    except (ValueError, KeyError, TypeError):
        return ""


def device_name() -> str:
    """The GPU, or the processor's kind without one."""
    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def rows_of(
    preset: str, options: Sequence[str], changes: Mapping[str, Any], seconds: float
) -> Iterator[dict[str, Any] | str]:
    """Each part as it is measured; at last a sentence, if not all of them came."""
    name, swaps, _ = preset.partition(SWAPPING)
    held = {**changes, "machine": {**changes.get("machine", {}), "swapping": True}} if swaps else changes
    command = [sys.executable, "-m", "workshop.benchmarks.real_size.gpu_steps", name, *options]
    command += ["--set", json.dumps(held)]
    out, count = threading.Event(), 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(process.stderr or ()), daemon=True)
        reader.start()
        timer = threading.Timer(seconds, lambda: (out.set(), process.kill()))
        timer.start()
        try:
            for line in process.stdout:
                if line.startswith("{"):
                    count += 1
                    yield json.loads(line)
        finally:
            timer.cancel()
            process.kill()
        process.wait()
        reader.join()
    if count < len(PARTS):
        last = next((line.strip() for line in reversed(said) if line.strip()), f"code {process.returncode}")
        yield "the time is over" if out.is_set() else last


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=9.0, help="Stop after so many minutes.")
    parser.add_argument("--presets", default=",".join(PRESETS), help="Names, separated by commas.")
    parser.add_argument("--out", type=Path, default=Path("gpu.md"), help="The file with the table.")
    parser.add_argument(
        "--folder", action="append", default=[], metavar="PRESET=FOLDER", help="A real model."
    )
    parser.add_argument("--set", type=json.loads, default={}, metavar="JSON", help="Settings of all presets.")
    given, options = parser.parse_known_args(arguments)
    folders = dict(one.split("=", 1) for one in given.folder)
    ends, table = time.monotonic() + 60 * given.minutes, Table(given.out)
    for preset in given.presets.split(","):
        if preset in table.whole:
            continue
        left = ends - time.monotonic()
        if left < LEAST:
            table.stopped(preset, "not begun: the time is over")
            continue
        own = ["--folder", folders[preset]] if preset in folders else []
        for found in rows_of(preset, [*options, *own], given.set, left):
            if isinstance(found, str):
                table.stopped(preset, found)
            else:
                table.row(preset, found)


if __name__ == "__main__":
    main()
