"""Time the whole demo: seconds of each phase, and peak memory.

    python -m workshop.benchmarks.speed.demo --kind style --rounds 2

Goals on two CPU cores: two rounds in 3 minutes, 180 candidates in 40 seconds, under 3 GB.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=("style", "object"), default="style")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--out", type=Path, default=None, help="keep the demo's files here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = args.out or Path(folder) / "demo"
        command = [sys.executable, "-m", "gal_studio.cli", "demo", "--out", str(out)]
        start = time.monotonic()
        subprocess.run([*command, "--kind", args.kind, "--rounds", str(args.rounds)], check=True)
        wall = time.monotonic() - start
        summary, timing = (json.loads((out / name).read_text()) for name in ("summary.json", "timing.json"))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
    for round_, times in zip(summary["rounds"], timing["rounds"], strict=True):
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in times["seconds"].items())
        print(f"round {round_['number']}: {parts}; {round_['unet_forwards']} U-Net forwards")
    print(f"{args.kind}, {args.rounds} rounds: {wall:.0f} s, peak memory {peak:.2f} GB, {timing['machine']}")


if __name__ == "__main__":
    main()
