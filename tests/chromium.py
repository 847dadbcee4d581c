"""The browser of the tests of the page, and of features on it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
LIGHTER = Path("/usr/bin/chromium-headless-shell")
HEADLESS = LIGHTER if LIGHTER.exists() and "CHROMIUM" not in os.environ else CHROMIUM
"""Chromium without windows where it is installed: it takes a third less of the CPU."""
PATIENCE = 60_000  # milliseconds: a busy machine is slow, not wrong
WITHOUT = (  # the first two load hidden pages for the address bar with every page, a second of CPU
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    # Playwright's own list, which this one replaces
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
)  # fmt: skip
ARGUMENTS = (
    "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    f"--disable-features={','.join(WITHOUT)}",
    "--process-per-site",  # all pages of the studio: see `first_page`
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser of a process, which its tests share: Playwright can be started once in it."""
    if not HEADLESS.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: install it, or name it in the variable CHROMIUM")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=str(HEADLESS), args=list(ARGUMENTS))
        yield browser
        browser.close()
