"""Decide on every picture of a round by keys alone, and count the key presses and seconds.

    python -m workshop.benchmarks.speed.culling WORKSPACE [--round NAME]
        [--checkout FOLDER | --against FOLDER] [--pace SECONDS] [--times N] [--json FILE]

WORKSPACE is what `gal-studio demo` leaves (`--out`/workspace); it is copied, and all decisions of the copy
are undone. Each picture that looks like the reference is rejected and every other one accepted. A key is
pressed as soon as the page has painted the one before; the time ends when all verdicts are stored.
With `--pace`, at least so long after the one before: 0.2 s is a practised hand, by the keystroke-level model.
`--checkout` runs the page of another version of the program; `--against` runs that version and this one in
turn, `--times` times each, so that both meet the same load of the machine, and prints the ratio. The
workspace must have been made by the older of the two.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FOCUSED = "document.querySelector(\".tile:has(.tile-face[tabindex='0'])\")?.dataset.id ?? null"
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def cull(page: Any, verdicts: dict[str, str], pace: float) -> int:
    """Give each picture its verdict by keys, `pace` seconds or more apart; returns how many were pressed."""
    presses, last = 0, 0.0

    def press(key: str, moves: bool) -> None:
        """Press a key and wait until the page has painted it; where it moves, until the focus has moved."""
        nonlocal presses, last
        before = page.evaluate(FOCUSED)
        time.sleep(max(0.0, last + pace - time.perf_counter()))
        last = time.perf_counter()
        page.keyboard.press(key)
        page.evaluate(PAINTED)
        if moves:
            page.wait_for_function(f"(before) => ({FOCUSED}) !== before", arg=before, polling="raf")
        presses += 1

    page.locator(".tile-face").first.focus()  # a suggestion has it, and that need not be the first picture
    left = dict(verdicts)
    while left:
        verdict = left.pop(page.evaluate(FOCUSED))
        press("a" if verdict == "accepted" else "r", moves=bool(left))  # it goes on to the next picture
    return presses


def undo_all(studio: Any, round_id: str) -> None:
    """Take back every decision of a round."""
    while studio.undo(round_id):
        pass


def run(workspace: Path, name: str, pace: float) -> dict[str, Any]:
    """Cull one round of a workspace."""
    from playwright.sync_api import sync_playwright

    from gal_studio.state import Store
    from gal_studio.studio import Studio
    from tests.chromium import ARGUMENTS, CHROMIUM
    from tests.ui.conftest import WITH_GRID, Place, serving

    with Store(workspace) as store:
        studio = Studio(store)
        project = store.projects.all()[0].id
        round_id = next(one.id for one in studio.rounds(project) if one.name == name)
        undo_all(studio, round_id)
        wanted = {
            one.id: "rejected" if one.overfit else "accepted" for one in store.candidates.of_round(round_id)
        }
        with serving(Place(studio, project, round_id)) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.set_default_timeout(180_000)
            page.add_init_script(WITH_GRID)
            page.goto(f"{served.url()}&round={round_id}")
            page.wait_for_selector("html[data-studio=ready]")
            page.wait_for_selector(".map .plot .point")
            page.wait_for_timeout(1000)
            start = time.perf_counter()
            presses = cull(page, wanted, pace)
            pressed = time.perf_counter() - start
            while store.decisions.of_round(round_id).verdicts != wanted:
                if time.perf_counter() - start > pressed + 60:
                    raise SystemExit("the verdicts of the page and of the store differ")
                time.sleep(0.01)
            stored = time.perf_counter() - start
            browser.close()
    return {
        "pictures": len(wanted),
        "presses": presses,
        "pace": pace,
        "seconds": round(stored, 2),
        "ms_per_press": round(1000 * pressed / presses, 1),
        "load": os.getloadavg()[0],
    }


def compare(options: argparse.Namespace) -> dict[str, Any]:
    """Run the other version and this one in turn; the ratio of the medians of their seconds."""
    runs: dict[str, list[dict[str, Any]]] = {"former": [], "today": []}
    for _ in range(options.times):
        for name, checkout in (("former", options.against), ("today", options.checkout)):
            command = [sys.executable, __file__, options.workspace, "--round", options.round]
            command += ["--checkout", checkout, "--pace", options.pace]
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{name}: {done.stderr}")
            runs[name].append(json.loads(done.stdout.splitlines()[-1]))
            print(name, runs[name][-1], flush=True)
    middle = {name: statistics.median(one["seconds"] for one in found) for name, found in runs.items()}
    presses = {name: found[0]["presses"] for name, found in runs.items()}
    return {
        "presses": presses,
        "seconds": middle,
        "ratio_of_presses": round(presses["former"] / presses["today"], 2),
        "ratio_of_seconds": round(middle["former"] / middle["today"], 2),
        "runs": runs,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--round", default="Round 1")
    parser.add_argument("--checkout", type=Path, default=Path(__file__).resolve().parents[3])
    parser.add_argument("--against", type=Path)
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.against:
        result = compare(options)
    else:
        sys.path.insert(0, str(options.checkout))
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(options.workspace, Path(folder) / "workspace")
            result = run(copy, options.round, options.pace)
    print(json.dumps(result))
    if options.json:
        from workshop.benchmarks.output import write  # of the checkout that is measured

        write(options.json, result)


if __name__ == "__main__":
    main()
