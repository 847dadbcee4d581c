"""Refinements and patch maps in a workspace, made without any model."""

from dataclasses import replace

import numpy as np
from PIL import Image

from gal_studio.core.records.candidate import Candidate, candidate_id
from gal_studio.core.seeds import named_seed
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Job
from gal_studio.rounds.lineage import accepted_examples
from gal_studio.rounds.patch_maps import mask_of_reference, vision_model
from gal_studio.state.tables.refinements import Foreground, Measurement, PlannedPair, StoredMap
from gal_studio.studio import ProjectDraft, ReferenceDraft, Studio
from tests.ui.seeded import draw, picture, train

SIDE = 8  # patches a side
LOW, HIGH = 0.25, 0.75  # what the left and the right half of every map hold


def halves(studio: Studio, round_id: str) -> StoredMap:
    """A map whose left half is bad and whose right half is good."""
    values = np.full((SIDE, SIDE), LOW, np.float32)
    values[:, SIDE // 2 :] = HIGH
    return StoredMap(values, vision_model(studio.store.rounds.get(round_id).settings))


def judge(studio: Studio, round_id: str) -> None:
    """Store heat maps of a round's candidates, as if they were judged."""
    for candidate in studio.store.candidates.of_round(round_id):
        studio.store.refinements.save_map(candidate.id, "quality", halves(studio, round_id))


def two_subjects(studio: Studio) -> tuple[str, str]:
    """A teapot and a teddy bear, judged each by its own references: project, round.

    Of the teapot the left half of every picture is bad, of the teddy bear the right half.
    """
    words = {"<dotty>": "teapot", "<brumm>": "teddy bear"}
    project = studio.create_project(
        ProjectDraft(
            kind="object",
            references=[
                ReferenceDraft(picture((240, 150, 60)), f"A {word} {thing} on the stairs", word)
                for word, thing in words.items()
            ],
            anchors=["{} in a gym", "{} in a bank", "{} under a tree", "a <brumm> teddy bear at a cafe"],
            base_model="someone/a-model",
            clip_model="ViT-B-32/openai",
        )
    )
    round_id = studio.rounds(project)[0].id
    train(studio, round_id)
    draw(studio, round_id)
    map_of = dict.fromkeys(words, halves(studio, round_id))
    map_of["<brumm>"] = replace(map_of["<dotty>"], values=map_of["<dotty>"].values[:, ::-1])
    for tile in studio.round_view(round_id).candidates:
        for word in words:
            if word in tile.prompt:
                studio.store.refinements.save_map(tile.candidate.id, "quality", map_of[word], word)
    return project, round_id


def take(studio: Studio) -> Job:
    """Claim the next job, as a worker does."""
    studio.store.workers.enter("worker")
    job = studio.store.jobs.claim("worker")
    assert job is not None
    return job


def pairs_made(studio: Studio, round_id: str) -> str:
    """Accept two pictures, and store a refinement of the round with its pairs, as if they were drawn."""
    store = studio.store
    studio.decide([tile.candidate.id for tile in studio.round_view(round_id).candidates[:20:10]], "accepted")
    here = store.snapshots.round(round_id)
    settings = replace(here.wanted_settings, tune=here.settings.tune, generation=here.settings.generation)
    node = store.rounds.add(here.project.project.id, round_id, settings, "refine").id
    for place, pair in enumerate(store.refinements.plan(node, planned_pairs(studio, here))):
        store.refinements.keep_drawn([(pair.id, store.images.add(picture((20 * place, 90, 140))))])
        for kind in ("quality", "reproduction"):
            store.refinements.save_map(pair.id, kind, halves(studio, node))
    return node


def planned_pairs(studio: Studio, here: RoundSnapshot) -> list[PlannedPair]:
    """Pairs of the references (object) or of the accepted pictures (style), in turn."""
    store, project, settings = studio.store, here.project.project, here.wanted_settings.refine
    sources: list[tuple[str, str, str | None, str, float]] = [
        (one.prompt, one.image, one.mask, "", one.weight) for one in accepted_examples(here)
    ]
    if project.taught.is_subject:
        sources = []
        for one in store.projects.references(project.id):
            prompt = f"A {one.trigger_word} teapot {settings.clean_background}"
            mask = mask_of_reference(one, store.refinements.foreground(one.image))
            sources.append((prompt, one.image, mask, one.trigger_word, 1.0))
    planned = []
    for place in range(settings.pairs):
        turn, which = divmod(place, len(sources))
        prompt, *rest = sources[which]
        planned.append(PlannedPair(prompt, named_seed(project.seed, "pair", prompt, turn), *rest))
    return planned


def object_with_subject(studio: Studio) -> tuple[str, str, str]:
    """An object whose subject was found in the left half: project, first round, reference."""
    project = studio.create_project(
        ProjectDraft(
            kind="object",
            references=[(picture((240, 150, 60)), "A <dotty> teapot on the stairs")],
            trigger_word="<dotty>",
            base_model="someone/a-model",
            clip_model="ViT-B-32/openai",
        )
    )
    reference = studio.project(project).references[0]
    mask = Image.new("L", (48, 48))
    mask.paste(255, (0, 0, 24, 48))
    name = studio.store.images.add_picture(mask)
    studio.store.refinements.keep_foreground(reference.image, Foreground(name))
    round_id = studio.rounds(project)[0].id
    train(studio, round_id)
    draw(studio, round_id)
    return project, round_id, reference.id


def refined(studio: Studio, node: str) -> None:
    """Store a refinement with candidates and measurements, as if it was trained."""
    store = studio.store
    adapter = store.adapters.add(bytes(8) + f"weights of {node}".encode())  # an empty header
    store.rounds.save_losses(node, [(step, 1 / step) for step in range(1, 21)])
    store.rounds.finish_training(node, adapter, node, studio.training_set(node))
    base = store.rounds.get(node).parent_id
    assert base is not None
    batch, places = [], {}
    for old in store.candidates.of_round(base):
        image = store.images.add(picture((200, 200, 10 * old.index)))
        batch.append(Candidate("", old.anchor_id, old.index, old.seed, image, 0.3, 0.25, feature=np.zeros(4)))
        places[candidate_id(node, old.anchor_id, old.index)] = (old.x or 0.0, old.y or 0.0)
    store.candidates.save(node, batch)
    store.candidates.place(places)
    store.rounds.place_references(node, store.rounds.reference_places(base))
    store.refinements.save_measurements(
        node,
        [
            Measurement("clip_t", 0.271, 0.284, 0.013, 0.004, 0.021, 180),
            Measurement("clip_i", 0.61, 0.62, 0.01, -0.01, 0.03, 180),
            Measurement("overfit_rate", 0.3, 0.4, 0.1, 0.05, 0.15, 180),
        ],
    )
