"""How many SQL statements each request of the page sends at most, and each verb that no request uses.

Every request and verb has its number here, or a reason why it has none; a new request without either sends at
most `USUAL`. Each is asked of the same workspace, and undone afterwards.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from inspect import getmembers, isfunction
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
USUAL = 20
"""Statements at most of a request that has no number of its own."""
LIMITS: dict[str, int] = {
    "poll": 46, "log": 3, "stop": 7, "pause": 1, "resume": 13, "keep_step": 1, "preview_now": 1, "reorder": 4,
    "overview": 9, "options": 0, "change": 15, "rename": 5, "restore": 2, "enable_anchor": 6,
    "add_anchors": 12, "local_models": 3, "same_seed_elsewhere": 7,
    "choices": 10, "fine_tune": 12, "continue_training": 8, "generate": 12, "draw_more": 9,
    "run_round": 28, "next_round": 33,
    "what_if": 167, "keep_line": 4, "rename_round": 4, "star_round": 2, "archive_round": 8,
    "restore_round": 3, "accept": 1, "decide": 7,
    "tag": 4, "accept_in_part": 9, "mark_copies": 7, "count_marks": 5, "set_weight": 7, "undo": 8, "redo": 5,
    "explain_choice": 2, "patch_maps": 5, "part_mask": 2,
    "reference_mask": 3, "judge_quality": 10, "masks_at_point": 2,
    "set_mask": 5, "undo_reference_mask": 3, "redo_reference_mask": 3,
    "outcomes": 6, "same_seed": 8, "test_pictures": 14,
    "changes": 18,
}  # fmt: skip
"""Statements of each request at most, BEGIN and COMMIT left out."""
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {
    "mark_effect": (3, ("round",)),
    "mark_copies": (20, ("candidates", "on")),
    "go_to": (10, ("round", "no_step")),
    "next_step": (2, ("round",)),
    "pool": (1, ("round",)),
    "proposal": (1, ("round",)),
    "run_round": (17, ("untrained",)),
    "training_set": (3, ("round",)),
}
"""Statements at most of the verbs that no request of this table uses, and what they are asked of."""
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
UNCOUNTED_VERBS = {
    **dict.fromkeys(("create_project", "create_demo", "demo_project"), "makes a project"),
    **dict.fromkeys(("import_project", "start_from_lora", "begin", "open_finished"), "makes a project"),
    "finished_project": "reads one row, and the archive",
    **dict.fromkeys(("run_job", "make_round"), "asks for what an addition brings"),
    **dict.fromkeys(("export_project", "archive", "delete"), "goes through a whole project"),
    **dict.fromkeys(("save_preset", "remove_preset"), "writes a file"),
    **dict.fromkeys(("bug_report", "project_size", "export_choices", "references_zip"), "writes a file"),
    **dict.fromkeys(("adapter_path", "candidate_picture", "export_adapter"), "gives a file"),
    **dict.fromkeys(
        ("reconstruction", "reference_picture", "reconstruct", "find_subject"),
        "gives a picture",
    ),
    **dict.fromkeys(("wait", "close", "locate_model"), "waits, closes or looks through folders"),
}


class Asked(Studio):
    """A studio that notes which of its verbs are used."""

    def __init__(self, store: Store) -> None:
        self.used: set[str] = set()
        super().__init__(store)

    def __getattribute__(self, name: str) -> Any:
        if name in VERBS:
            object.__getattribute__(self, "used").add(name)
        return super().__getattribute__(name)


VERBS = {name for name, _ in getmembers(Studio, isfunction) if not name.startswith("_")}


class UndoneError(Exception):
    """What was done is to be undone."""


@dataclass(frozen=True)
class Seeded:
    """A workspace with two finished rounds, a third one that is not trained yet, and a refinement."""

    studio: Asked
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
    "keep_step": {"job": "halted"},
    "resume": {"job": "halted"},
}
"""Which of the things in the workspace a parameter stands for, where it is not that of its own name."""
REFUSED = {
    "keep_step": "No step of this training was saved",
    "continue_training": "The last state of Round 2's training is gone",
    "keep_line": "This round has no branch beside it",
}
"""Requests that are refused in this workspace, and how the sentence begins."""
FEATURES: list[Any] = [
    import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    for path in sorted(ROOT.glob("tests/**/statements.py"))
]
"""The same of each feature, beside its tests."""
for each in FEATURES:
    LIMITS |= each.LIMITS
    VERB_LIMITS |= each.VERB_LIMITS
    UNCOUNTED |= getattr(each, "UNCOUNTED", {})
    UNCOUNTED_VERBS |= each.UNCOUNTED_VERBS
    OTHER |= each.OTHER
    REFUSED |= each.REFUSED
COUNTED = [name for name in REQUESTS if name not in UNCOUNTED]


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    with Store(tmp_path_factory.mktemp("seeded") / "workspace") as store:
        studio = Asked(store)
        project = make_project(studio, candidates=2)
        first = store.rounds.of_project(project)[0].id
        train(studio, first)
        draw(studio, first, candidates=2)
        judge(studio, first)
        refinement = pairs_made(studio, first)
        second = go_on(studio, first, 2)
        measure(studio, second)
        store.rounds.keep_step(second, KeptStep(20, 64 * "a", "f", 20))
        tiles = [tile.candidate for tile in studio.round_view(second).candidates]
        studio.decide([tiles[0].id], "accepted")
        halted, untrained = studio.branch(second).id, studio.branch(second).id
        undrawn = studio.branch(second).id
        train(studio, undrawn)
        job = studio.stop(studio.fine_tune(halted).id).id
        waiting = studio.fine_tune(studio.branch(second).id).id
        brought = {name: one for each in FEATURES for name, one in each.given(studio, second).items()}
        studio.used.clear()
        yield Seeded(
            studio,
            {
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
                "tag": "hands", "folder": "/", "no_step": None, "x": 0.5, "y": 0.5,
            } | brought,
        )  # fmt: skip


def test_every_request_has_its_number(seeded: Seeded) -> None:
    assert {*LIMITS, *UNCOUNTED} <= REQUESTS.keys()
    found, refused = {}, {}
    for name in COUNTED:
        found[name], refused[name] = seeded.statements(partial(seeded.ask, name))
    assert {name: number for name, number in found.items() if number > LIMITS.get(name, USUAL)} == {}
    assert {name for name, why in refused.items() if why and name in LIMITS} == REFUSED.keys(), refused
    assert all(refused[name].startswith(why) for name, why in REFUSED.items())


def test_every_verb_has_its_number(seeded: Seeded) -> None:
    """Those that no request uses; the others are part of their request's number."""
    seeded.studio.used.clear()
    for name in COUNTED:
        seeded.statements(partial(seeded.ask, name))
    used = set(seeded.studio.used)
    assert VERBS - used - UNCOUNTED_VERBS.keys() == VERB_LIMITS.keys(), "give a new verb its number"
    for name, (limit, of) in VERB_LIMITS.items():
        verb, arguments = getattr(seeded.studio, name), [seeded.given[one] for one in of]
        found, refused = seeded.statements(partial(verb, *arguments))
        assert found <= limit, name
        assert refused == "", name


def test_what_happens_most_calls_little(seeded: Seeded) -> None:
    """A verdict, a poll after it and after a mark of a copy, and a poll while jobs wait."""
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
    assert calls(lambda: poll(views, asked)) <= 1_500  # type: ignore[arg-type]
