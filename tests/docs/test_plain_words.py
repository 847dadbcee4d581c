"""Sentences of the page have no measured figures unless *Show numbers* is on, but for how sure a result is.

A measured figure is a share or a score of images: a percentage or decimals. Counts of images, settings, strengths,
sizes and times are none.
"""

import re
from pathlib import Path

import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache

PAGE = Path(__file__).parents[2] / "assets" / "ui"
MEASURED = re.compile(r"\b(?:percent|decimal|undecided)\(|\.toFixed\(")
NO_SENTENCES = {
    "kit/format.js": "writes figures",
    "rounds/turn/turn.js": "a curve, and its words for who does not see it",
    "rounds/grid/strengths.js": "strengths are settings",
    "heatmap/heatmap.js": "the value under the pointer on a map",
    "rounds/desk/flat.js": "the score that somebody sorts by, beside each image",
    "rounds/desk/range.js": "a filter by a score, hidden unless numbers are shown or it is set",
    "rounds/map/colours.js": "the scale of a map's colors",
    "rounds/map/saved.js": "a saved table",
    "rounds/map/drawing/labels.js": "places in pixels",
    "rounds/map/drawing/thumbnails.js": "places in pixels",
}
"""Modules whose figures are those of a chart, a map or a control, or none that was measured."""


def unasked(text: str) -> bool:
    """Whether a module writes measured figures and does not ask whether they are wanted."""
    return MEASURED.search(text) is not None and "igures.value" not in text


def test_a_module_of_the_page_that_writes_figures_asks_whether_they_are_wanted() -> None:
    scripts = [path for path in sorted(PAGE.rglob("*.js")) if not {"vendor", "icons"} & set(path.parts)]
    found = {path.relative_to(PAGE).as_posix() for path in scripts if unasked(path.read_text("utf-8"))}
    assert found == set(NO_SENTENCES)


def test_figures_that_nobody_asked_for_are_found() -> None:
    assert unasked("say(`${percent(share)} are copies`)") and unasked("say(value.toFixed(2))")
    assert not unasked("figures.value ? percent(share) : count(copies)") and not unasked("say(copies)")
