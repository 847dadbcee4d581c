"""Behind a proxy that is set up wrongly, the page says what to do, and keeps what a person did."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.reference.test_unfinished_form import file, noise
from tests.ui.conftest import Place, first_page, serving
from tests.ui.small_proxy import Faults, proxy

pytestmark = pytest.mark.browser


class Behind:
    """A page that a person opened through a proxy."""

    def __init__(self, place: Place, page: Any, address: str, faults: Faults) -> None:
        self.place, self.page, self.address, self.faults = place, page, address, faults

    def open(self, step: str) -> None:
        self.page.goto(f"{self.address}/?project={self.place.project}&step={step}")
        self.page.wait_for_selector("html[data-studio=ready]")

    def says(self, words: str) -> None:
        expect(self.page.locator(".toast").filter(has_text=words).first).to_be_visible()

    def accepted(self) -> int:
        view = self.place.studio.round_view(self.place.round)
        return sum(each.verdict == "accepted" for each in view.candidates)


@pytest.fixture
def behind(place: Place, window: Any) -> Iterator[Behind]:
    faults = Faults()
    with (
        serving(place, root_path="/studio") as served,
        proxy("/studio", int(served.address.rpartition(":")[2]), True, faults) as address,
    ):
        page = first_page(window, address)
        yield Behind(place, page, address, faults)
        page.close()


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(answers=502), "cannot reach GAL Studio (502)"),
        pytest.param(Faults(answers=200), "perhaps a sign-in", marks=pytest.mark.thorough),
    ],
    ids=["away", "sign-in"],
)
def test_a_choice_waits_until_the_proxy_is_mended(behind: Behind, faults: Faults, words: str) -> None:
    behind.open("rounds")
    before = behind.accepted()
    vars(behind.faults).update(vars(faults))
    behind.page.locator(".grid .tile:not([data-verdict=accepted])").first.hover()
    behind.page.keyboard.press("a")
    behind.says(words)
    assert behind.page.locator(".toast").filter(has_text="<h1>").count() == 0
    assert behind.accepted() == before
    vars(behind.faults).update(vars(Faults()))
    behind.page.wait_for_function(
        "() => !Object.keys(sessionStorage).some((key) => key.startsWith('gal-studio-writes'))"
    )
    assert behind.accepted() == before + 1


def test_a_proxy_that_drops_the_port_is_no_other_site(behind: Behind) -> None:
    """Chromium says that it is the same site; without that header the door says which line to add."""
    behind.faults.loses_port = True
    behind.open("rounds")
    before = behind.accepted()
    behind.page.locator(".grid .tile:not([data-verdict=accepted])").first.hover()
    behind.page.keyboard.press("a")
    behind.page.wait_for_selector(f".grid .tile[data-verdict=accepted] >> nth={before}")
    assert behind.accepted() == before + 1


@pytest.mark.thorough
def test_an_image_that_the_proxy_does_not_let_pass(behind: Behind) -> None:
    behind.open("reference")
    behind.faults.largest = 300
    behind.page.set_input_files("input[data-part=file]", [file("large.png", noise(3))])
    behind.says("client_max_body_size")
    behind.says("large.png")
    assert behind.page.locator(".toast").filter(has_text="<h1>").count() == 0
