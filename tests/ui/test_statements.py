"""A request of the page sends as many SQL statements where there are many images as where there are few.

Each is asked of two workspaces that differ in nothing else, and undone afterwards.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import groupby
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.snapshot import KeptStep
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context
from tests.additions import ROOT
from tests.ui.seeded import draw, go_on, make_project, measure, train
from tests.ui.seeded_refinement import judge, pairs_made

RUNS = {"width": 48, "height": 48, "runs": [0, 24 * 48, 255, 24 * 48]}
MOST = 60
"""Statements of any request at most, BEGIN and COMMIT left out."""
LONG = {"what_if", "replay", "measure_all"}
"""Requests that make a round or ask for jobs of every round, and send more."""
UNCOUNTED = {
    "captions": "reads no project",
    "check": "reads an uploaded picture alone",
    "create": "a project is made once, with as many statements as it has prompts",
    "derive": "reads a form that no project has yet",
    "look": "starts the models",
    "model_facts": "reads a form that no project has yet",
    "seen": "reads uploaded pictures alone",
    **dict.fromkeys(("try_demo", "open_finished"), "imports an archive"),
    **dict.fromkeys(("save_preset", "remove_preset"), "writes a file"),
    "archive": "puts a whole project into a file",
    "delete": "deletes a whole project with its files",
    "locate": "looks through a folder of models",
    **dict.fromkeys(("run_job", "make_round"), "asks for what an addition brings"),
}


class UndoneError(Exception):
    """What was done is to be undone."""


@dataclass(frozen=True)
class Seeded:
    """A workspace with two finished rounds, a third one that is not trained yet, and a refinement."""

    studio: Studio
    given: Mapping[str, Any]

    def ask(self, name: str) -> None:
        """Ask a request, of what its parameters name here."""
        fields, other = REQUESTS[name].question.__annotations__, OTHER.get(name, {})
        given = {field: other.get(field, field) for field in fields}
        REQUESTS[name](
            Context(ViewCache(self.studio)),
            {field: self.given[of] for field, of in given.items() if of in self.given},
        )

    def statements(self, act: Callable[[], object]) -> tuple[int, str]:
        """How many statements an act sends, and why it was refused; what it did is undone."""
        seen: list[str] = []
        refused = ""
        database = self.studio.store.database
        try:
            with database.transaction():
                database._connection.set_trace_callback(seen.append)
                try:
                    act()
                except StudioError as error:
                    refused = str(error)
                database._connection.set_trace_callback(None)
                raise UndoneError
        except UndoneError:
            return sum(1 for _ in groupby(seen)), refused


def calls(act: Callable[[], object]) -> int:
    """The Python functions that are called while `act` runs."""
    count = 0

    def see(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(see)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


OTHER: dict[str, Mapping[str, str]] = {
    "fine_tune": {"round": "untrained"},
    "run_round": {"round": "untrained"},
    "archive_round": {"round": "untrained"},
    "generate": {"round": "undrawn"},
    "set_weight": {"candidate": "accepted"},
    "part_mask": {"candidate": "accepted"},
    "add_anchors": {"lines": "new_prompts"},
    "filled": {"lines": "new_prompts"},
    "keep_step": {"job": "halted"},
    "resume": {"job": "halted"},
}
"""Which of the things in the workspace a parameter stands for, where it is not that of its own name."""
REFUSED = {"keep_step", "continue_training", "keep_line"}
"""Requests that are refused in these workspaces; all others are done."""
FEATURES: list[Any] = [
    import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted(ROOT.glob("tests/**/statements.py"))
]
"""The same of each feature, beside its tests."""
for each in FEATURES:
    UNCOUNTED |= getattr(each, "UNCOUNTED", {})
    OTHER |= getattr(each, "OTHER", {})
    REFUSED |= {*getattr(each, "REFUSED", ())}
COUNTED = [name for name in REQUESTS if name not in UNCOUNTED]


def seeded(store: Store, images: int) -> Seeded:
    """The workspace, with so many images of each test prompt."""
    studio = Studio(store)
    project = make_project(studio, candidates=images)
    first = store.rounds.of_project(project)[0].id
    train(studio, first)
    draw(studio, first, candidates=images)
    judge(studio, first)
    refinement = pairs_made(studio, first)
    second = go_on(studio, first, images)
    measure(studio, second)
    store.rounds.keep_step(second, KeptStep(20, 64 * "a", "f", 20))
    tiles = [tile.candidate for tile in studio.round_view(second).candidates]
    studio.decide([tiles[0].id], "accepted")
    halted, untrained = studio.branch(second).id, studio.branch(second).id
    undrawn = studio.branch(second).id
    train(studio, undrawn)
    job = studio.stop(studio.fine_tune(halted).id).id
    waiting = studio.fine_tune(studio.branch(second).id).id
    given = {
        "project": project, "round": second, "candidate": tiles[1].id, "accepted": tiles[0].id,
        "candidates": [tiles[2].id, tiles[3].id], "verdict": "accepted", "untrained": untrained,
        "undrawn": undrawn, "refinement": refinement, "job": waiting,
        "halted": job, "anchor": studio.pool(second)[0].id, "index": 0, "owner": tiles[1].id,
        "reference": store.projects.references(project)[0].id, "kind": "quality", "mask": RUNS,
        "weight": 0.5,
        "marks": {tiles[1].id: True}, "choice": store.overrides.of_round(second)[0].id,
        "reason": "It is lovely.", "name": "Another name", "enabled": False,
        "new_prompts": ["A dog in watercolor painting style"], "only": False, "direction": "up",
        "settings": {"tune.steps": 9}, "starred": True, "steps": 5, "on": True,
        "form": "diffusers", "policy": "random", "prompt": "a cat", "seed": "1",
        "tag": "hands", "folder": "/", "x": 0.5, "y": 0.5,
    }  # fmt: skip
    for feature in FEATURES:
        given |= feature.given(studio, second) if hasattr(feature, "given") else {}
    return Seeded(studio, given)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Seeded]]:
    """A workspace with few images and one with many."""
    with ExitStack() as opened:
        folder = tmp_path_factory.mktemp("seeded")
        yield [seeded(opened.enter_context(Store(folder / str(many))), many) for many in (2, 6)]


def test_a_request_sends_as_many_for_many_images_as_for_few(both: list[Seeded]) -> None:
    few, many = ({name: one.statements(partial(one.ask, name)) for name in COUNTED} for one in both)
    assert {name for name, (_, why) in few.items() if why} == REFUSED & few.keys(), few
    more = {name: (few[name][0], found) for name, (found, _) in many.items() if found > few[name][0]}
    assert more.keys() == {"what_if"}, more  # it copies a round, image by image
    assert {name: found for name, (found, _) in few.items() if found > MOST and name not in LONG} == {}


def test_what_happens_most_calls_little(both: list[Seeded]) -> None:
    """A verdict, a poll after it and after a mark of a copy, and a poll while jobs wait."""
    seeded = both[0]
    studio, views = seeded.studio, ViewCache(seeded.studio)
    asked: dict[str, Any] = {"project": seeded.given["project"], "round": seeded.given["round"]}
    seen = poll(views, asked)  # type: ignore[arg-type]
    asked["known"] = {"parts": seen["digests"], "candidates": seen["candidates"]["mark"]}
    assert calls(lambda: studio.decide(seeded.given["candidates"], "accepted")) <= 1_000
    assert calls(lambda: poll(views, asked)) <= 9_800  # type: ignore[arg-type]
    studio.mark_copies([seeded.given["candidate"]], True)
    assert calls(lambda: poll(views, asked)) <= 23_500  # type: ignore[arg-type]
    while len(studio.queue_view().waiting) < 10:
        studio.fine_tune(studio.branch(seeded.given["round"]).id)
    poll(views, asked)  # type: ignore[arg-type]
    # an addition’s part of the poll takes some 30
    assert calls(lambda: poll(views, asked)) <= 1_600  # type: ignore[arg-type]
