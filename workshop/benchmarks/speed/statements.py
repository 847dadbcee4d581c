"""Count the SQL statements, loads of a project and Python calls of what happens most often.

    python -m workshop.benchmarks.speed.statements [--jobs 10] [--json FILE]

The project is made without a model: two trained and measured rounds of 180 pictures, and one that is not
trained yet. A load reads the rounds of the project anew.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from gal_studio.core.records.candidate import Candidate
from gal_studio.features.refine.verbs import run_refinement
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.reference import derive
from gal_studio.ui.requests import Context
from tests.ui.seeded import make_project, measure, train
from workshop.benchmarks.output import write

Count = dict[str, int]
_PLACES = ("in the snow", "on a beach", "on a table", "in a garden")
FORMS: dict[str, Any] = {
    "a style": {
        "kind": "style",
        "preset": "pocket",
        "sets": [{"prompts": ["A cat in watercolor painting style"], "pictures": 1, "sizes": [[512, 512]]}],
    },
    "an object in four images": {
        "kind": "object",
        "preset": "pocket",
        "sets": [{"prompts": [f"A <dotty> teapot {place}" for place in _PLACES], "pictures": 4}],
    },
}
"""Forms of a new project as the page sends them at each keystroke."""


def fill(studio: Studio, round_id: str) -> None:
    """Draw ten pictures of each test prompt, with all the scores that a round of today has."""
    feature, luck = np.ones(512) / np.sqrt(512), np.random.default_rng(0)
    for anchor in studio.pool(round_id):
        batch = []
        for index in range(10):
            image = studio.store.images.add(f"{anchor.id}{index}".encode())
            scores = {"shows_reference": 0.1, "likeness": 0.3, "asked": 0.9}
            scores |= {"copy_chance": float(luck.random()), "carries": 0.5 + 0.4 * float(luck.random())}
            reference = 0.2 + 0.1 * float(luck.random())
            batch.append(
                Candidate(
                    "", anchor.id, index, index, image, 0.25, reference, feature=feature, more_scores=scores
                )
            )
        studio.store.candidates.save(round_id, batch)


def count(store: Store, act: Callable[[], object]) -> Count:
    """What is sent and called while `act` runs."""
    sent: list[str] = []
    calls = 0

    def see(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    connection = store.database._connection
    connection.set_trace_callback(sent.append)
    sys.setprofile(see)
    try:
        act()
    finally:
        sys.setprofile(None)
        connection.set_trace_callback(None)
    statements = [text for text, _ in groupby(sent)]
    return {
        "statements": len(statements),
        "loads": sum("AS its_id" in text for text in statements),
        "calls": calls,
    }


def counts(store: Store, jobs: int) -> dict[str, Count]:
    """The counts of each act, in an order in which each finds what it needs."""
    studio = Studio(store)
    project = make_project(studio)
    first = store.rounds.of_project(project)[0].id
    train(studio, first)
    fill(studio, first)
    drawn = store.candidates.of_round(first)
    for place in range(3):
        studio.decide([drawn[10 * place].id], "accepted")
    second = studio.next_round(first).id
    train(studio, second)
    fill(studio, second)
    for round_id in (first, second):
        measure(studio, round_id)
    views = ViewCache(studio)
    found = {}
    for name, form in FORMS.items():
        derive(Context(views), **form)  # reads the presets
        found[f"keystroke in the form of {name}"] = count(
            store, lambda form=form: derive(Context(views), **form)
        )
    shown: Any = {"project": project, "round": second}
    asked = _with_known(views, shown)
    picture = next(one.candidate.id for one in studio.round_view(second).candidates if one.suggested)
    found["poll, nothing new"] = count(store, lambda: poll(views, asked))
    found["verdict"] = count(store, lambda: studio.decide([picture], "accepted"))
    found["poll after it"] = count(store, lambda: poll(views, asked))
    studio.mark_copies([drawn[-1].id], True)  # of another round: it moves the chances of all (Eq. G16)
    found["poll after a mark of a copy"] = count(store, lambda: poll(views, asked))
    asked = _with_known(views, shown)
    third = studio.next_round(second).id
    found["Results after a change"] = count(store, lambda: views.studio.outcomes(project))
    found["Run round"] = count(store, lambda: studio.run_missing(third))
    found["Refine"] = count(store, lambda: run_refinement(studio, second))
    while len(studio.queue_view().waiting) < jobs:
        studio.fine_tune(studio.branch(second).id)
    poll(views, asked)
    found[f"poll, {len(studio.queue_view().waiting)} jobs queued"] = count(store, lambda: poll(views, asked))
    return found


def _with_known(views: ViewCache, shown: Any) -> Any:
    """A poll of a page that has everything."""
    seen: Any = poll(views, shown)
    return {**shown, "known": {"parts": seen["digests"], "candidates": seen["candidates"]["mark"]}}


def main() -> None:
    """Print the counts as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "workspace") as store:
        found = counts(store, given.jobs)
    print("| | statements | loads | Python calls |\n|---|---|---|---|")
    for name, one in found.items():
        print(f"| {name} | {one['statements']} | {one['loads']} | {one['calls']:,} |")
    if given.json is not None:
        write(given.json, found)


if __name__ == "__main__":
    main()
