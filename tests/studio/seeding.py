"""Helpers for the tests of the studio: pictures, projects, trained and drawn rounds."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import SHOWN, Remark
from gal_studio.rounds import fingerprints, test_set
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state.tables.measures import LIKENESS, NewMeasuredPicture
from gal_studio.studio import ProjectDraft, Studio
from tests.drawn_alike import ALIKE
from tests.state.images.profiles import encoded

STYLE = "A cat in watercolor painting style"


def png(colour: str = "red") -> bytes:
    return encoded(Image.new("RGB", (32, 32), colour))


def draft(**changes: object) -> ProjectDraft:
    given: dict[str, object] = {
        "kind": "style",
        "references": [(png(), STYLE)],
        "base_model": "some/model",
        "clip_model": "ViT-B-32/openai",
        "changes": {"generation": {**ALIKE, "candidates": 4}},
    }
    return ProjectDraft(**{**given, **changes})  # type: ignore[arg-type]


def train(studio: Studio, round_id: str) -> None:
    samples = studio.training_set(round_id)
    adapter = studio.store.adapters.add(round_id.encode())
    fingerprint = fingerprints.training_fingerprint(inputs_of(studio.store, round_id))
    studio.store.rounds.finish_training(round_id, adapter, fingerprint, samples)


def ran_here(studio: Studio, project_id: str, round_id: str) -> None:
    """Store that a job of this computer trained the round."""
    job = studio.store.jobs.enqueue(project_id, round_id, "fine_tune")
    studio.store.workers.enter("here")
    assert studio.store.jobs.claim("here") == studio.store.jobs.get(job.id)
    studio.store.jobs.finish(job.id)


def draw(studio: Studio, round_id: str, copies: list[int], remark: Remark = "") -> None:
    """Store four candidates for each anchor of the pool; the first copies[i] of anchor i are copies."""
    wanted = copies + [0] * 100
    for anchor, number in zip(studio.pool(round_id), wanted, strict=False):
        studio.store.candidates.save(
            round_id,
            [
                Candidate(
                    "", anchor.id, index, index, studio.store.images.add(f"{anchor.id}{index}".encode()),
                    0.2 + index / 100, 0.5 if index < number else 0.1, feature=np.array([1.0, 0.0]),
                    remark=remark,
                )
                for index in range(4)
            ],
        )  # fmt: skip


def measure(
    studio: Studio,
    round_id: str,
    likeness: float = 0.5,
    arms: Sequence[str | None] = (),
    shown: Mapping[str, float] | None = None,
) -> None:
    """Store what a round still lacks of the test set, as if it was drawn; `shown` is `SHOWN` by prompt."""
    image = studio.store.images.add_picture(Image.new("RGB", (8, 8), "red"))
    for planned in test_set.prepare(studio.store, round_id).missing:
        if arms and planned.round_id not in arms:
            continue
        trained_as = studio.store.rounds.get(planned.round_id).trained_as if planned.round_id else ""
        close = likeness if planned.round_id else 0.1
        scores = {"similarity_anchor": 0.5, "similarity_reference": 0.1, LIKENESS: close}
        if shown is not None:
            scores[SHOWN] = shown.get(planned.prompt.prompt, 0.1)
        studio.store.measures.save(
            [
                NewMeasuredPicture(
                    planned.prompt.id, planned.round_id, planned.number, planned.seed(0), image, scores, "",
                    trained_as or "", recipe=planned.recipe,
                )
            ]
        )  # fmt: skip


def chosen(studio: Studio, round_id: str) -> list[str]:
    scores = studio.round_view(round_id).scores
    return [view.suggested for view in scores if view.suggested]
