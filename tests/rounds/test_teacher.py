"""Which first round teaches the look (Eq. G24), and that fingerprints say so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from gal_studio.core.denoising import Denoising
from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import ProjectSnapshot
from gal_studio.core.types import ASKED, CARRIES, CHANCE, Reference
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import TrainingInputs
from gal_studio.rounds.teacher import FirstRound, check_teacher, teacher_of
from tests.core.builders import margins, pool_of
from tests.core.snapshots import decided, project_of, record

ANCHORS, PICTURES, _ = pool_of(margins(0, 4), margins(0, 4))
CHOSEN = decided(anchor_0_2="accepted")
WEAK = Recipe(0.4, 0.7, 0.5)
TUNE = {"accepted_noise": 3.0, "taught_share": 0.5}


def drawn(copies_of_weak: float = 0.1, carried: float = 1.0) -> list[Candidate]:
    """Full strength copies; every other picture is of a weaker schedule."""

    def judged(one: Candidate) -> Candidate:
        weak = one.index % 2 == 0
        scores = {CHANCE: copies_of_weak if weak else 0.9, ASKED: 1.0, CARRIES: carried if weak else 1.0}
        return replace(one, recipe=WEAK if weak else AS_TRAINED, more_scores=scores)

    return [judged(one) for one in PICTURES]


def line(
    tiles: Sequence[Candidate] | None = None, first: Any = "first LoRA", refined: bool = False, **tune: Any
) -> ProjectSnapshot:
    """Three rounds, the last of which may be a refinement."""
    settings = {"tune": {**TUNE, **tune}}
    one = record("first", None, 1, drawn() if tiles is None else tiles, CHOSEN, adapter=first)
    two = record("second", "first", 2, adapter="second LoRA", **settings)
    kind = "refine" if refined else "fine_tune"
    return project_of(ANCHORS, one, two, record("last", "second", 3, kind=kind, adapter=None, **settings))


def inputs(project: ProjectSnapshot, name: str = "last") -> TrainingInputs:
    reference = Reference("r", "A cat in oil painting style", "A cat", "image")
    return TrainingInputs(here=project.round(name), references=(reference,))


TAUGHT = FirstRound(1, "first LoRA", WEAK, Denoising(20))


def test_all_later_rounds_have_the_first_one_by_its_best_schedule() -> None:
    for name in ("second", "last"):
        assert teacher_of(inputs(line(), name)) == TAUGHT
    assert teacher_of(inputs(line(refined=True))) == TAUGHT
    strong = teacher_of(inputs(line(teacher_strength=0.6)))
    assert strong == replace(TAUGHT, recipe=Recipe.constant(0.6))


@pytest.mark.parametrize(
    "project",
    [
        line(taught_share=0.0),
        line(accepted_noise=0.0),
        line(method="full"),
        line(first=None),
        line(tiles=drawn(copies_of_weak=0.6)),
        line(tiles=drawn(carried=0.3)),
    ],
    ids=["off", "no limit", "all weights", "no LoRA", "copies", "hardly the style"],
)
def test_where_nothing_is_taught(project: ProjectSnapshot) -> None:
    assert teacher_of(inputs(project)) is None


def test_a_first_round_and_one_without_accepted_images_have_none() -> None:
    assert teacher_of(inputs(line(), "first")) is None
    project = line()
    records = (replace(project.records[0], pictures=replace(project.records[0].pictures, decided=decided())),)
    assert teacher_of(inputs(replace(project, records=(*records, *project.records[1:])))) is None


def test_the_fingerprint_has_the_teacher_and_nothing_where_there_is_none() -> None:
    known = fingerprints.training_fingerprint(inputs(line()))
    other = drawn()
    seen = {
        known,
        fingerprints.training_fingerprint(inputs(line(first="another LoRA"))),
        fingerprints.training_fingerprint(inputs(line(teacher_strength=0.6))),
        fingerprints.training_fingerprint(inputs(line(taught_share=0.25))),
        fingerprints.training_fingerprint(inputs(line(taught_share=0.0))),
        fingerprints.training_fingerprint(
            inputs(line([replace(one, recipe=AS_TRAINED if one.recipe.is_as_trained else Recipe.constant(0.5))
                         for one in other]))
        ),
    }  # fmt: skip
    assert len(seen) == 6
    for nothing in ({"tiles": drawn(copies_of_weak=0.6)}, {"first": None}):
        off, on = (inputs(line(**nothing, taught_share=share)) for share in (0.0, 0.5))
        assert fingerprints.training_fingerprint(off) == fingerprints.training_fingerprint(on)
        assert fingerprints.endless_fingerprint(off) == fingerprints.endless_fingerprint(on)


def test_a_lost_teacher_is_told() -> None:
    check_teacher(None, lambda _: False)
    check_teacher(TAUGHT, lambda name: name == "first LoRA")
    with pytest.raises(StudioError) as refused:
        check_teacher(TAUGHT, lambda _: False)
    assert str(refused.value) == (
        "The LoRA of round 1, which teaches this round, is missing: train it again, or set “Share taught by "
        "the first round” to 0."
    )
