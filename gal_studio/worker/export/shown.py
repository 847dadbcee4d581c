"""The pictures that an exported round's card shows."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from gal_studio.rounds import lineage
from gal_studio.worker.export.task import ExportTask

MOST = 6
FOLDER = "pictures"
Shown = tuple[str, str, int]
"""A picture's path below the folder, its prompt and its seed."""


def save_shown(task: ExportTask, drawn: Sequence[Image.Image], out: Path) -> list[Shown]:
    """Save the pictures that were drawn for the check, then accepted ones, then one of each other prompt."""
    (out / FOLDER).mkdir(exist_ok=True)
    asked = task.requests
    pictures = [(image, request.prompt, request.seed) for image, request in zip(drawn, asked, strict=True)]
    pictures += _candidates(task, {request.prompt for request in asked})
    shown = []
    for number, (image, prompt, seed) in enumerate(pictures[:MOST], start=1):
        path = f"{FOLDER}/{number:02d}.png"
        image.save(out / path)
        shown.append((path, prompt, seed))
    return shown


def _candidates(task: ExportTask, known: set[str]) -> list[tuple[Image.Image, str, int]]:
    store, round_id = task.store, task.round.id
    prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(task.project.id)}
    found: list[tuple[Image.Image, str, int]] = []
    for candidate in (*lineage.accepted_candidates(store, round_id), *store.candidates.of_round(round_id)):
        prompt = prompts[candidate.anchor_id]
        if prompt not in known and store.images.has(candidate.image) and len(found) < MOST:
            known.add(prompt)
            found.append((store.images.picture(candidate.image), prompt, candidate.seed))
    return found
