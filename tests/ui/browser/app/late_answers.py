"""Answers that the studio has given and that the page does not have yet."""

from collections.abc import Callable
from typing import Any

from gal_studio.studio import Studio
from tests.ui.access.gates import Gate


def before_changes(studio: Studio) -> Gate:
    """A gate that every change has to go through."""
    gate = Gate(studio.store.answers.once)
    studio.store.answers.once = gate  # type: ignore[method-assign]
    return gate


class Late:
    """Holds the first answer to a call of this name back; later ones come through.

    `before` happens when the call has left the page and the studio has not answered it.
    """

    def __init__(self, page: Any, name: str, before: Callable[[], object] = lambda: None) -> None:
        self._page, self._name, self._before = page, name, before
        self._held: list[tuple[Any, Any]] = []
        self._done = False
        for path in ("component_server/", "writes"):
            page.route(f"**/{path}", self._hold)

    def _hold(self, route: Any) -> None:
        if self._done or f'"{self._name}"' not in (route.request.post_data or ""):
            return route.fallback()
        self._done = True
        self._before()
        answer = route.fetch()
        self._held.append((route, answer))
        return None

    def wait(self) -> None:
        """Until the studio has answered; fails after half a minute."""
        for _ in range(1500):
            if self._held:
                return
            self._page.wait_for_timeout(20)
        raise AssertionError(f"the page never asked for {self._name}")

    def come(self) -> None:
        """Let the answer arrive, and wait until the page has dealt with it."""
        route, answer = self._held.pop()
        with self._page.expect_response(lambda response: response.request == route.request) as arrived:
            route.fulfill(response=answer)
        arrived.value.finished()
        for _ in range(2):
            self._page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def in_one_task(page: Any, script: str) -> Any:
    """Do several things before the page hears of anything: `key(name)` presses a key where the focus is."""
    key = (
        "const key = (name, more = {}) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true, ...more }));"
    )
    return page.evaluate(f"() => {{ {key} {script} }}")
