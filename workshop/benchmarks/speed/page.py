"""Time the page: first paint, ready, and each thing that is done with map and grid.

    python -m workshop.benchmarks.speed.page [--candidates 10 56] [--prompts 18 18] [--repeat 7] [--json FILE]

10 candidates for each of 18 test prompts are 180 pictures, 56 are 1,008; 100 for 50 are 5,000. The rounds are
made without a model.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.chromium import ARGUMENTS, CHROMIUM
from tests.ui.conftest import WITH_GRID, built
from workshop.benchmarks.output import write
from workshop.benchmarks.speed.synthetic import make

# Each function acts on the page and returns the milliseconds until the next frame is painted.
PROBES = """
window.probe = {
  painted: (start) => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now() - start);
    channel.port2.postMessage(0);
  })),
  point: (type, x, y) => document.querySelector('.view.map').dispatchEvent(new PointerEvent(type,
    { clientX: x, clientY: y, button: 0, pointerId: 1, bubbles: true })),
  async lasso(share) {
    const map = document.querySelector('.view.map');
    map.setPointerCapture = () => {};
    const box = map.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const r = share * Math.min(box.width, box.height);
    const at = (k) => [x + r * Math.cos(k / 24 * 2 * Math.PI), y + r * Math.sin(k / 24 * 2 * Math.PI)];
    this.point('pointerdown', ...at(0));
    for (let k = 1; k < 24; k += 1) this.point('pointermove', ...at(k));
    const start = performance.now();
    this.point('pointerup', ...at(0));
    return [await this.painted(start), document.querySelector('.shown').textContent];
  },
  async hover(n) {
    const tile = document.querySelectorAll('.tile')[n];
    const start = performance.now();
    tile.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
    return this.painted(start);
  },
  async wheel(pixels) {
    const map = document.querySelector('.view.map');
    const box = map.getBoundingClientRect();
    const start = performance.now();
    map.dispatchEvent(new WheelEvent('wheel', { deltaY: pixels, bubbles: true, cancelable: true,
      clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 }));
    return this.painted(start);
  },
  async press(selector) {
    const start = performance.now();
    document.querySelector(selector).click();
    return this.painted(start);
  },
  async colour(name) {
    const choice = document.querySelector('.legend select');
    choice.value = name;
    const start = performance.now();
    choice.dispatchEvent(new Event('change'));
    return this.painted(start);
  },
  async scroll(share) {
    const grid = document.querySelector('.grid');
    const start = performance.now();
    grid.scrollTop = share * grid.scrollHeight;
    return this.painted(start);
  },
  async decide(n) {
    const start = performance.now();
    document.querySelectorAll('.tile')[n].firstChild.click();
    return this.painted(start);
  },
};
"""


def serve(workspace: Path, candidates: int, prompts: int, port: int) -> tuple[uvicorn.Server, str]:
    """Serve the page of a finished round."""
    studio, project, _ = make(workspace, candidates * prompts, prompts)
    server = uvicorn.Server(uvicorn.Config(built(studio), port=port, log_level="error"))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    return server, f"http://127.0.0.1:{port}/?project={project}&step=rounds"


def load(page: Page, address: str) -> dict[str, float]:
    """Open the page; seconds until the first paint, the grid and the map."""
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector("html[data-studio=ready]")
    ready = time.perf_counter() - start
    page.wait_for_selector(".map .star", state="attached")
    return {
        "first_paint": page.evaluate("performance.getEntriesByType('paint')[0].startTime / 1000"),
        "ready": ready,
        "map": time.perf_counter() - start,
    }


def measure(browser: Any, address: str, repeat: int) -> dict[str, Any]:
    """All measurements of one page."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(180_000)
    page.add_init_script(WITH_GRID)
    cold, warm = load(page, address), load(page, address)
    page.evaluate(PROBES)
    page.wait_for_timeout(1000)
    lassos = []
    for k in range(repeat):
        lassos.append(page.evaluate(f"probe.lasso({0.3 + 0.03 * (k % 5)})"))
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    return {
        "pictures": int(page.inner_text(".shown").split()[2]),
        "cold": cold,
        "warm": warm,
        "lasso_ms": [round(ms, 1) for ms, _ in lassos],
        "lasso_shown": [shown for _, shown in lassos],
        "hover_ms": [round(page.evaluate(f"probe.hover({3 * k})"), 1) for k in range(repeat)],
        "decide_ms": [round(page.evaluate(f"probe.decide({3 * k})"), 1) for k in range(repeat)],
        **{f"{name}_ms": times(page, calls, repeat) for name, calls in DEEDS.items()},
    }


DEEDS = {
    "zoom": ("wheel(-120)", "wheel(120)"),
    "whole": ("press('[data-act=in]')", "press('[data-act=whole]')"),
    "projection": ("press('[data-choice=own]')", "press('[data-choice=alike]')"),
    "colour": ("colour('margin')", "colour('anchor')"),
    "scroll": ("scroll(0.7)", "scroll(0.1)"),
}
"""What is done in turns, by what it is called in the results."""


def times(page: Page, calls: tuple[str, ...], repeat: int) -> list[float]:
    """Milliseconds of each call; the page comes to rest between them."""
    found = []
    for k in range(repeat):
        found.append(round(page.evaluate(f"probe.{calls[k % len(calls)]}"), 1))
        page.wait_for_timeout(400)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--candidates", type=int, nargs="+", default=[10, 56])
    parser.add_argument("--prompts", type=int, nargs="+", default=[18, 18])
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--port", type=int, default=7899)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        for number, counts in enumerate(zip(options.candidates, options.prompts, strict=True)):
            server, address = serve(Path(folder) / str(number), *counts, options.port + number)
            results.append({**measure(browser, address, options.repeat), "load": os.getloadavg()[0]})
            server.should_exit = True
            report(results[-1])
        browser.close()
    if options.json:
        write(options.json, results)


def report(result: dict[str, Any]) -> None:
    """Print the results as text."""
    print(f"{result['pictures']} pictures, machine load {result['load']:.1f}")
    for name in ("cold", "warm"):
        print(f"  {name}: " + ", ".join(f"{key} {value:.2f} s" for key, value in result[name].items()))
    for name in (name for name in result if name.endswith("_ms")):
        values = result[name]
        print(f"  {name}: median {statistics.median(values)}, most {max(values)}")


if __name__ == "__main__":
    main()
