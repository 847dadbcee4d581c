"""The page's log is bounded, says what was left out, and is what the page and the commands show."""

import logging
from pathlib import Path

from gal_studio.commands.jobs import report
from gal_studio.state import Store
from gal_studio.ui.page_log import LONGEST_RECORD, page_log


def test_errors_of_the_page_are_in_the_log_that_is_shown(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with page_log(tmp_path):
        logging.getLogger("gal_studio.ui").error("something \x1b[2J went wrong")
        logging.getLogger("gal_studio.ui").error("x" * 100_000)
    shown = report(tmp_path)
    assert "went wrong" in shown and "\x1b" not in shown
    assert (tmp_path / "logs" / "page.log").stat().st_size < LONGEST_RECORD + 500
