"""Refreshes, tabs and restarts in a real Chromium while the studio works: when is the truth on the screen?

    python -m workshop.benchmarks.faults pages --refreshes 50 --tabs 10 --out pages.json

A page is right when all that it shows at one moment (state and progress of the job, rounds, pictures,
decisions) stood in the store together, after the refresh or the decision that is timed. Goals: within 2
seconds; the work goes on while the page's process is dead; a second start leads to the first.
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from gal_studio.state import Store
from tests.chromium import ARGUMENTS, CHROMIUM
from tests.tiny_project import make_models
from tests.ui.conftest import WITH_GRID, free_port
from workshop.benchmarks.faults.person import Person, begin
from workshop.benchmarks.faults.report import Load, machine, spread
from workshop.benchmarks.faults.running import ROOT, RunningStudio, environment, studio_command, wait_until
from workshop.benchmarks.faults.truth import SHOWN, Recorder
from workshop.benchmarks.faults.witness import progress_mark

GOAL = 2.0  # seconds


@dataclass
class Figures:
    """Seconds until a page showed the current state, for each kind of event, and all errors."""

    refreshes: list[float] = field(default_factory=list)
    tabs: list[float] = field(default_factory=list)
    decisions: list[float] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    second_starts: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.wrong and max([*self.refreshes, *self.tabs, *self.decisions, 0.0]) <= GOAL


def until_true(page: Page, recorder: Recorder, since: float, what: str, figures: Figures) -> float:
    """Seconds from `since` until the page shows a state that the store had since then."""
    while time.monotonic() - since < 20:
        seen = page.evaluate(SHOWN)
        if seen and any(truth.is_shown(seen) for truth in recorder.since(since)):
            return time.monotonic() - since
        page.wait_for_timeout(30)
    figures.wrong.append(f"{what}: shows {seen} instead of {recorder.since(since)[-1:]}")
    return 20.0


def measure(studio: RunningStudio, project: str, refreshes: int, tabs: int, restarts: int) -> Figures:
    figures = Figures()
    address = f"{studio.address}/?project={project}&step=rounds"
    with _browser() as context, Recorder(studio, project) as recorder:
        pages = [context.new_page() for _ in range(tabs)]
        for page in pages:
            page.goto(address)
            page.wait_for_selector("html[data-studio=ready]")
        for number in range(refreshes):
            page = pages[number % tabs]
            page.bring_to_front()
            started = time.monotonic()
            page.reload(wait_until="commit")
            page.wait_for_selector("html[data-studio=ready]")
            figures.refreshes.append(until_true(page, recorder, started, f"refresh {number}", figures))
        for number in range(2 * tabs):
            page, started = pages[number % tabs], time.monotonic()
            page.bring_to_front()
            figures.tabs.append(until_true(page, recorder, started, f"tab {number}", figures))
        print(table(figures), flush=True)
        _decide_beside(studio, project, pages, recorder, figures)
        for _ in range(restarts):
            figures.second_starts.append(_second_start(studio, figures))
            figures.restarts.append(_restart(studio, pages[0], recorder, figures))
    return figures


def _decide_beside(
    studio: RunningStudio, project: str, pages: list[Page], recorder: Recorder, figures: Figures
) -> None:
    """Seconds until each tab shows a decision that was made elsewhere."""
    person = Person(studio, project)
    wait_until(lambda: _drawn(person.look()) is not None, 900, pause=0.5)
    recorder.person_works.clear()
    wait_until(lambda: person.look()["parts"]["round"]["step"] != "wait", 900, pause=0.5)
    shown = _drawn(person.sees)
    for page in pages:
        page.goto(f"{studio.address}/?project={project}&round={shown}&step=rounds")
        page.wait_for_selector(".tile")
    for number, page in enumerate(pages):
        page.bring_to_front()
        candidate = page.evaluate(f"document.querySelectorAll('.tile')[{number}].dataset.id")
        verdict = "rejected" if number % 2 else "accepted"
        studio.write("decide", {"candidates": [candidate], "verdict": verdict})
        started = time.monotonic()
        figures.decisions.append(until_true(page, recorder, started, f"decision {number}", figures))
    recorder.person_works.set()


def _drawn(seen: dict[str, Any]) -> str | None:
    """The last round with pictures."""
    return next((round_["id"] for round_ in reversed(seen["parts"]["rounds"]) if round_["candidates"]), None)


def _second_start(studio: RunningStudio, figures: Figures) -> float:
    """Start the studio twice on one workspace; seconds until the second start prints the address."""
    started = time.monotonic()
    words = studio_command("--no-browser", "--workspace", studio.workspace, "--port", free_port())
    second = subprocess.run(words, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120)
    if second.returncode or studio.address not in second.stdout:
        figures.wrong.append(f"a second start: {second.returncode} {second.stdout} {second.stderr}")
    if not studio.answers() or len(studio.workers()) > 1:
        figures.wrong.append("a second start disturbed the first")
    return time.monotonic() - started


def _restart(studio: RunningStudio, page: Page, recorder: Recorder, figures: Figures) -> float:
    """Kill the server during a job; seconds from its restart until an open page is up to date."""
    page.bring_to_front()
    with Store(studio.workspace) as store:
        wait_until(
            lambda: "running" in {job.state for job in store.jobs.of_project(store.projects.all()[0].id)}
        )
    studio.kill()
    mark = progress_mark(studio.workspace)
    try:
        wait_until(lambda: progress_mark(studio.workspace) != mark, 60)
    except TimeoutError:
        figures.wrong.append("the job made no progress while the server was down")
    studio.start()
    return until_true(page, recorder, time.monotonic(), "restart", figures)


@contextmanager
def _browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        context.set_default_timeout(120_000)
        context.add_init_script(WITH_GRID)
        yield context
        browser.close()


def table(figures: Figures) -> str:
    """The results as text."""
    titles = {
        "refreshes": "refresh: seconds until the page is up to date",
        "tabs": "switching to another tab",
        "decisions": "a decision made elsewhere is shown",
        "restarts": "the server was restarted",
        "second_starts": "a second start prints the address",
    }
    lines = [
        spread(words, getattr(figures, name)) for name, words in titles.items() if getattr(figures, name)
    ]
    return "\n".join([*lines, f"wrong: {figures.wrong or 'nothing'}"])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="workshop.benchmarks.faults pages", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--refreshes", type=int, default=50)
    parser.add_argument("--tabs", type=int, default=10)
    parser.add_argument("--restarts", type=int, default=3)
    parser.add_argument("--tiny", action="store_true", help="models with random weights")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        load = Load(60, 5, 6, models=make_models(folder / "models") if options.tiny else None)
        project = begin(folder / "workspace", load.draft)
        studio = RunningStudio(folder / "workspace", free_port())
        studio.start()
        try:
            figures = measure(studio, project, options.refreshes, options.tabs, options.restarts)
        finally:
            studio.end()
    print(table(figures))
    if options.out:
        found = {**asdict(figures), "good": figures.good, "machine": machine()}
        options.out.write_text(json.dumps(found, indent=1))
    return 0 if figures.good else 1
