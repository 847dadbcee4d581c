"""A workspace with a finished round, made without any model."""

import math
from pathlib import Path
from zlib import crc32

import numpy as np
from PIL import Image

from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate, candidate_id
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import ASKED, Anchor
from gal_studio.rounds import test_set
from gal_studio.state import Store
from gal_studio.state.tables.measures import LIKENESS, NewMeasuredPicture
from gal_studio.studio import ProjectDraft, Studio
from tests.drawn_alike import ALIKE
from tests.state.images.profiles import encoded
from tests.workspace.filled import weights

PROMPT = "A cat in watercolor painting style"


def picture(colour: tuple[int, int, int], edge: int = 48) -> bytes:
    return encoded(Image.new("RGB", (edge, edge), colour))


def noise(seed: int, edge: int = 48) -> bytes:
    """A picture that is like no other one."""
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return encoded(Image.fromarray(pixels).resize((edge, edge), Image.Resampling.NEAREST))


def make_project(
    studio: Studio, prompt: str = PROMPT, candidates: int = 10, name: str = "Watercolour cat"
) -> str:
    """A style project with models that are never loaded."""
    return studio.create_project(
        ProjectDraft(
            kind="style",
            references=[(picture((240, 150, 60)), prompt)],
            name=name,
            base_model="someone/a-model",
            clip_model="ViT-B-32/openai",
            changes={"generation": {**ALIKE, "candidates": candidates}},
        )
    )


def train(studio: Studio, round_id: str) -> None:
    """Store an adapter, as if the round was trained."""
    adapter = studio.store.adapters.add(weights(crc32(round_id.encode()) % 1_000_000))
    studio.store.rounds.save_losses(round_id, [(step, 1 / step) for step in range(1, 21)])
    studio.store.rounds.finish_training(round_id, adapter, round_id, studio.training_set(round_id))


def draw(
    studio: Studio, round_id: str, anchors: tuple[Anchor, ...] | None = None, candidates: int = 10
) -> None:
    """Store candidates, as if they were drawn: anchor number k has k % 7 copies in ten."""
    batch, places = [], {}
    for anchor in anchors or studio.pool(round_id):
        copies = round(candidates * (anchor.order % 7) / 10)
        for index in range(candidates):
            colour = (60 * (anchor.order % 3), 30, 200 if index >= candidates - copies else 40)
            margin = (-1 if index >= candidates - copies else 1) * 0.01 * (1 + index)
            batch.append(
                Candidate(
                    "", anchor.id, index, candidate_seed(0, anchor.prompt, index),
                    studio.store.images.add(picture(colour)), 0.25 + margin, 0.25, feature=np.zeros(4),
                )
            )  # fmt: skip
            turn = 2 * math.pi * anchor.order / 18
            radius = 1 + index / candidates
            places[candidate_id(round_id, anchor.id, index)] = (
                radius * math.cos(turn),
                radius * math.sin(turn),
            )
    studio.store.candidates.save(round_id, batch)
    studio.store.candidates.place(places)
    references = studio.project(studio.store.rounds.get(round_id).project_id).references
    studio.store.rounds.place_references(round_id, {reference.id: (0.0, 0.0) for reference in references})


def go_on(studio: Studio, round_id: str, candidates: int = 10) -> str:
    """The next round, as if it was trained and drawn."""
    after = studio.next_round(round_id).id
    train(studio, after)
    draw(studio, after, candidates=candidates)
    return after


def draw_held_back(studio: Studio, round_id: str) -> None:
    """Store five of ten candidates of each anchor again, with a LoRA that is weak for half of the steps."""
    batch = [
        Candidate(
            "", anchor.id, index, candidate_seed(0, anchor.prompt, index),
            studio.store.images.add(picture((0, 90, 40))), 0.45, 0.25, feature=np.zeros(4),
            recipe=Recipe(0.4, 1.0, 0.5),
        )
        for anchor in studio.pool(round_id)
        for index in range(5)
    ]  # fmt: skip
    studio.store.candidates.save(round_id, batch)


def finished(workspace: Path, candidates: int = 10) -> tuple[Studio, str, str]:
    """A studio with a project whose first round is ready for decisions: studio, project, round."""
    studio = Studio(Store(workspace))
    project_id = make_project(studio, candidates=candidates)
    round_id = studio.rounds(project_id)[0].id
    train(studio, round_id)
    draw(studio, round_id, candidates=candidates)
    return studio, project_id, round_id


def measure(
    studio: Studio,
    round_id: str,
    likeness: float = 0.5,
    copies: int = 2,
    by_schedule: int | None = 0,
    accepted: bool = True,
) -> None:
    """Store what a round lacks of the test set, as if it was drawn; the first pictures are copies.

    Without `accepted`, those of accepted prompts, which come last, are left out. Copies are also the first
    `by_schedule` of those by its best strength schedule, which are left out if it is None.
    """
    project_id = studio.store.rounds.get(round_id).project_id
    for number, planned in enumerate(test_set.prepare(studio.store, round_id).missing):
        trained_as = studio.store.rounds.get(planned.round_id).trained_as if planned.round_id else ""
        if planned.recipe != AS_TRAINED and by_schedule is None:
            continue
        if planned.prompt.part == "accepted" and not accepted:
            continue
        most = copies if planned.recipe == AS_TRAINED else by_schedule or 0
        is_copy = bool(planned.round_id) and planned.prompt.part == "held_out" and number % 12 < most
        of = studio.store.rounds.get(planned.round_id).number if planned.round_id else None
        colour = (30, 90, 200) if of is None else (200, 20 * (number % 12), 60 + 64 * (of % 3) + number // 12)
        scores = {
            "similarity_anchor": 0.3 + number % 5 / 100,
            "similarity_reference": 0.5 if is_copy else 0.1,
            LIKENESS: likeness + number % 7 / 100 if planned.round_id else 0.1,
            ASKED: 0.1 if is_copy else 0.9,
        }
        studio.store.measures.save(
            [
                NewMeasuredPicture(
                    planned.prompt.id,
                    planned.round_id,
                    planned.number,
                    planned.seed(studio.store.projects.get(project_id).seed),
                    studio.store.images.add(picture(colour)),
                    scores,
                    "",
                    trained_as or "",
                    recipe=planned.recipe,
                )
            ]
        )
