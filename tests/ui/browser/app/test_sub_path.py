"""Behind a proxy that serves the studio under a path, the page works as at the root."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.serve import Listening, make_rules
from tests.ui.access.doors import PASSWORD, USER
from tests.ui.conftest import Place, first_page, serving
from tests.ui.small_proxy import proxy

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("strips", [True, pytest.param(False, marks=pytest.mark.thorough)])
def test_a_studio_under_a_path(place: Place, window: Any, tmp_path: Any, strips: bool) -> None:
    rules = make_rules(Listening(), Credentials(USER, PASSWORD), tmp_path)
    with (
        serving(place, rules, root_path="/my/studio") as served,
        proxy("/my/studio", int(served.address.rpartition(":")[2]), strips) as address,
    ):
        page = first_page(window, address)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "response",
            lambda got: complaints.append(f"{got.status} {got.url}") if got.status == 404 else None,
        )
        page.goto(f"{address}/?project={place.project}&step=rounds")
        page.fill("input[name=user]", USER)
        page.fill("input[name=secret]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector("html[data-studio=ready]")
        assert urlsplit(page.url).path == "/my/studio/"
        picture = page.locator(".grid .tile img").first
        expect(picture).to_be_visible()
        page.wait_for_function("() => document.querySelector('.grid .tile img').naturalWidth > 0")
        assert urlsplit(picture.evaluate("image => image.src")).path.startswith("/my/studio/picture/")
        page.locator(".grid .tile").first.hover()
        page.keyboard.press("a")
        expect(page.locator(".grid .tile[data-verdict=accepted]").first).to_be_visible()
        told = "async from => (await fetch(from)).status"
        assert page.evaluate(told, f"project/{place.project}/choices.csv") == 200
        page.goto(f"{address}/sign-in")
        page.click("button:has-text('Sign out')")
        page.wait_for_selector("input[name=secret]")
        assert urlsplit(page.url).path == "/my/studio/sign-in"
        assert complaints == []
        page.close()
