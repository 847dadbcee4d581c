"""The studio in a window of its own: it opens in a browser without bars, and ends with the window."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from gal_studio.core.errors import StudioError
from gal_studio.ui import running_page, window
from gal_studio.ui.page.static import ui_address
from gal_studio.ui.running_page import Show
from tests.chromium import CHROMIUM
from tests.ui.conftest import free_port, until

ROOT = Path(__file__).parents[2]


def browser(folder: Path, script: str) -> Path:
    """A program that stands for a browser."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_browser_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(window.BROWSER_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert window.window_command("http://here", tmp_path) is None
    browser(tmp_path, "").rename(tmp_path / "microsoft-edge")
    command = window.window_command("http://here", tmp_path) or []
    assert command[:2] == [str(tmp_path / "microsoft-edge"), "--app=http://here"]
    other = window.window_command("http://here", tmp_path / "other") or []
    assert command[2] != other[2], "each workspace has a profile, so that its window is a process of its own"
    monkeypatch.setenv(window.BROWSER_VARIABLE, "nothing-like-it")
    with pytest.raises(StudioError, match="names 'nothing-like-it'"):
        window.find_browser()


def test_it_ends_with_its_window_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(running_page.webbrowser, "open", opened.append)
    monkeypatch.setattr(window, "HANDED_OVER", 0.5)
    show = Show("http://here", tmp_path, open_browser=True, desktop=True)
    monkeypatch.setenv(window.BROWSER_VARIABLE, str(browser(tmp_path, "sleep 1")))
    assert show.until_closed()
    monkeypatch.setenv(window.BROWSER_VARIABLE, str(browser(tmp_path, "exit 0")))
    assert not show.until_closed(), "it was handed over to a browser that runs already"
    assert opened == []
    monkeypatch.setenv(window.BROWSER_VARIABLE, str(browser(tmp_path, "exit 1")))
    assert not show.until_closed()
    assert "could not be opened" in capsys.readouterr().out and opened.pop() == "http://here"
    monkeypatch.setattr(running_page, "open_window", lambda *given: None)
    assert not show.until_closed()
    assert "no Chromium" in capsys.readouterr().out and opened == ["http://here"]


def test_leaving_closes_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(window.BROWSER_VARIABLE, str(browser(tmp_path, "exec sleep 600")))
    with Show("http://here", tmp_path, open_browser=True, desktop=True) as show:
        thread = threading.Thread(target=show.until_closed)
        thread.start()
        until(lambda: show._window is not None)
    thread.join(120)
    assert not thread.is_alive(), "it waits for a window that is closed"


def test_the_page_can_be_installed(client: TestClient) -> None:
    page = client.get("/").text
    assert page.count('rel="manifest"') == 1 and 'href="manifest.webmanifest"' in page
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    assert manifest["display"] == "standalone" and manifest["start_url"] == "./"
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).headers["content-type"] == icon["type"]
    assert manifest["icons"][0]["src"] == ui_address("icons/studio-192.png")


@pytest.mark.browser
def test_the_window_of_a_real_browser(tmp_path: Path) -> None:
    api: Any = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    port, control = free_port(), free_port()
    script = f'exec {CHROMIUM} --headless=new --no-sandbox --remote-debugging-port={control} "$@"'
    environment = {
        **os.environ,
        window.BROWSER_VARIABLE: str(browser(tmp_path, script)),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    command = [
        sys.executable,
        "launch.py",
        "--desktop",
        "--port",
        str(port),
        "--workspace",
        str(tmp_path / "w"),
    ]
    studio = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        with ThreadPoolExecutor(1) as apart:  # another test's browser may hold this thread's event loop
            apart.submit(look_and_close, api, tmp_path, port, control).result()
        assert studio.wait(60) == 0, "the studio ends with its window"
    finally:
        studio.kill()
        studio.wait()


def look_and_close(api: Any, tmp_path: Path, port: int, control: int) -> None:
    """The page is there and can be installed; then its window is closed."""
    with api.sync_playwright() as playwright:
        until(lambda: (tmp_path / "cache").exists(), 120)
        chromium = connected(playwright, f"http://127.0.0.1:{control}")
        (page,) = chromium.contexts[0].pages
        page.wait_for_selector("html[data-studio=ready]", timeout=120_000)
        assert page.url.startswith(f"http://127.0.0.1:{port}/")
        devtools = chromium.contexts[0].new_cdp_session(page)
        assert devtools.send("Page.getAppManifest")["errors"] == []
        problems = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert {one["errorId"] for one in problems} <= {"in-incognito"}
        page.wait_for_timeout(1000 * window.HANDED_OVER)  # sooner closed, it would count as handed over
        page.close()
        with suppress(api.Error):  # it may be closing already, with its last window
            chromium.new_browser_cdp_session().send("Browser.close")


def connected(playwright: Any, address: str) -> Any:
    """The browser, as soon as it can be controlled."""
    for _ in range(400):
        try:
            return playwright.chromium.connect_over_cdp(address)
        except Exception:
            time.sleep(0.3)
    raise AssertionError("the browser did not start")
