"""Access in a real Chromium: the sign-in page, and attacks by other sites."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.rules import Rules
from tests.chromium import ARGUMENTS, HEADLESS
from tests.ui.access.doors import PASSWORD, USER
from tests.ui.browser.menus import further
from tests.ui.conftest import WITH_GRID, Place, Served, serving

pytestmark = pytest.mark.browser


@pytest.fixture
def locked(place: Place) -> Iterator[Served]:
    with serving(place, Rules(credentials=Credentials(USER, PASSWORD))) as running:
        yield running


@pytest.fixture
def context(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url="http://127.0.0.1")
    context.set_default_timeout(120_000)
    context.add_init_script(WITH_GRID)
    yield context
    context.close()


def noted(context: Any, inside: str) -> list[str]:
    """All requests to other origins, and all errors of the browser."""
    found: list[str] = []
    own = (inside, inside.replace("http", "ws", 1), "data:", "blob:", "about:")
    context.on(
        "request", lambda ask: None if ask.url.startswith(own) else found.append(f"outside: {ask.url}")
    )
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    return found


def walk(page: Any) -> None:
    """Open every part of the page."""
    page.wait_for_selector("html[data-studio=ready]")
    page.wait_for_selector(".map .plot .point")
    page.wait_for_selector(".tile img")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    page.wait_for_selector("dialog[open] img")
    page.keyboard.press("Escape")
    further(page, "theme")
    for step in ("results", "reference", "rounds"):
        page.click(f"[data-step={step}]")
        page.wait_for_selector(f"[data-step={step}][aria-current]")
    for _ in range(2):  # the second one began after the last step
        with page.expect_response(lambda answer: '"poll"' in (answer.request.post_data or "")):
            pass


def send_form(page: Any, secret: str) -> None:
    page.fill("[name=user]", USER)
    page.fill("[name=secret]", secret)
    page.click("button[type=submit]")


def test_a_person_signs_in_works_and_signs_out(context: Any, locked: Served) -> None:
    found = noted(context, locked.address)
    page = context.new_page()
    page.goto(locked.url())
    send_form(page, "wrong")
    assert "sign-in is wrong" in page.inner_text("[role=alert]")
    assert page.input_value("[name=user]") == USER and page.input_value("[name=secret]") == ""
    page.wait_for_selector("[name=secret]:focus")
    send_form(page, PASSWORD)
    page.wait_for_url(locked.url())  # what the address asked for
    walk(page)
    unwanted = [line for line in found if "401" not in line]  # the page before the sign-in is one
    assert unwanted == []
    assert "gal_studio" not in page.evaluate("document.cookie"), "scripts can read the cookie"
    page.goto(f"{locked.address}/sign-in")
    page.click("text=Sign out")
    page.wait_for_selector("[name=secret]")
    page.goto(locked.url())
    expect(page.locator("[name=secret]")).to_have_count(1)


def test_the_page_is_left_by_its_own_button(context: Any, locked: Served) -> None:
    page, other = context.new_page(), context.new_page()
    page.goto(locked.url())
    send_form(page, PASSWORD)
    page.wait_for_selector("html[data-studio=ready]")
    other.goto(locked.url())
    other.wait_for_selector("html[data-studio=ready]")
    page.click("[data-part=sign-out] button")
    page.wait_for_selector("[name=secret]")
    other.wait_for_selector("[name=secret]")  # its next poll is refused
    page.goto(locked.url())
    expect(page.locator("[name=secret]")).to_have_count(1)


def test_an_open_page_asks_again_when_its_session_has_ended(context: Any, locked: Served) -> None:
    page = context.new_page()
    page.goto(locked.url())
    send_form(page, PASSWORD)
    page.wait_for_selector("html[data-studio=ready]")
    context.clear_cookies()
    page.wait_for_selector("[name=secret]")
    send_form(page, PASSWORD)
    page.wait_for_selector("html[data-studio=ready]")
    assert page.url.startswith(locked.url())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_follows_the_theme_and_fits(chromium: Any, locked: Served, scheme: str) -> None:
    page = chromium.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    found = noted(page.context, locked.address)
    page.goto(locked.address)
    assert page.get_attribute("html", "data-theme") == scheme
    page.wait_for_selector("[name=user]:focus")
    expect(page.locator("label")).to_have_count(2)
    assert [line for line in found if "401" not in line] == []
    page.close()


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Another site, on another host name of this machine."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    handler.func.log_message = lambda *_: None  # type: ignore[method-assign]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield tmp_path, f"http://localhost:{server.server_port}"
        server.shutdown()


ATTACK = """<!doctype html><a href="TARGET/?step=rounds">link</a><iframe src="TARGET/"></iframe><script>
const call = { method: "POST", credentials: "include" };
const send = (init) => fetch("TARGET/writes", { ...call, ...init })
  .then((answer) => `answered ${answer.type}`, () => "failed");
const body = JSON.stringify([{ id: "x", name: "try_demo", request: { kind: "style" } }]);
const image = new Image();
const seen = new Promise((done) => {
  image.onload = () => done("seen");
  image.onerror = () => done("failed");
});
image.src = "TARGET/thumb/PICTURE";
window.tried = Promise.all([
  send({ body, headers: { "Content-Type": "application/json" } }), send({ body, mode: "no-cors" }), seen,
  fetch("TARGET/", { credentials: "include" }).then(() => "read", () => "failed"),
]);
</script>"""


def test_another_site_cannot_use_who_is_signed_in(
    context: Any, locked: Served, other_site: tuple[Path, str]
) -> None:
    folder, address = other_site
    studio = locked.place.studio
    shown = studio.round_view(locked.place.round).candidates[0].candidate.id
    (folder / "index.html").write_text(ATTACK.replace("TARGET", locked.address).replace("PICTURE", shown))
    page = context.new_page()
    page.goto(locked.address)
    send_form(page, PASSWORD)
    page.wait_for_selector("html[data-studio=ready]")
    page.goto("about:blank")  # what the studio's own page asks for is no attack
    statuses: list[int] = []
    page.on(
        "response", lambda answer: statuses.append(answer.status) if locked.address in answer.url else None
    )
    page.goto(address)
    assert page.evaluate("window.tried") == ["failed"] * 4
    assert set(statuses) == {403}
    assert len(studio.projects()) == 1
    page.click("text=link")
    page.wait_for_selector("html[data-studio=ready]")  # a link is no attack, and needs no second sign-in


def test_a_page_on_a_rebound_name_gets_nothing(chromium: Any, served: Served) -> None:
    rebound = [*ARGUMENTS, "--host-resolver-rules=MAP rebound.example 127.0.0.1"]
    browser = chromium.browser_type.launch(executable_path=str(HEADLESS), args=rebound)
    page = browser.new_page()
    port = served.address.rpartition(":")[2]
    answer = page.goto(f"http://rebound.example:{port}/")
    assert answer.status == 403
    assert "does not answer to that name" in page.inner_text("body")
    browser.close()
