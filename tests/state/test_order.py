"""Numbers order rows, and times are only shown: a clock that was set back changes no order."""

import re
from pathlib import Path

import gal_studio

TIMES = re.compile(r"\b(created|time|started|finished|asked|taken|forgotten|heartbeat)\b")
BY_TIME = {
    "state/tables/candidates.py": "candidates.created, anchors.position, number",  # equal in a batch
    "state/tables/snapshots.py": "candidates.created, anchors.position, number",
    "state/tables/projects.py": "created DESC, rowid DESC",  # the list shows these dates
}


def test_no_statement_orders_by_a_time_of_day() -> None:
    root, seen = Path(gal_studio.__file__).parent, 0
    found: dict[str, str] = {}
    for file in root.rglob("*.py"):
        for order in re.findall(r"ORDER BY ([^\"'\n)]+)", file.read_text()):
            seen += 1
            if TIMES.search(order):
                found[file.relative_to(root).as_posix()] = order.strip()
    assert found == BY_TIME and seen > 40
