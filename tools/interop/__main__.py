"""Print what a program takes of every family in every format: see the package."""

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from gal_studio.core.models.forms.registry import find_form
from tools.interop.files import FAMILIES, Changes, Exported, exported

PROGRAMS = ("comfyui", "forge", "invokeai", "lycoris", "mflux", "musubi", "sd_scripts", "sdnext")
CLOSE = 1e-4
"""Of the largest value of a layer: programs compute in other orders."""


def compare(made: Exported, found: Changes) -> tuple[int, int, float]:
    """How many layers were taken, of how many, and the largest difference relative to their largest value.

    A layer counts if what the program adds to it, under diffusers' name or the original one, is the change.
    """
    wanted = max((made.original, made.changes), key=lambda one: len(one.keys() & found.keys()))
    worst, taken = 0.0, 0
    for name, change in wanted.items():
        if name not in found:
            continue
        difference = float(
            (found[name].float().reshape(change.shape) - change).abs().max() / change.abs().max()
        )
        worst = max(worst, difference)
        taken += difference < CLOSE
    return taken, len(wanted), worst


def main() -> None:
    """Run one program's loader on every file."""
    parser = argparse.ArgumentParser(prog="python -m tools.interop", description=__doc__)
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("checkout", type=Path, help="the folder with the program's code")
    parser.add_argument("--family", choices=FAMILIES, action="append", help="only this one")
    parser.add_argument("--target", choices=("attention", "all"), default="all")
    parser.add_argument("--method", choices=("lora", "lokr"), default="lora")
    given = parser.parse_args()
    sys.path.insert(0, str(given.checkout.absolute()))
    sys.argv = sys.argv[:1]  # some programs read the command line themselves
    read: Callable[[Exported], Changes] = importlib.import_module(f"tools.interop.{given.program}").read
    print(
        "| family | format | offered for | layers taken | largest difference | |\n|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        for made in exported(Path(folder), given.family or list(FAMILIES), given.target, given.method):
            try:
                taken, of, worst = compare(made, read(made))
                note = ""
            except Exception as error:  # whatever the program raises is its answer
                taken, of, worst = 0, len(made.original), 0.0
                note = f"{type(error).__name__}: {error}".splitlines()[0][:90]
            offered = find_form(made.form).programs_for(made.family) or "none"
            print(
                f"| {made.family} | {made.form} | {offered} | {taken} of {of} | {worst:.1e} | {note} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
