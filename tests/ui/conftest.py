"""Fixtures of the screen: a studio without models, its application, and a browser when there is one.

`LATEST_ANSWER=0.5 pytest tests/ui -m browser` lets every answer wait for up to half a second, in another
order than it was asked for, and `SLOWDOWN=6` makes the page's own work six times slower: what holds only on
a quick machine fails then. Tests of races (answers that come late, presses that meet a change) are marked
`races` as well as `browser`; `-m "browser and not races"` leaves them out.
"""

import asyncio
import functools
import os
import random
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import uvicorn
from starlette.testclient import TestClient

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.access.gate import Access
from gal_studio.ui.access.origins import OWN_NAMES
from gal_studio.ui.access.rules import Rules
from tests.chromium import PATIENCE
from tests.ui.seeded import finished

LATEST_ANSWER = float(os.environ.get("LATEST_ANSWER", "0"))  # seconds
SLOWDOWN = float(os.environ.get("SLOWDOWN", "1"))


class Place(NamedTuple):
    """A studio with a finished round."""

    studio: Studio
    project: str
    round: str


@pytest.fixture(scope="session")
def finished_workspace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A round with 180 images: ten of each of 18 test prompts."""
    return _finished(tmp_path_factory.mktemp("finished") / "workspace", 10)


@pytest.fixture(scope="session")
def few_images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """One with 54, which the browser opens in three quarters of the work.

    For modules, or a folder's `conftest.py`, that have it as `finished_workspace`.
    """
    return _finished(tmp_path_factory.getbasetemp() / "few" / "workspace", 3)


@functools.cache
def _finished(workspace: Path, candidates: int) -> tuple[Path, str, str]:
    studio, project, round_id = finished(workspace, candidates)
    studio.store.close()
    return workspace, project, round_id


@pytest.fixture
def place(finished_workspace: tuple[Path, str, str], tmp_path: Path) -> Iterator[Place]:
    """A copy of a finished round that the test may change."""
    workspace, project, round_id = finished_workspace
    shutil.copytree(workspace, tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        yield Place(Studio(store), project, round_id)


@pytest.fixture(scope="session")
def shared_place(finished_workspace: tuple[Path, str, str]) -> Iterator[Place]:
    """A finished round that all tests share, for reading only."""
    workspace, project, round_id = finished_workspace
    with Store(workspace) as store:
        yield Place(Studio(store), project, round_id)


def built(studio: Studio, rules: Rules | None = None, root_path: str = "") -> Access:
    """The application, built inside of an event loop: outside of one, Gradio makes loops and leaves them.

    Without rules it answers to the name of Starlette's test client as well.
    """
    from gal_studio.ui.app import build_app

    async def build() -> Access:
        return build_app(studio, rules or Rules(names=OWN_NAMES | {"testserver"}), root_path)

    with ThreadPoolExecutor(1) as pool:  # Playwright keeps a loop in this thread
        return pool.submit(lambda: asyncio.run(build())).result()


@pytest.fixture(scope="session")
def client(shared_place: Place) -> TestClient:
    """Asks the application of the finished round that all tests share."""
    return TestClient(built(shared_place.studio))


def late(application: Any, rng: random.Random) -> Any:
    """The app with delayed answers."""

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(rng.uniform(0, LATEST_ANSWER))
        await application(scope, receive, send)

    return answer if LATEST_ANSWER else application


class Served(NamedTuple):
    """The app with its address."""

    place: Place
    address: str

    def url(self, step: str = "rounds") -> str:
        return f"{self.address}/?project={self.place.project}&step={step}"


def until(truth: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for what the page has asked the studio for: it tells of it before it is done."""
    end = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def free_port() -> int:
    """A free port below the range of ephemeral ports."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as trial, suppress(OSError):
            trial.bind(("127.0.0.1", port))
            return port


class Closing(uvicorn.Server):
    """A server that leaves no connection behind.

    One that arrives while it shuts down would stay open, since no process ends here: a browser that connected
    in advance would send its next request there and wait in vain.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await asyncio.sleep(0.05)  # what it has accepted becomes known, and is closed with the others
        await super().shutdown(sockets)


