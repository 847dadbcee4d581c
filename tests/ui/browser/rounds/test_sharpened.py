"""A small image is sharpened where it is shown enlarged, alone, until that is switched off."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


def test_one_click_shows_the_image_as_it_is_stored_and_the_browser_keeps_it(page: Any) -> None:
    page.dblclick(".tile >> nth=0")
    image, button = (
        page.locator(".lightbox .zoom-frame img").first,
        page.get_by_role("button", name="Sharpened"),
    )
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(image).to_have_attribute("src", re.compile(r"side=512$"))
    expect(image).to_have_js_property("naturalWidth", 512)
    page.keyboard.press("c")
    expect(image).not_to_have_attribute("src", re.compile("side="))
    expect(button).to_have_count(0)
    page.keyboard.press("c")
    button.click()
    expect(image).not_to_have_attribute("src", re.compile("side="))
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(image).not_to_have_attribute("src", re.compile("side="))
    button.click()
    expect(image).to_have_attribute("src", re.compile(r"side=512$"))
