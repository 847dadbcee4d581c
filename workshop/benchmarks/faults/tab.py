"""Keep one tab of a real Chromium in use for a long time: does its heap, its elements or its listeners grow?

    python -m workshop.benchmarks.faults tab --minutes 60 --out tab.json
    python -m workshop.benchmarks.faults tab --address http://127.0.0.1:7860/ --project ID --minutes 60

Somebody switches rounds and views, opens an image and closes it, once a second. Every minute Chromium, after
it has collected garbage, says how many bytes its heap has, and how many elements and listeners there are.
Without an address, a page of a measured round is served; with one, that of a project that has rounds.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import sync_playwright

from tests.chromium import ARGUMENTS, HEADLESS
from tests.ui.conftest import WITH_FIGURES, WITH_GRID, free_port
from tests.ui.seeded import draw, finished, measure, train
from workshop.benchmarks.faults.report import machine
from workshop.benchmarks.faults.running import RunningStudio

VIEWS = ("map", "anchors", "curves", "choices")
MEGABYTE = 2**20
ALLOWED, SLACK = 0.1, {"heap": 2 * MEGABYTE, "nodes": 500, "listeners": 100, "documents": 1}


@dataclass(frozen=True)
class Held:
    """What the tab holds after its garbage was collected, seconds since the start; the heap in bytes."""

    time: float
    acts: int
    heap: int
    nodes: int
    listeners: int
    documents: int

    @property
    def line(self) -> str:
        """The figures in one line."""
        return (
            f"{self.time / 60:6.1f} min  {self.acts:5d} acts  heap {self.heap / MEGABYTE:6.1f} MB  "
            f"{self.nodes:6d} nodes  {self.listeners:6d} listeners  {self.documents:3d} documents"
        )


def use(page: Any, address: str, seconds: float, every: float = 60.0, pause: float = 1.0) -> list[Held]:
    """Use the tab for some time; what it held at the beginning, and every so many seconds."""
    page.goto(address)
    page.locator(".tile").first.wait_for()
    session, random, began, held = page.context.new_cdp_session(page), Random(1), time.monotonic(), []
    for acts in count():
        now = time.monotonic() - began
        if now >= every * len(held):
            held.append(look(session, now, acts))
            print(held[-1].line, flush=True)
        if now >= seconds:
            return held
        act(page, random, acts)
        page.wait_for_timeout(1000 * pause)
    raise AssertionError


def act(page: Any, random: Random, turn: int) -> None:
    """Another round, another view, or an image opened and closed, in turn.

    By locators alone: what `wait_for_selector` returns would keep its element, and so all that it is part of.
    """
    if turn % 3 == 0:
        rounds = page.locator(".chip-round")
        rounds.nth(random.randrange(1, rounds.count())).click()  # the first is the reference
        page.locator(".tile").first.wait_for()
    elif turn % 3 == 1:
        view = random.choice(VIEWS)
        page.click(f"[data-view={view}]")
        page.locator(f".view.{view}").first.wait_for()
    else:
        page.locator(".tile-face").nth(random.randrange(3)).focus()
        page.keyboard.press(" ")
        page.locator("dialog.lightbox[open]").first.wait_for()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        page.locator("dialog.lightbox").wait_for(state="hidden")


def look(session: Any, now: float, acts: int) -> Held:
    """Collect the garbage, and count what is left."""
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    counted = session.send("Memory.getDOMCounters")
    return Held(
        now, acts, int(metrics["JSHeapUsedSize"]), counted["nodes"], counted["jsEventListeners"],
        counted["documents"],
    )  # fmt: skip


def grown(held: list[Held]) -> list[str]:
    """What the last quarter holds at least more than the first one did, a fifth of the time left out."""
    kept = [one for one in held if one.time >= held[-1].time / 5]
    quarter = max(1, len(kept) // 4)
    found = []
    for name, slack in SLACK.items():
        first, last = (min(getattr(one, name) for one in part) for part in (kept[:quarter], kept[-quarter:]))
        if last > first * (1 + ALLOWED) + slack:
            found.append(f"{name} grew from {first} to {last}")
    return found


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a project of three rounds, which no worker disturbs."""
    studio, project, round_id = finished(folder / "workspace")
    for _ in range(2):
        studio.accept_suggestion(round_id)
        round_id = studio.next_round(round_id).id
        train(studio, round_id)
        draw(studio, round_id)
    measure(studio, round_id)
    studio.store.close()
    running = RunningStudio(folder / "workspace", free_port())
    running.start()
    try:
        yield place(running.address, project)
    finally:
        running.end()


def place(address: str, project: str) -> str:
    """The address of a project's rounds."""
    return f"{address.rstrip('/')}/?project={project}&step=rounds"


def measure_tab(address: str, seconds: float, every: float = 60.0, pause: float = 1.0) -> list[Held]:
    """Use a tab of a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(HEADLESS), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(120_000)
        page.add_init_script(f"{WITH_GRID}; {WITH_FIGURES}")
        held = use(page, address, seconds, every, pause)
        browser.close()
    return held


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="workshop.benchmarks.faults tab", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--address", help="of a studio that runs")
    parser.add_argument("--project", help="its project")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args(arguments)
    if options.address:
        held = measure_tab(place(options.address, options.project), options.minutes * 60)
    else:
        with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address:
            held = measure_tab(address, options.minutes * 60)
    wrong = grown(held)
    print("\n".join(wrong) or "nothing grew")
    if options.out:
        figures = {"held": [asdict(one) for one in held], "grown": wrong, "machine": machine()}
        options.out.write_text(json.dumps(figures))
    return int(bool(wrong))
