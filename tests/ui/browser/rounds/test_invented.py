"""What is added in one file shows up on the page: a view of the candidates, and a policy in its field."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.ui.page import static
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser
VIEW = Path(__file__).parents[3] / "invented" / "view.js"
TABLE = "rounds/views/views.js"
IMPORT, LINE = 'import { mount as mountCount } from "./invented.js";', '["count", "Count", mountCount],'


@pytest.fixture
def put_in() -> Iterator[None]:
    """The invented view lies in the folder, with its line in the table."""
    kept = static.files()
    table = kept[TABLE].decode().replace("VIEWS = [", f"VIEWS = [\n  {LINE}")
    changed = {TABLE: f"{IMPORT}\n{table}".encode(), "rounds/views/invented.js": VIEW.read_bytes()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static, "files", lambda: kept | changed)
        for name in ("served", "version"):
            patch.setattr(static, name, functools.cache(getattr(static, name).__wrapped__))
        yield


def test_a_view_of_one_file_and_one_line_has_its_tab(put_in: None, page: Any, served) -> None:
    page.get_by_role("tab", name="Count").click()
    drawn = len(served.place.studio.round_view(served.place.round).candidates)
    expect(page.get_by_role("tabpanel", name="Count")).to_have_text(f"{drawn} images")
