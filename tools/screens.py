"""Take pictures of every screen: `python -m tools.screens WORKSPACE FOLDER`.

The workspace holds a finished demo, such as `gal-studio demo --workspace WORKSPACE --out FOLDER` makes. Every
screen is taken in light and dark, from a phone to a large monitor; of the rounds it is the first one, and of
the second one what the choice changed, also as a moving picture, `changed.gif`. `docs/screens` has those that
a document shows.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from gal_studio.state import Store
from workshop.benchmarks.speed.first_suggestion import ARGUMENTS, CHROMIUM, wait_for

SIZES = {"phone": (390, 844), "1024": (1024, 768), "1440": (1440, 900), "2560": (2560, 1440)}
STEPS = {
    "reference": ".open-project:not([hidden]) img",
    "rounds": ".rounds .tile",
    "results": ".results-table",
    "changed": ".rounds .change img",
}
"""Each screen, and what is there once its project is loaded."""
PORT = 7873


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """The address of the page on this workspace."""
    command = [sys.executable, "-m", "gal_studio.cli", "--workspace", str(workspace), "--port", str(PORT)]
    process = subprocess.Popen([*command, "--no-browser"], stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{PORT}"
    try:
        wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def take(page: Page, address: str, rounds: Sequence[str], folder: Path) -> None:
    """Take every screen at every size in both themes; what a choice changed is of the second round."""
    places = {"rounds": f"step=rounds&round={rounds[0]}", "changed": f"step=rounds&round={rounds[-1]}"}
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            for step, loaded in STEPS.items():
                page.goto(f"{address}&{places.get(step, f'step={step}')}")
                page.locator(loaded).first.wait_for(state="attached")
                page.wait_for_timeout(2500)  # pictures are loaded, the map stands still
                path = folder / f"{step}-{size}-{theme}.jpg"
                page.screenshot(path=path, type="jpeg", quality=82, animations="disabled")


def move(page: Page, address: str, round_id: str, path: Path) -> None:
    """What a choice changed, one prompt after the other, as a GIF that never ends."""
    page.set_viewport_size({"width": 860, "height": 720})
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}&step=rounds&round={round_id}")
    page.locator(STEPS["changed"]).first.wait_for()
    turns = page.query_selector(".changes-foot output")
    count = int(turns.inner_text().split()[-1]) if turns else 1
    frames = []
    for _ in range(count):
        page.wait_for_timeout(1500)
        panel, prompt = (page.locator(one).bounding_box() for one in ("section.changes", ".changes-prompt"))
        assert panel and prompt
        clip = {**panel, "height": prompt["y"] + 2 * prompt["height"] - panel["y"]}
        shot = Image.open(BytesIO(page.screenshot(animations="disabled", clip=clip)))
        frames.append(shot.convert("RGB").quantize(128))
        if count > 1:
            page.click(".changes-foot [aria-label='Next prompt']")
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=2500, loop=0, optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with Store(args.workspace) as store:
        project = store.projects.all()[0]
        rounds = store.rounds.of_project(project.id)
    with served(args.workspace) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.add_init_script("localStorage.setItem('gal-studio-all-images', '1')")
        take(page, f"{address}/?project={project.id}", [one.id for one in rounds[:2]], args.folder)
        move(page, f"{address}/?project={project.id}", rounds[1].id, args.folder / "changed.gif")
        browser.close()


if __name__ == "__main__":
    main()
