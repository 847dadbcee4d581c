"""Make a workspace with rounds of many pictures, without a model, to try and time the page with.

    python -m workshop.benchmarks.speed.synthetic --out FOLDER [--pictures 5000] [--prompts 50] [--rounds 3]
    gal-studio --workspace FOLDER

Every picture is drawn, small and plain; scores and places are those of clusters around each prompt, with
copies near the reference.
"""

import argparse
import io
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from gal_studio.core.records.candidate import Candidate, candidate_id
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import Anchor
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio

EDGE = 96  # pixels of a picture
STYLE = "in watercolor painting style"
THINGS = (
    "parrot", "lantern", "donut", "koala", "shoe", "kite", "drum", "tie", "pencil", "clock", "lamp", "boat",
    "chair", "apple", "bird", "fish", "house", "tree", "car", "cup", "key", "hat", "book", "bell", "star",
)  # fmt: skip
ADJECTIVES = ("", "small ", "old ", "bright ", "wooden ", "round ", "striped ", "paper ")


def prompts(count: int) -> list[str]:
    """`count` different test prompts, with {} for the style."""
    names = [f"{adjective}{thing}" for adjective in ADJECTIVES for thing in THINGS]
    if count > len(names):
        raise SystemExit(f"--prompts is {count}: there are {len(names)}.")
    return [f"A {name} {{}}" for name in names[:count]]


def picture(number: int, index: int, copy: bool) -> bytes:
    """A polygon in the colour of its prompt; a copy is an orange circle."""
    draws = np.random.default_rng((number, index))
    image = Image.new("RGB", (EDGE, EDGE), tuple(int(v) for v in draws.integers(225, 250, 3)))
    pen = ImageDraw.Draw(image)
    radius = int(draws.integers(24, 40))
    own = tuple(int(v) for v in np.random.default_rng(number).integers(20, 220, 3))
    shade = (230, 150, 60) if copy else own
    middle = (int(draws.integers(36, 60)), int(draws.integers(36, 60)))
    if copy:
        pen.ellipse([middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius], shade)
    else:
        pen.regular_polygon((*middle, radius), 3 + number % 5, int(draws.integers(0, 360)), fill=shade)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def place(anchor: Anchor, anchors: int, copy: bool, draws: np.random.Generator) -> tuple[float, float]:
    """A place in the cluster of the prompt, or near the reference."""
    turn = 2 * math.pi * anchor.order / anchors
    radius = 0.25 if copy else 1 + 0.35 * (anchor.order % 3)
    x, y = draws.normal(0, 0.05 if not copy else 0.14, 2)
    return radius * math.cos(turn) + x, radius * math.sin(turn) + y


def draw(studio: Studio, round_id: str, number: int, per_prompt: int) -> None:
    """Store the candidates of a round; each round has fewer copies."""
    pool, batch, places = studio.pool(round_id), [], {}
    draws = np.random.default_rng(number)
    for anchor in pool:
        copies = round(per_prompt * (anchor.order % 7) / (9 + 3 * number))
        for index in range(per_prompt):
            copy = index >= per_prompt - copies
            margin = (-1 if copy else 1) * float(draws.uniform(0.002, 0.09))
            base = float(draws.uniform(0.2, 0.26))
            batch.append(
                Candidate(
                    id="",
                    anchor_id=anchor.id,
                    index=index,
                    seed=candidate_seed(0, anchor.prompt, index),
                    image=studio.store.images.add(picture(anchor.order, index + 10_000 * number, copy)),
                    similarity_anchor=base + margin / 2,
                    similarity_reference=base - margin / 2,
                    feature=np.zeros(4),
                )
            )
            name = candidate_id(round_id, anchor.id, index)
            places[name] = place(anchor, len(pool), copy, draws)
    studio.store.candidates.save(round_id, batch)
    studio.store.candidates.place(places)
    references = studio.project(studio.store.rounds.get(round_id).project_id).references
    studio.store.rounds.place_references(round_id, {reference.id: (0.0, 0.0) for reference in references})


def make(workspace: Path, pictures: int, prompt_count: int = 18, rounds: int = 1) -> tuple[Studio, str, str]:
    """A studio with a project whose last round has `pictures` pictures: studio, project, round."""
    per_prompt = max(1, pictures // prompt_count)
    studio = Studio(Store(workspace))
    project = studio.create_project(
        ProjectDraft(
            kind="style",
            references=[(picture(1, 0, copy=True), f"A cat {STYLE}")],
            anchors=prompts(prompt_count),
            name=f"{per_prompt * prompt_count} pictures",
            base_model="someone/a-model",
            clip_model="ViT-B-32/openai",
            changes={"generation": {"candidates": per_prompt}},
        )
    )
    round_id = studio.rounds(project)[0].id
    for number in range(rounds):
        if number:
            round_id = studio.next_round(round_id).id
        adapter = studio.store.adapters.add(f"weights of {round_id}".encode())
        studio.store.rounds.save_losses(round_id, [(step, 1 / step) for step in range(1, 21)])
        studio.store.rounds.finish_training(round_id, adapter, round_id, studio.training_set(round_id))
        draw(studio, round_id, number, per_prompt)
    return studio, project, round_id


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--prompts", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    _, project, _ = make(options.out, options.pictures, options.prompts, options.rounds)
    print(f"project {project} in {options.out}")


if __name__ == "__main__":
    main()
