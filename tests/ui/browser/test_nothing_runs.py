"""Names and prompts that are scripts: on no screen, in no dialog, title or download does one of them run."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.ui.browser.walk import Walk, make_full
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser

MARK = "<b class=xss>"
SCRIPTS = (
    f'"><img src=x onerror=ran()>{MARK}',
    f"' onmouseover=ran() autofocus onfocus=ran() x='{MARK}",
    f"</script></title></textarea><script>ran()</script>{MARK}",
    f"<svg/onload=ran()><a href='javascript:ran()'>go</a>{MARK}",
    f"${{ran()}} {{{{ran()}}}} `${{ran()}}` <!-- ]]> {MARK}",
)
TEXTS = (
    ("projects", "name"),
    ("projects", "described"),
    ("project_references", "prompt"),
    ("project_references", "plain_prompt"),
    ("anchors", "prompt"),
    ("training_sets", "prompt"),
    ("trials", "prompt"),
    ("trials", "negative"),
    ("test_prompts", "prompt"),
    ("pairs", "prompt"),
    ("jobs", "message"),
    ("exports", "sentence"),
    ("candidate_tags", "tag"),
    ("rounds", "source"),
)
FOUND = """() => ({
  ran: window.ran.times,
  made: document.querySelectorAll(".xss, [onerror], [onload], [onmouseover], [onfocus], iframe").length,
  linked: [...document.querySelectorAll("[href], [src]")]
    .filter((one) => /^\\s*javascript:/i.test(one.getAttribute("href") ?? one.getAttribute("src"))).length,
  shown: document.body.innerText.includes("<b class=xss>"),
  titles: [...document.querySelectorAll("[title], [aria-label]")]
    .filter((one) => `${one.title} ${one.ariaLabel}`.includes("<b class=xss>")).length,
})"""
COUNTS = "window.ran = () => { window.ran.times += 1; }; window.ran.times = 0;"


def spoil(served: Served) -> int:
    """Write a script behind every name and prompt; returns how many there are."""
    database, count = served.place.studio.store.database, 0
    rows = database.rows("SELECT DISTINCT candidate_id FROM decisions LIMIT 4")
    for row in rows:
        database.write(
            "INSERT OR IGNORE INTO candidate_tags (candidate_id, tag) VALUES (?, 'tag')", tuple(row)
        )
    for table, column in TEXTS:
        for (row,) in [tuple(one) for one in database.rows(f"SELECT rowid FROM {table}")]:
            script = SCRIPTS[count % len(SCRIPTS)]
            database.write(f"UPDATE {table} SET {column} = {column} || ? WHERE rowid = ?", (script, row))
            count += 1
    return count


@pytest.mark.slow
def test_nothing_that_is_written_runs_on_any_screen(watched: Watched, served: Served, tmp_path: Path) -> None:
    refined = make_full(served)
    assert spoil(served) > 100
    page, wrong, shown, titled, screens = watched.page, list[str](), list[str](), 0, 0
    page.add_init_script(COUNTS)
    for name in Walk(page, served, refined).screens():
        found, screens = page.evaluate(FOUND), screens + 1
        wrong += [f"{name}: {what} {found[what]}" for what in ("ran", "made", "linked") if found[what]]
        shown += [name] * found["shown"]
        titled += found["titles"]
    print(f"{screens} screens, shown as text on {len(shown)}, in {titled} titles and labels")
    wrong += downloads(page, served, tmp_path)
    assert wrong == []
    assert len(shown) > 10 and titled > 10


def downloads(page: Any, served: Served, folder: Path) -> list[str]:
    """What is wrong with the names of downloads, and with the pages among them when they are opened."""
    place, wrong = served.place, list[str]()
    database = place.studio.store.database
    database.write("UPDATE projects SET name = ?", ('../"; filename=evil.exe\r\nX-Evil: 1\x00<b>é',))
    for path in (
        f"adapter/{place.round}", f"project/{place.project}/archive", f"project/{place.project}/references",
        f"project/{place.project}/choices.csv", f"project/{place.project}/choices.html",
        f"figure/map/{place.round}", f"figure/rates/{place.project}",
    ):  # fmt: skip
        answer = page.request.get(f"{served.address}/{path}")
        if answer.status != 200:
            wrong.append(f"{path}: {answer.status} {answer.text()[:200]}")
            continue
        named = answer.headers.get("content-disposition", "")
        if not re.fullmatch(r'attachment; filename="[\w.-]+"', named) or "x-evil" in answer.headers:
            wrong.append(f"{path} is named {named}")
        if path.startswith("figure"):
            file = folder / f"{path.replace('/', '-')}.html"
            file.write_bytes(answer.body())
            page.goto(file.as_uri())
            page.wait_for_selector(".plotly .main-svg")
            found = page.evaluate(FOUND)
            wrong += [f"{path}: {what} {found[what]}" for what in ("ran", "made", "linked") if found[what]]
    return wrong
