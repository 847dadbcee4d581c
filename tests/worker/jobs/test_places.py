"""The map grows while pictures are drawn, and is the same in the end; what is said to be kept was kept."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, stop_at, trained_round, work

Names = tuple[str, str]


def places(studio: Studio, round_id: str) -> list[tuple[str, float | None, float | None]]:
    """Images and where they are on the map."""
    candidates = studio.store.candidates.of_round(round_id)
    order = sorted(candidates, key=lambda candidate: (candidate.seed, candidate.index))
    return [(candidate.image, candidate.x, candidate.y) for candidate in order]


def test_the_map_grows_and_pauses_do_not_change_it(studio: Studio, models: Models, names: Names) -> None:
    whole, halted = (first_round(studio, tiny_draft(names)) for _ in range(2))
    for round_id in (whole, halted):
        work(studio, models, studio.fine_tune(round_id))
    seen: list[int] = []

    def watch(job: Job, progress: Progress) -> None:
        if progress.phase == "draw":
            drawn = studio.store.candidates.of_round(whole)
            assert all(candidate.x is not None for candidate in drawn)
            assert not drawn or studio.store.rounds.reference_places(whole)
            seen.append(len(drawn))

    assert work(studio, models, studio.generate(whole), watch).state == "completed"
    assert set(seen) == {0, 4, 8, 12}
    ended = work(studio, models, studio.generate(halted), stop_at(studio, "draw", 4.1))
    kept = places(studio, halted)
    assert len(kept) == 4 and kept[0][1] is not None, "roughly, so far"
    assert studio.next_step(halted) == "generate"
    assert (ended.state, ended.done, ended.total) == ("stopped", 4, 12)
    assert ended.message == "Kept 4 of 12 images; Generate makes the rest."
    assert work(studio, models, studio.generate(halted)).state == "completed"
    assert places(studio, halted) == places(studio, whole)
    assert {image for image, *_ in kept} < {image for image, *_ in places(studio, whole)}


def test_references_are_embedded_once_for_all_batches(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = trained_round(studio, models, tiny_draft(names))
    project = studio.store.rounds.get(round_id).project_id
    (reference,) = studio.store.projects.references(project)
    embedder = models.embedder(studio.store.projects.get(project).clip_model)
    shown, embed = studio.store.images.picture(reference.image).tobytes(), embedder.images
    embedded: list[bytes] = []

    def count(pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        embedded.extend(each.tobytes() for each in pictures)
        return embed(pictures)

    monkeypatch.setattr(embedder, "images", count)
    monkeypatch.setattr(models, "_pictures", {})
    assert work(studio, models, studio.generate(round_id)).state == "completed"
    assert len(embedded) > 12 and embedded.count(shown) == 1
