"""The third screen in a real Chromium."""

import pytest

from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser


def test_results_show_rounds_and_the_same_seed_and_fit_a_small_screen(watched: Watched, served: Served):
    studio = served.place.studio
    studio.accept_suggestion(served.place.round)
    page = watched.open(served.url("results"))
    page.wait_for_selector(".results-table tbody tr")
    page.wait_for_selector(".shelf-pictures img >> nth=2")
    assert page.locator(".shelf-pictures img").count() == 3
    page.wait_for_selector(".same-row img")
    with page.expect_download() as download:
        page.click(".results-table a[download]")
    assert download.value.suggested_filename == "watercolour-cat-round-1.safetensors"
    studio.next_round(served.place.round)
    for _ in range(6):
        studio.branch(served.place.round)
    page.wait_for_selector(".results-table th:text-is('Round 2 (7)')")
    for width in (1280, 900):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"innerWidth === {width}")
        page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
        assert page.locator(".results-table th:text-is('Round 1')").bounding_box()["height"] < 50, "one line"
