"""A walk over every screen and dialog of a project that has everything; a new screen is one line here."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import tests.features
from tests.ui.browser.menus import further, open_advanced, show_only
from tests.ui.conftest import WITH_FIGURES, Served
from tests.ui.seeded import go_on, measure
from tests.ui.seeded_refinement import judge, object_with_subject, pairs_made, two_subjects

FEATURES: list[Any] = [
    import_module(f"tests.features.{path.parent.name}.walk")
    for path in sorted(Path(tests.features.__file__).parent.glob("*/walk.py"))
]
"""Those of features: each has some of `prepare(studio, round_id)`, `views(walk)` and `alone(walk)`."""


def make_full(served: Served, candidates: int = 10) -> str:
    """Everything that a project can show: rounds that are measured, a refinement whose pairs are made, a
    tried prompt, a replay that waits, an archived round. Returns the refinement.
    """
    studio, first = served.place.studio, served.place.round
    measure(studio, first)
    studio.accept_suggestion(first)
    second = go_on(studio, first, candidates)
    measure(studio, second, likeness=0.6, copies=5)
    judge(studio, first)
    refined = pairs_made(studio, first)
    for feature in FEATURES:
        if hasattr(feature, "prepare"):
            feature.prepare(studio, first)
    studio.archive_round(studio.branch(first).id)
    studio.replay(served.place.project, "random")
    return refined


class Walk:
    """Brings one screen after another; each yields what it is called."""

    def __init__(self, page: Any, served: Served, refined: str) -> None:
        self.page = page
        page.add_init_script(WITH_FIGURES)  # with all that can be shown
        self.served = served
        self.refined = refined

    def screens(self) -> Iterator[str]:
        """All of them."""
        parts = (
            self.reference,
            self.views,
            self.menus,
            self.enlarged,
            self.dialogs,
            self.branch,
            self.changed,
        )
        for part in (*parts, self.replay, self.results, self.archived, self.objects, self.mask):
            yield from part()
        yield from self.of_features("alone")

    def of_features(self, part: str) -> Iterator[str]:
        """This part of each feature that has one."""
        for feature in FEATURES:
            yield from getattr(feature, part, lambda _: ())(self)

    def shown(self, selector: str, act: Callable[[], object]) -> None:
        """Do something, and wait for what it shows."""
        act()
        self.page.wait_for_selector(selector)

    def act(self, name: str) -> None:
        """Press an action of the bar, or of its menu."""
        chosen = self.page.locator(f"[data-action={name}]")
        if not chosen.count():
            self.page.click(".more-button")
        chosen.click()

    def escape(self) -> None:
        """Leave what is open."""
        self.page.keyboard.press("Escape")

    def reference(self) -> Iterator[str]:
        """The first step."""
        page = self.page
        page.goto(self.served.url("reference"))
        page.wait_for_selector(".open-project:not([hidden]) .plates img")
        yield "an open project"
        self.shown(".new-project:not([hidden])", lambda: page.click("[data-part=new]"))
        open_advanced(page, ".new-project")
        yield "a new project"

    def views(self) -> Iterator[str]:
        """The views of a round's candidates."""
        page = self.page
        page.goto(f"{self.served.url()}&round={self.served.place.round}")
        page.wait_for_selector(".map .plot .point")
        yield "the map"
        for view in ("anchors", "curves", "choices"):
            page.click(f"[data-view={view}]")
            yield view
        yield from self.of_features("views")

    def menus(self) -> Iterator[str]:
        """What opens below a button."""
        page = self.page
        show_only(page, "copies")
        self.shown("dialog.log[open]", lambda: further(page, "log"))
        yield "the log"
        self.escape()
        for name, opener, opened in (
            ("filters", ".filter-button", ".filter-menu:popover-open"),
            ("order and size", ".desk-view", ".desk-panel:popover-open .desk-order"),
            ("further choices", ".top-more", ".save-menu:popover-open .figures-button"),
            ("what can be saved", "[data-action=save-view]", ".save-menu:popover-open"),
            ("the queue", "[data-part=queue]", ".queue-list:popover-open"),
            ("a round's menu", ".chip-more >> nth=0", ".round-menu:popover-open input"),
            ("archived rounds", ".archived", ".round-menu:popover-open .archived-round"),
        ):
            page.click(opener)
            page.wait_for_selector(opened)
            yield name
            self.escape()

    def branch(self) -> Iterator[str]:
        """What if?, by each of its ways."""
        page = self.page
        page.goto(f"{self.served.url()}&round={self.served.place.round}")
        self.shown(".what-if", lambda: page.click("[data-part=branch]"))
        for way in page.locator(".what-if [name=what]").all():
            way.check()
            yield f"what if: {way.get_attribute('value')}"
        self.escape()

    def changed(self) -> Iterator[str]:
        """What the choice of the first round changed."""
        page = self.page
        second = next(one.id for one in self.served.place.studio.rounds(self.served.place.project)
                      if one.name == "Round 2")  # fmt: skip
        page.goto(f"{self.served.url()}&round={second}")
        page.wait_for_selector(".changes:not([hidden]) img")
        yield "what the choice changed"

    def enlarged(self) -> Iterator[str]:
        """A picture, large."""
        page, keys = self.page, self.page.keyboard
        page.focus(".tile-face >> nth=0")
        self.shown("dialog.lightbox[open]", lambda: keys.press("h"))
        yield "an enlarged image with its heat map"
        self.shown(".lightbox figure >> nth=1", lambda: keys.press("c"))
        yield "a comparison"
        keys.press("c")
        self.shown("dialog.lightbox .brush-bar", lambda: keys.press("b"))
        yield "accepting in part"
        self.escape()
        keys.press("h")
        self.escape()

    def dialogs(self) -> Iterator[str]:
        """Help, the tour and the test prompts."""
        page = self.page
        self.shown("dialog.help[open]", lambda: page.keyboard.press("?"))
        yield "the keys"
        self.escape()
        page.click("[data-view=anchors]")  # tried prompts have their column alone
        page.click(".suggestion .how summary")
        self.shown("dialog.how-page[open]", lambda: page.click(".suggestion .how-more"))
        yield "how it is computed"
        self.escape()
        self.shown("dialog.help[open]", lambda: page.keyboard.press("?"))
        page.click(".help >> text=Show the tour")
        for title in ("This is your reference", "A suggestion", "A copy"):
            page.wait_for_selector(f".tour h2:text-is('{title}')")
            yield f"the tour: {title}"
            page.click(".tour [data-next]")
        page.click("[data-view=anchors]")
        self.shown("dialog.anchors-editor[open]", lambda: page.click(".anchors [data-action=edit-prompts]"))
        yield "the test prompts"
        self.escape()

    def replay(self) -> Iterator[str]:
        """A project that draws this one again."""
        page = self.page
        (made,) = self.served.place.studio.replays(self.served.place.project)
        page.goto(f"{self.served.address}/?project={made.project_id}&step=rounds")
        page.wait_for_selector("[data-view=curves]")
        page.click("[data-view=curves]")
        page.wait_for_selector(".replays >> text=A replay")
        yield "a replay"

    def results(self) -> Iterator[str]:
        """The third step."""
        page = self.page
        page.goto(self.served.url("results"))
        page.wait_for_selector(".sheet .enlarge")
        page.wait_for_selector(".same-row img")
        yield "results"
        self.shown("dialog.viewer[open]", lambda: page.click(".sheet .enlarge >> nth=1"))
        yield "an image of the results"
        self.escape()
        page.click(".explained >> nth=0")
        page.wait_for_selector(".explained-words:popover-open")
        yield "a column that explains itself"
        self.escape()
        self.shown("dialog.exports[open]", lambda: page.click(".look-head button"))
        yield "the downloads"
        self.escape()
        self.shown("dialog.test-set[open]", lambda: page.click("[data-action=test-set]"))
        yield "the test set"

    def archived(self) -> Iterator[str]:
        """A line of rounds that was branched off, beside an archived one."""
        page, place = self.page, self.served.place
        branch = place.studio.branch(place.round)
        page.goto(f"{self.served.url()}&round={branch.id}")
        page.wait_for_selector(".chip-round[aria-current]")
        yield "a branch"
        self.shown(".round-menu:popover-open .archived-round", lambda: page.click(".archived"))
        page.click(".archived-round button >> nth=0")
        page.wait_for_selector(".round-menu:popover-open .archived-round", state="hidden")
        yield "a round that was brought back"

    def objects(self) -> Iterator[str]:
        """A project of several objects."""
        page = self.page
        project, round_id = two_subjects(self.served.place.studio)
        page.goto(f"{self.served.address}/?project={project}&step=reference")
        page.wait_for_selector(".open-project .subject >> nth=1")
        yield "two objects"
        page.goto(f"{self.served.address}/?project={project}&step=rounds&round={round_id}")
        page.wait_for_selector(".tile")
        yield "a round of two objects"

    def mask(self) -> Iterator[str]:
        """The mask of a reference."""
        page = self.page
        project, _, _ = object_with_subject(self.served.place.studio)
        page.goto(f"{self.served.address}/?project={project}&step=reference")
        self.shown(".mask-view .brush-layer", lambda: page.click(".open-project [data-action=paint-mask]"))
        yield "a mask"
