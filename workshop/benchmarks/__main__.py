"""Measure again what the documents print, with the bundled model as it is.

    python -m workshop.benchmarks --out FOLDER                     # what FOLDER lacks
    python -m workshop.benchmarks --out FOLDER demo-style page     # only these
    python -m workshop.benchmarks --out FOLDER --list              # what is there, and when it was measured

Each measurement is a command, whose output FOLDER/NAME.txt keeps below the version of the model, commit,
machine and date. What FOLDER has of this version of the model is not measured again, so that the command can
be stopped. One that fails is named, and the next one runs. `by-eye` ends in pages of images for raters;
docs/lab/results.json gets its figures by hand, after somebody has looked at the images.
"""

import argparse
import datetime
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

from gal_studio.assets import bundled_version
from workshop.benchmarks.output import told

KINDS = ("style", "object")
REFERENCES = ("mosaic", "crayon", "knit", "mug", "robot")
MEASUREMENTS = {
    **{
        f"demo-{kind}": f"workshop.benchmarks.speed.demo --kind {kind} --rounds 3 --out FOLDER/{kind}"
        for kind in KINDS
    },
    **{
        f"first-suggestion-{kind}": f"workshop.benchmarks.speed.first_suggestion --kind {kind}"
        for kind in KINDS
    },
    "allocation": "workshop.benchmarks.speed.allocation",
    "instruction-sets": "workshop.benchmarks.speed.instruction_sets",
    "training-step": "workshop.benchmarks.speed.training_step",
    "statements": "workshop.benchmarks.speed.statements",
    "page": "workshop.benchmarks.speed.page",
    "culling": "workshop.benchmarks.speed.culling FOLDER/style/workspace",
    "steps": "workshop.benchmarks.quality.steps "
    "FOLDER/style/workspace FOLDER/object/workspace --out FOLDER/steps",
    "presets": "workshop.benchmarks.real_size",
    "references": "workshop.benchmarks.quality.references FOLDER/references",
    **{
        f"run-{name}": f"gal_studio.cli run FOLDER/references/{name}/project.toml --out FOLDER/runs/{name}"
        for name in REFERENCES
    },
    "by-eye": "workshop.benchmarks.quality.runs_by_eye sheets "
    + " ".join(f"FOLDER/runs/{name}" for name in REFERENCES)
    + " --out FOLDER/by-eye",
    "kills": "workshop.benchmarks.faults kills --kills 40 --tiny",
    "writes": "workshop.benchmarks.faults writes",
    "values": "workshop.benchmarks.faults values",
    "attack": "workshop.benchmarks.attack --seed 64",
}
"""Module and arguments by name, in the order in which they are run; some read what an earlier one left."""


def version_in(path: Path) -> str:
    """The version of the model that a kept output is of; empty if there is none."""
    if not path.exists():
        return ""
    head = json.loads(path.read_text(encoding="utf-8").partition("\n\n")[0])
    return str(head["model"])


def measure(name: str, folder: Path) -> bool:
    """Run a measurement and keep its output; whether it succeeded. Its error messages are shown, not kept."""
    words = [
        sys.executable,
        "-m",
        *(word.replace("FOLDER", str(folder)) for word in shlex.split(MEASUREMENTS[name])),
    ]
    began = time.monotonic()
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    made_by = told(None)["made_by"]
    head = {
        "model": bundled_version(),
        **made_by,
        "date": str(datetime.date.today()),
        "seconds": round(time.monotonic() - began),
    }
    path = folder / (f"{name}.txt" if done.returncode == 0 else f"{name}.failed.txt")
    path.write_text(f"{json.dumps(head)}\n\n{done.stdout}", encoding="utf-8")
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(MEASUREMENTS)}")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--list", action="store_true", help="only say what is there")
    args = parser.parse_args()
    if unknown := set(args.names) - set(MEASUREMENTS):
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}: {', '.join(MEASUREMENTS)}")
    folder = args.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in args.names or MEASUREMENTS:
        there = version_in(folder / f"{name}.txt") == bundled_version()
        if not there and not args.list:
            print(f"{name} …", flush=True)
            there = measure(name, folder)
            failed += [] if there else [name]
        print(f"{name}: {'measured' if there else 'not measured'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
