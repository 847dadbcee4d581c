"""Accept, reject and train by what a screen reader is told: roles, names, states, and what is announced."""

from typing import Any, NamedTuple

import pytest

from tests.ui.conftest import Served, until
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


class Told(NamedTuple):
    """A node of the accessibility tree."""

    role: str
    name: str
    pressed: str
    backend: int


class Reader:
    """Reads the accessibility tree of a page, and presses what is in it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self._session = page.context.new_cdp_session(page)
        self._session.send("Accessibility.enable")

    def nodes(self) -> list[Told]:
        """All that is not left out."""
        tree = self._session.send("Accessibility.getFullAXTree")["nodes"]
        return [
            Told(
                node["role"]["value"],
                node.get("name", {}).get("value", ""),
                str(
                    {one["name"]: one["value"].get("value") for one in node.get("properties", ())}.get(
                        "pressed"
                    )
                ),
                node.get("backendDOMNodeId", 0),
            )
            for node in tree
            if not node.get("ignored")
        ]

    def find(self, role: str, words: str) -> Told:
        """The first node of this role whose name has these words; waits for it."""
        found: list[Told] = []

        def there() -> bool:
            found[:] = [one for one in self.nodes() if one.role == role and words in one.name]
            return bool(found)

        until(there)
        return found[0]

    def press(self, told: Told, key: str) -> None:
        """Give it the focus, and press a key."""
        self._session.send("DOM.getDocument")
        self._session.send("DOM.focus", {"backendNodeId": told.backend})
        self.page.keyboard.press(key)

    def announced(self, words: str) -> None:
        """Wait until a live region says this."""
        said = "[...document.querySelectorAll('[role=status], [role=alert], [aria-live=polite]')]"
        self.page.wait_for_function(
            f"(words) => {said}.some((node) => node.checkVisibility() && node.textContent.includes(words))",
            arg=words,
        )


def test_accept_reject_and_train_are_read_aloud(page: Any, served: Served):
    reader = Reader(page)
    names = [one.name for one in reader.nodes() if one.role == "button" and ", image " in one.name]
    assert len(set(names)) == len(names) >= 9, "each image has a name of its own"
    for key, word, pressed in (("a", "accepted", "true"), ("r", "rejected", "false")):
        image = next(one for one in reader.nodes() if one.name.endswith(", suggested"))
        assert (image.role, image.pressed) == ("button", "false")
        own = image.name.split(", suggested")[0]
        reader.press(image, key)
        until(lambda own=own, word=word: reader.find("button", own).name.endswith(word))
        assert reader.find("button", own).pressed == pressed
        reader.announced("All changes saved")
    reader.press(reader.find("button", own), "Control+z")
    until(lambda: "rejected" not in reader.find("button", own).name)
    reader.announced("Undid: ")

    reader.press(reader.find("button", "Next round"), "Enter")
    until(lambda: len(served.place.studio.rounds(served.place.project)) == 2)
    reader.find("button", "Round 2")
    unnamed = [one for one in reader.nodes() if one.role in ("button", "link", "textbox") and not one.name]
    assert unnamed == []
