"""A project with something in every table, made without a model."""

import json
import os
import struct
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from gal_studio.core.gal.ladder import RaceResult
from gal_studio.core.gal.validation import Validation
from gal_studio.core.measures.blind import Answer
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import KeptStep, Preview, Start
from gal_studio.core.types import Reference, Remark, TrainingExample
from gal_studio.rounds import test_set
from gal_studio.state import Store
from gal_studio.state.files.model_hashes import FileHash
from gal_studio.state.tables.measures import LIKENESS, NewMeasuredPicture
from gal_studio.state.tables.overrides import NewChoice
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.state.tables.projects import new_id
from gal_studio.state.tables.refinements import Foreground, Measurement, PlannedPair, StoredMap


def old(path: Path) -> Path:
    """The file, last written long ago."""
    os.utime(path, (1, 1))
    return path


def weights(number: int) -> bytes:
    """A small safetensors file, different for each number."""
    header = {"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {"n": "1"}}
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + struct.pack("<6f", *[number + place for place in range(6)])


def picture(random: Random, mode: str = "RGB") -> Image.Image:
    """A small picture of noise."""
    size = random.randrange(8, 14), random.randrange(8, 14)
    return Image.frombytes(mode, size, random.randbytes(size[0] * size[1] * len(mode)))


def fill(store: Store, random: Random, name: str = "Cat", rounds: int = 2, replayed: bool = True) -> Project:
    """A project with a line of rounds, a branch, and a refinement of the first round; a replay by default."""
    project = _add(store, random, name)
    store.projects.revisions(project.id)["someone/a-model"] = "c0ffee" * 6 + "beef"
    store.projects.set_settings(project.id, project.settings.updated({"tune": {"steps": 7}}))
    store.projects.add_class_image(project.id, "base / cat", 0, store.images.add_picture(picture(random)))
    masks, reference = store.projects.masks, store.projects.references(project.id)[0]
    masks.add(reference.id, store.images.add_picture(picture(random, "L")))
    masks.undo(reference.id)
    masks.redo(reference.id)
    store.projects.set_start(project.id, Start("ink.safetensors", store.adapters.add(weights(11))))
    store.blind.add(project.id, Answer("a" * 64, "b" * 64, "left", "right"), "human")
    store.blind.undo(project.id)
    store.blind.redo(project.id)
    store.model_locations.keep(project.id, "/models/sd15", {"unet/a.safetensors": FileHash(3, "ab" * 32)})
    store.model_locations.set(project.id, "/models/sd15", "/models/elsewhere")
    parent = None
    for number in range(rounds):
        round_ = store.rounds.add(project.id, parent, project.settings)
        _work(store, random, round_.id)
        parent = round_.id if number < rounds - 1 else parent
    for round_ in store.rounds.of_project(project.id)[:1]:
        asked = (round_.id, "kohya", '["Gained 1."]', store.clock(), True)
        store.database.write(
            "INSERT INTO exports (round_id, form, measured, created, waits) VALUES (?, ?, ?, ?, ?)", asked
        )
    measure(store, random, project.id)
    if replayed:
        _replay(store, random, project)
    _try(store, random, project)
    if rounds:
        first = store.rounds.of_project(project.id)[0]
        node = store.rounds.add(project.id, first.id, project.settings, "refine")
        _refine(store, random, node.id)
    return store.projects.get(project.id)


def _replay(store: Store, random: Random, project: Project) -> None:
    """As if the project drew another one again, with one decision of a person."""
    mask = store.images.add_picture(picture(random, "L"))
    settings, prior = (json.dumps(one.to_dict()) for one in (project.settings, project.settings.generation))
    own = {"project_id": project.id}
    line = {"source_id": "cat", "source_name": "Cat", "source_round": "round", "left_out": '["a refinement"]'}
    drawn = {"settings": settings, "prior_drawing": prior, "prompts": '["A tie in ink"]'}
    made = {"prompt": "A tie in ink", "place": 0, "verdict": "accepted", "seen": "5" * 64}
    with store.database.transaction():
        store.database.insert("replays", {**own, **line, "policy": "human"})
        store.database.insert("replay_rounds", {**own, "number": 1, **drawn})
        store.database.insert("replay_decisions", {**own, "number": 1, **made, "mask": mask, "weight": 0.5})


def _try(store: Store, random: Random, project: Project) -> None:
    """One free prompt that was drawn, and one that waits."""
    for round_ in store.rounds.of_project(project.id)[:1]:
        asked = (new_id(), round_.id, "A moon in ink", random.randrange(2**63), 4.0, 0.5, 0.25, 0.75)
        image = store.images.add_picture(picture(random))
        drawn = (image, np.ones(8, "<f4").tobytes(), '{"similarity_anchor": 0.25}', "fingerprint")
        waiting = (new_id(), round_.id, "A 🥟", 1, 7.5, 1.0, 1.0, 0.0, None, None, "{}", "")
        for row in ((*asked, *drawn), waiting):
            store.database.write(
                "INSERT INTO trials (id, round_id, prompt, seed, guidance_scale, strength, early_strength, "
                "switch, image, feature, scores, trained_as, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, store.clock()),
            )


def _add(store: Store, random: Random, name: str) -> Project:
    image, mask = store.images.add_picture(picture(random)), store.images.add_picture(picture(random, "L"))
    seed, origin = random.randrange(2**63), f"origin {random.random()}"
    return store.projects.add(
        Project("", name, "object", "base", "clip", "<sks>", seed, Settings(), origin=origin),
        (
            Reference("", "A <sks> cat", "A cat", image, "<sks>", mask),
            Reference("", "A <sks> cat — 猫 on a rug", "A cat", image, "<sks>"),
        ),
        ("<sks> in a gym", "<sks> at a café"),
    )


def _work(store: Store, random: Random, round_id: str) -> None:
    project_id = store.rounds.get(round_id).project_id
    reference = store.projects.references(project_id)[0]
    samples = [TrainingExample(reference.image, reference.prompt, 1.0, True, reference.mask)]
    store.rounds.save_losses(round_id, [(step, random.random() / 3) for step in range(1, 5)])
    store.rounds.finish_training(
        round_id, store.adapters.add(weights(random.randrange(9))), "f" * 64, samples
    )
    store.rounds.set_seconds(round_id, "fine_tune", random.random() * 99)
    store.findings.save(round_id, "count", {"prompts": random.randrange(9)})
    sample = Preview(2, "A cat", 3, store.images.add_picture(picture(random)))
    store.rounds.add_validation(round_id, Validation(3, 4, 1, 0.5))
    store.rounds.keep_step(round_id, KeptStep(3, store.adapters.add(weights(10)), "e" * 64, 3))
    store.rounds.add_preview(round_id, sample)
    for anchor in store.projects.anchors(project_id):
        store.candidates.save(round_id, [_candidate(store, random, anchor.id, index) for index in range(2)])
    store.races.begin(round_id, random.random())
    store.races.end(round_id, RaceResult(0.0, True, 6, 3))
    store.races.ask(round_id, [(anchor.id, 7)])
    drawn = [candidate.id for candidate in store.candidates.of_round(round_id)]
    store.candidates.place({drawn[0]: (random.random(), -1.5)})
    store.rounds.place_references(round_id, {reference.id: (0.25, random.random())})
    store.candidates.tag(drawn[:1], "hands", True)
    store.marks.add({drawn[0]: False}, "human")
    store.marks.count(round_id, "human")
    step = store.decisions.record(round_id, [(drawn[0], "accepted"), (drawn[1], "rejected")], "human")
    store.overrides.add(step or 0, [_choice(store, drawn[0], drawn[1]), _choice(store, drawn[1], None)])
    store.overrides.explain(store.overrides.of_round(round_id)[0].id, "the second — 猫 — has no tail")
    store.decisions.set_weight(round_id, drawn[0], random.random(), "human")
    store.decisions.undo(round_id)
    store.decisions.redo(round_id)
    store.refinements.save_map(drawn[0], "quality", _map(random))
    store.database.write(
        "INSERT INTO sibling_pictures VALUES (?, 1, ?, ?)",
        (drawn[0], store.images.add_picture(picture(random)), random.random()),
    )


def _choice(store: Store, chosen: str, suggested: str | None) -> NewChoice:
    anchor = store.candidates.get(chosen).anchor_id
    scores = {"prompt": {"rank": 1}, "suggested": {}, "chosen": {"margin": 1 / 3}}
    return NewChoice(
        anchor_id=anchor, suggested_id=suggested, chosen_id=chosen, verdict="accepted", first=True,
        scores=scores,
    )  # fmt: skip


def _candidate(store: Store, random: Random, anchor_id: str, index: int) -> Candidate:
    image = store.images.add_picture(picture(random))
    feature = np.array([random.random() for _ in range(4)])
    seed, likeness = random.randrange(2**63), random.random()
    remark: Remark = "redrawn" if index else ""
    scores = {"sharpness": random.random()}
    return Candidate(
        "", anchor_id, index, seed, image, likeness, 1 / 3, feature=feature, remark=remark, more_scores=scores
    )


OTHER_SCORES = ("similarity_reference", LIKENESS, "sharpness")


def measure(store: Store, random: Random, project_id: str) -> None:
    """What the base model and each trained round drew for the test set."""
    project = store.projects.get(project_id)
    arms = [None, *(round_.id for round_ in store.rounds.of_project(project_id))]
    test_set.ensure(store, store.snapshots.outline(project_id))
    for round_id in arms:
        trained_as = (store.rounds.get(round_id).trained_as if round_id else None) or ""
        planned = test_set.prepare(store, arms[-1]).wanted[:4] if arms[-1] else ()
        store.measures.save(
            [
                NewMeasuredPicture(
                    each.prompt.id, round_id, each.number, each.seed(project.seed),
                    store.images.add_picture(picture(random)),
                    {name: random.random() for name in ("similarity_anchor", *OTHER_SCORES)},
                    "", trained_as, recipe=each.recipe,
                )
                for each in planned
            ]
        )  # fmt: skip


def _refine(store: Store, random: Random, round_id: str) -> None:
    project_id = store.rounds.get(round_id).project_id
    reference = store.projects.references(project_id)[0]
    plans = [PlannedPair("A cat", seed, reference.image, reference.mask, "<sks>") for seed in range(2)]
    first, second = store.refinements.plan(round_id, plans)
    store.refinements.keep_drawn([(first.id, store.images.add_picture(picture(random)))])
    region = np.arange(6).reshape(2, 3) > 2
    store.refinements.regions.save(first.id, PairRegion((2, 3), region, ~region, region, reference.mask))
    for pair in (first, second):
        store.refinements.save_map(pair.id, "quality", _map(random))
        store.refinements.save_map(pair.id, "reproduction", _map(random))
    paint = store.refinements.paintings
    paint.add(round_id, first.id, store.images.add_picture(picture(random, "L")), "human")
    paint.undo(round_id)
    paint.redo(round_id)
    store.refinements.save_measurements(round_id, [Measurement("clip_t", 0.2, 0.3, 0.1, -0.1, 0.3, 8)])
    store.refinements.keep_foreground(reference.image, Foreground(reference.mask))


def _map(random: Random) -> StoredMap:
    values = np.array([random.random() for _ in range(6)], dtype=np.float32).reshape(2, 3)
    return StoredMap(values, "clip")


def snapshot(workspace: Path) -> tuple[dict[str, list[tuple[object, ...]]], dict[str, bytes]]:
    """All rows and files of a workspace."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(f"file:{workspace / 'studio.db'}?mode=ro", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    files = {
        str(path.relative_to(workspace)): path.read_bytes()
        for path in sorted(workspace.rglob("*"))
        if path.is_file() and not path.name.startswith("studio.db")
    }
    return rows, files
