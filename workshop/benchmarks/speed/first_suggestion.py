"""Time the start of the studio in Chromium, and the way from "Try the demo" to the first suggestion.

    python -m workshop.benchmarks.speed.first_suggestion --kind style --screens FOLDER

Goals on two CPU cores: page in 5 s, first paint 1 s after the request, suggestion in 120 s. `--screens` takes
screenshots on the way, light and dark, and continues with a second round after an override.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"]
LONG = 600_000


def wait_for(address: str) -> float:
    """Seconds until the page answers."""
    start = time.monotonic()
    while time.monotonic() - start < 60:
        try:
            urllib.request.urlopen(address, timeout=1).read()
            return time.monotonic() - start
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the page did not open within a minute")


def picture(page, folder: Path | None, name: str) -> None:
    if folder is not None:
        page.mouse.move(700, 845)
        page.wait_for_timeout(600)
        page.screenshot(path=folder / f"{name}.png")


def until_suggested(page) -> None:
    page.wait_for_selector(".suggestion-row >> nth=2", timeout=LONG)
    page.wait_for_selector("[data-action=accept][data-next]", timeout=LONG)


def follow(page, folder: Path | None) -> None:
    """The rest of a round: override, accept, start the next one, look at the results."""
    page.locator(".tile:not([data-copy])").nth(4).click()
    page.click("[data-action=accept]")
    picture(page, folder, "accepted")
    page.click("[data-action=next_round]")
    until_suggested(page)
    picture(page, folder, "rounds-second")
    page.get_by_text("3 Results").click()
    picture(page, folder, "results")


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", choices=("style", "object"), default="style")
    parser.add_argument("--port", type=int, default=7871)
    parser.add_argument("--screens", type=Path, default=None)
    args = parser.parse_args()
    if args.screens is not None:
        args.screens.mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{args.port}"
    with tempfile.TemporaryDirectory() as workspace, sync_playwright() as playwright:
        command = [sys.executable, "-m", "gal_studio.cli", "--workspace", workspace, "--port", str(args.port)]
        served = subprocess.Popen([*command, "--no-browser"])
        try:
            print(f"the page answers after {wait_for(address):.2f} s")
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script("localStorage.setItem('gal-studio-all-images', '1')")
            page.goto(address)
            button = page.locator(".demo-button").nth(0 if args.kind == "style" else 1)
            button.wait_for()
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            print(f"first paint {paint:.0f} ms after the request")
            picture(page, args.screens, "reference")
            start = time.monotonic()
            button.click()
            page.wait_for_selector(".tile", timeout=LONG)
            print(f"first pictures after {time.monotonic() - start:.1f} s")
            picture(page, args.screens, "rounds-drawing")
            until_suggested(page)
            print(f"suggestion after {time.monotonic() - start:.1f} s")
            picture(page, args.screens, "rounds-light")
            page.emulate_media(color_scheme="dark")
            picture(page, args.screens, "rounds-dark")
            page.emulate_media(color_scheme="light")
            if args.screens is not None:
                follow(page, args.screens)
            browser.close()
        finally:
            served.terminate()
            served.wait(10)
            subprocess.run(["pkill", "-f", f"gal_studio.worker --workspace {workspace}"], check=False)


if __name__ == "__main__":
    main()