@contextmanager
def serving(
    place: Place, rules: Rules | None = None, port: socket.socket | None = None, root_path: str = ""
) -> Iterator[Served]:
    """The app in a thread of its own, at a new port or at one that stays open for the next app."""
    application = late(built(place.studio, rules, root_path), random.Random(1))
    server = Closing(uvicorn.Config(application, log_level="error", timeout_graceful_shutdown=5))
    # a port that was only looked for may be gone a moment later
    with port.dup() if port else socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, args=([door],), daemon=True)
        thread.start()
        try:
            until(lambda: server.started or not thread.is_alive())
            yield Served(place, f"http://127.0.0.1:{door.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join(60)


@pytest.fixture(scope="session")
def port() -> Iterator[socket.socket]:
    """One port for all apps: at the same address a browser has kept the page's files, a third of its work."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def served(place: Place, port: socket.socket) -> Iterator[Served]:
    with serving(place, port=port) as running:
        yield running


class Watched(NamedTuple):
    """A page that records errors and unwanted requests."""

    page: Any
    complaints: list[str]

    def open(self, address: str) -> Any:
        self.page.goto(address)
        self.page.wait_for_selector("html[data-studio=ready]")
        return self.page


@pytest.fixture(scope="session")
def window(chromium: Any) -> Iterator[Any]:
    """The browser's window: it keeps the page's files from test to test and nothing else."""
    kept = chromium.new_context(viewport={"width": 1440, "height": 900})
    kept.set_default_timeout(PATIENCE)
    yield kept
    kept.close()


def close_pages(window: Any) -> None:
    """Close all pages but the first, and what they would still write is not written."""
    for other in window.pages[1:]:
        other.close()


WITH_GRID = "self.origin !== 'null' && localStorage.setItem('gal-studio-all-images', '1')"
"""Done by a person who wants all images: rounds do not open with Review."""


WITH_FIGURES = "self.origin !== 'null' && localStorage.setItem('gal-studio-figures', 'shown')"
"""Done by a person who wants figures beside the plain words."""


def first_page(window: Any, address: str, with_grid: bool = True) -> Any:
    """A page that finds nothing of former tests: no stored data, no permission, no lost network.

    `with_grid`: its person has chosen All images before, so that rounds do not open with Review.

    The window's first page stays, with an icon of the studio: a process without pages ends, and the next one
    compiles all scripts again, a fifth of a short test.
    """
    close_pages(window)
    window.clear_cookies()
    window.clear_permissions()
    window.set_offline(False)
    kept = window.pages[0] if window.pages else window.new_page()
    if not kept.url.startswith(address):
        kept.goto(f"{address}/favicon.ico")
    page = window.new_page()
    kinds = "cookies,local_storage,indexeddb,websql,service_workers,cache_storage"
    ask = {"origin": address, "storageTypes": kinds}
    window.new_cdp_session(page).send("Storage.clearDataForOrigin", ask)
    if with_grid:
        kept.evaluate(WITH_GRID)
    return page


@pytest.fixture
def watched(window: Any, served: Served) -> Iterator[Watched]:
    page = first_page(window, served.address)
    if SLOWDOWN > 1:
        window.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    complaints: list[str] = []
    inside = (served.address, "data:", "blob:")
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda ask: None if ask.url.startswith(inside) else complaints.append(f"outside: {ask.url}"),
    )
    yield Watched(page, complaints)
    close_pages(window)
    assert complaints == []


@pytest.fixture
def figures(watched: Watched) -> None:
    """Done by a person who wants figures."""
    watched.page.add_init_script(WITH_FIGURES)


@pytest.fixture
def page(watched: Watched, served: Served) -> Any:
    """The Rounds screen of the finished round, with its images."""
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    return page
