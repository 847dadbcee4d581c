"""Names, prompts, tags and messages that are scripts, through every screen and dialog: none runs.

That no code of the page makes elements of text is looked for in every check (`tests/ui/test_app.py`).
"""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.walk import Walk, make_full
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import picture

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
NASTY = (
    '</title></textarea><script>ran("a script")</script><img src=x onerror=\'ran("an image")\'>'
    "\"' onfocus=ran(1) autofocus style=animation:x onanimationstart=ran(2) [a](javascript:ran(3)) ${ran(4)}"
)
LINK = "javascript:ran('a link')"
NAMES = (
    *("projects.name", "projects.base_model", "projects.clip_model", "project_references.prompt"),
    *("project_references.plain_prompt", "anchors.prompt", "candidate_tags.tag", "trials.prompt"),
    *("trials.negative", "exports.sentence", "pairs.prompt", "pairs.subject", "test_prompts.prompt"),
    *("replays.source_name", "replay_decisions.prompt", "jobs.message", "workers.host"),
)
WATCH = """addEventListener("securitypolicyviolation", ({ violatedDirective, sample }) =>
  ran(`kept back: ${violatedDirective} ${sample}`), true)"""
# what of a name became a part of the page, or a link that runs
MADE = """() => [...document.querySelectorAll("img[src=x], [onerror], [onfocus], [onanimationstart]"),
  ...[...document.querySelectorAll("a, area, form, iframe, object, embed")]
    .filter((node) => /javascript:/i.test(`${node.href} ${node.action} ${node.src} ${node.data}`))]
  .map((node) => node.outerHTML.slice(0, 120))"""


def name_all(served: Served) -> None:
    """Give everything that a person or a file names a name that is a script."""
    store = served.place.studio.store
    store.candidates.tag(
        [served.place.studio.round_view(served.place.round).candidates[0].candidate.id], "x", True
    )
    with store.database.transaction() as write:
        for name in NAMES:
            table, _, column = name.partition(".")
            write.execute(f"UPDATE {table} SET {column} = coalesce({column}, '') || ' ' || ?", [NASTY])
        write.execute("UPDATE rounds SET title = ? WHERE parent_id IS NULL", [NASTY])
    presets = [
        {
            "name": NASTY,
            "preset": "own",
            "base_model": LINK,
            "clip_model": NASTY,
            "settings": {"tune.steps": NASTY},
        }
    ]
    (store.workspace / "presets.json").write_text(json.dumps(presets))
    log = store.workspace / "logs" / "worker.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"INFO {NASTY}\nERROR {LINK}\n")


def test_no_name_is_run(watched: Watched, served: Served, tmp_path: Path) -> None:
    page, ran = watched.page, []
    page.expose_function("ran", lambda what: ran.append(str(what)))
    page.add_init_script(WATCH)
    refined = make_full(served)
    name_all(served)
    seen, found = [], []
    for name in Walk(page, served, refined).screens():
        seen.append(name)
        found += [f"{name}: {line}" for line in page.evaluate(MADE)]
    assert len(seen) > 35
    assert (ran, found) == ([], [])
    page.evaluate("ran('heard')")
    assert ran.pop() == "heard", "what would run is heard of"
    said_and_chosen(page, served, tmp_path)
    assert (ran, page.evaluate(MADE)) == ([], [])
    watched.complaints[:] = [line for line in watched.complaints if "415" not in line]  # of the broken image


def said_and_chosen(page: Any, served: Served, folder: Path) -> None:
    """What a refusal repeats, what a chosen file is called, and what a download is."""
    page.goto(served.url("results"))
    page.wait_for_selector(".results-table button:text('Download…')")
    assert "<script>" in page.title()
    for path in (f"project/{served.place.project}/choices.csv", f"project/{served.place.project}/references"):
        told = page.request.get(f"{served.address}/{path}")
        name = told.headers["content-disposition"].partition("filename=")[2].strip('"')
        assert told.ok and name and not set(name) & set("<>\"'/:"), name
    page.goto(served.url("reference"))
    page.click("[data-part=new]")
    file = folder / "<img src=x onerror=ran(5)>.png"
    file.write_bytes(picture((10, 200, 90)))
    broken = folder / "<script>ran(6)<.png"
    broken.write_bytes(b"no image")
    page.set_input_files("[data-part=file]", [str(file), str(broken)])
    expect(page.locator(".toast[data-tone=error]")).to_contain_text("<script>ran(6)<.png")
    page.wait_for_selector(".reference-rows li")
