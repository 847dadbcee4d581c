"""Two copy detectors (Eq. G12), and what the suggestion makes of them."""

from dataclasses import replace

import pytest

from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY
from gal_studio.core.gal.selection import explain_all, preferred
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import SHOWN, CopyDetectors, CopySource
from tests.core.builders import anchor, candidate, snapshot_of


def seen(
    margin: float, shown: float | None, copy_detectors: CopyDetectors = "both", index: int = 0, order: int = 0
) -> Candidate:
    """A candidate with a margin between its prompts, and a score of what it shows."""
    made = candidate(anchor(order), index, 0.25 + margin, 0.25)
    return replace(made, copy_detectors=copy_detectors, more_scores={} if shown is None else {SHOWN: shown})


@pytest.mark.parametrize(
    ("margin", "shown", "copy_detectors", "by"),
    [
        (0.1, 0.49, "both", ""),
        (0.1, 0.5, "both", "pictures"),
        (0.0, 0.1, "both", "prompts"),
        (-0.1, 0.9, "both", "both"),
        (-0.1, 0.9, "prompts", "prompts"),
        (0.1, 0.9, "prompts", ""),
        (-0.1, 0.1, "pictures", ""),
        (-0.1, 0.9, "pictures", "pictures"),
        (-0.1, None, "both", "prompts"),
        (0.1, None, "both", ""),
        (-0.1, None, "pictures", "prompts"),
    ],
)
def test_who_says_that_it_is_a_copy(
    margin: float, shown: float | None, copy_detectors: CopyDetectors, by: CopySource
) -> None:
    made = seen(margin, shown, copy_detectors)
    assert made.overfit_by == by
    assert made.overfit is (by != "")


def test_a_blank_picture_is_no_copy_by_any_detector() -> None:
    assert replace(seen(-0.1, 0.9), remark="flat").overfit_by == ""


@pytest.mark.parametrize("copy_detectors", ["both", "prompts", "pictures"])
@pytest.mark.parametrize(("marked", "by"), [(True, "person"), (False, "")])
@pytest.mark.parametrize("shown", [0.1, 0.9])
def test_what_a_person_says_counts(
    copy_detectors: CopyDetectors, marked: bool, by: CopySource, shown: float
) -> None:
    before = seen(0.1, shown, copy_detectors)
    made = replace(before, marked_copy=marked)
    assert (made.overfit_by, made.overfit) == (by, marked)
    assert made.overfit_by_detectors == before.overfit_by


def test_a_picture_that_a_person_calls_a_copy_is_not_suggested_and_one_called_none_is() -> None:
    blend, plain = seen(0.4, 0.8), seen(0.2, 0.1, index=1)
    assert preferred([blend, plain])[0] == plain
    cleared, called = replace(blend, marked_copy=False), replace(plain, marked_copy=True)
    assert preferred([cleared, called])[0] == cleared
    scores = score_pool([anchor(0)], [cleared, called])
    assert (scores[0].overfit, scores[0].by_person, scores[0].by_pictures) == (1, 1, 0)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ([0.1], "1 of 2 is a copy, as you marked; the other one is good."),
        ([0.1, 0.9], "2 of 3 are copies (1 as you marked); the other one is good."),
    ],
)
def test_the_reason_names_what_a_person_said(shown: list[float], words: str) -> None:
    first = replace(seen(0.1, shown[0]), marked_copy=True)
    others = [seen(0.1, value, index=1 + number) for number, value in enumerate([*shown[1:], 0.1])]
    assert explain_all(score_pool([anchor(0)], [first, *others]), 3)[anchor(0).id] == words


def test_the_best_picture_passes_both() -> None:
    blend, plain, copy = seen(0.4, 0.8), seen(0.2, 0.1, index=1), seen(-0.2, 0.1, index=2)
    assert preferred([blend, plain, copy])[0] == plain
    assert preferred([blend, copy]) == ()


def test_an_anchor_without_a_good_picture_gets_no_suggestion_but_a_sentence() -> None:
    candidates = [seen(0.4, 0.8), seen(-0.2, 0.1, index=1), seen(0.3, 0.9, index=2)]
    scores = score_pool([anchor(0)], candidates)
    assert scores[0].overfit == 3
    assert (scores[0].by_pictures, scores[0].by_prompts, scores[0].compared) == (2, 1, 3)
    assert UNCERTAINTY.suggest(snapshot_of(candidates, scores)).suggestions == ()
    assert explain_all(scores, 3)[anchor(0).id] == ("No image to suggest: all 3 are copies.")
