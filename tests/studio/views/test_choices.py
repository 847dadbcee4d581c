"""Choices beside suggestions: the next best, the log with its agreement, weights set by hand, the history."""

import csv
import io
import json
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.agreement import Agreement
from gal_studio.rounds import lineage
from gal_studio.studio import Studio
from gal_studio.studio.choices_table import choices_table
from gal_studio.studio.views.choices import agreement_words
from tests.studio.seeding import chosen, draw, train


def others(studio: Studio, round_id: str, picture: str) -> list[str]:
    """The other good pictures of the same test prompt."""
    anchor = studio.store.candidates.get(picture).anchor_id
    candidates = studio.store.candidates.of_round(round_id)
    return [c.id for c in candidates if c.anchor_id == anchor and c.id != picture and not c.overfit]


def log(studio: Studio, round_id: str) -> list[tuple[str, bool]]:
    project = studio.store.rounds.get(round_id).project_id
    return [(view.kind, view.stands) for one in studio.choices(project) for view in one.choices]


def test_another_accepted_picture_answers_the_suggestion(studio: Studio, drawn: str) -> None:
    first, second, third = chosen(studio, drawn)
    studio.decide(others(studio, drawn, first), "accepted")
    assert chosen(studio, drawn) == [first, second, third], "it is still shown, as answered"
    studio.decide([second], "accepted")
    assert studio.next_step(drawn) == "next_round"
    assert studio.accept_suggestion(drawn) == (third,)
    assert studio.accept_suggestion(drawn) == ()


def test_leaving_a_picture_out_brings_the_next_best_and_says_so(studio: Studio, drawn: str) -> None:
    first = chosen(studio, drawn)[0]
    (other,) = others(studio, drawn, first)
    studio.decide([first], "rejected")
    assert chosen(studio, drawn)[0] == other
    top = studio.round_view(drawn).scores[0]
    assert top.why == "the last usable image for this prompt."
    studio.decide([other], "rejected")
    left, right = chosen(studio, drawn)
    assert {first, other}.isdisjoint({left, right}), "no other test prompt is uncertain"
    assert (
        studio.round_view(drawn)
        .scores[0]
        .reason.endswith("Not suggested: you rejected all of its good images.")
    )
    studio.undo(drawn)
    assert chosen(studio, drawn)[0] == other


def test_half_a_round_is_no_verdict(studio: Studio, drawn: str) -> None:
    project = studio.store.rounds.get(drawn).project_id
    studio.add_anchors(project, ["A boat {}"])
    view = studio.round_view(drawn)
    assert view.sentence == "72 of 76 images are generated: suggestions are made when all are."
    assert chosen(studio, drawn) == []
    assert studio.accept_suggestion(drawn) == ()
    assert studio.next_step(drawn) == "generate"


def test_the_strip_counts_what_is_suggested(studio: Studio, drawn: str) -> None:
    project = studio.store.rounds.get(drawn).project_id
    assert [summary.suggested for summary in studio.rounds(project)] == [3]
    studio.decide(chosen(studio, drawn)[:1], "accepted")
    node = studio.store.rounds.add(project, drawn, studio.store.rounds.get(drawn).settings, "refine")
    train(studio, node.id)
    draw(studio, node.id, [2, 2, 2])
    assert [summary.suggested for summary in studio.rounds(project)] == [3, 2]
    hidden = studio.proposal(node.id).suggestions[0].candidate_id
    studio.decide([hidden], "rejected")
    logged = [one.round for one in studio.choices(project)]
    assert logged == [drawn], "the refined round has an image of this prompt: the refinement suggests none"


def test_choices_of_all_kinds(studio: Studio, drawn: str) -> None:
    first, second, third = chosen(studio, drawn)
    (other,) = others(studio, drawn, first)
    sure = next(c.id for c in studio.store.candidates.of_round(drawn) if c.anchor_id not in [
        studio.store.candidates.get(picture).anchor_id for picture in (first, second, third)
    ])  # fmt: skip
    studio.decide([other], "accepted")
    studio.decide([sure], "accepted")
    studio.decide([second], "rejected")
    studio.accept_suggestion(drawn)
    studio.decide([first], "accepted")
    kinds = ["other picture", "other prompt", "left out", "agreed", "agreed", "added"]
    assert [kind for kind, _ in log(studio, drawn)] == kinds


def test_only_suggestions_are_logged_and_never_those_of_a_policy(studio: Studio, drawn: str) -> None:
    first, second, _ = chosen(studio, drawn)
    studio.decide(others(studio, drawn, first), "rejected")
    assert log(studio, drawn) == []
    studio.decide([second], "accepted", "policy")
    assert log(studio, drawn) == []


def test_a_second_picture_of_a_prompt_counts_neither_way(studio: Studio, drawn: str) -> None:
    first = chosen(studio, drawn)[0]
    studio.decide([first], "accepted")
    studio.decide(others(studio, drawn, first), "accepted")
    assert log(studio, drawn) == [("agreed", True), ("added", True)]
    (one,) = studio.choices(studio.store.rounds.get(drawn).project_id)
    assert (one.agreement.choices, one.agreement.agreed) == (1, 1)


def test_what_was_undone_stays_in_the_log_and_does_not_count(studio: Studio, drawn: str) -> None:
    first, second, third = chosen(studio, drawn)
    (other,) = others(studio, drawn, first)
    studio.decide([other], "accepted")
    studio.undo(drawn)
    assert log(studio, drawn) == [("other picture", False)]
    studio.redo(drawn)
    assert log(studio, drawn) == [("other picture", True)]
    studio.decide([other], "undecided")
    studio.decide([first, second, third], "accepted")
    (one,) = studio.choices(studio.store.rounds.get(drawn).project_id)
    assert (one.agreement.choices, one.agreement.agreed, one.agreement.kappa) == (3, 3, 1.0)


def test_kappa_compares_the_pictures_of_both(studio: Studio, drawn: str) -> None:
    first, second, third = chosen(studio, drawn)
    studio.decide([*others(studio, drawn, first), second, third], "accepted")
    (one,) = studio.choices(studio.store.rounds.get(drawn).project_id)
    assert (one.agreement.choices, one.agreement.agreed) == (3, 2)
    # of 72 pictures 2 are marked by both, and one by each alone
    expected = (3 / 72) ** 2 + (69 / 72) ** 2
    assert one.agreement.kappa == pytest.approx((70 / 72 - expected) / (1 - expected))


def test_scores_then_and_the_reason_are_kept(studio: Studio, drawn: str) -> None:
    first = chosen(studio, drawn)[0]
    (other,) = others(studio, drawn, first)
    studio.decide([other], "accepted")
    project = studio.store.rounds.get(drawn).project_id
    ((choice,),) = (one.choices for one in studio.choices(project))
    assert choice.scores["prompt"] == {
        "rank": 1,
        "pictures": 4,
        "copies": 2,
        "entropy": pytest.approx(0.6931, abs=1e-4),
    }
    picture = studio.store.candidates.get(other)
    assert choice.scores["chosen"]["margin"] == picture.margin
    assert choice.scores["suggested"]["copy"] == 0.0
    studio.explain_choice(choice.id, drawn, "  its handle  ")
    studio.explain_choice(choice.id, drawn, "its handle is whole")
    ((choice,),) = (one.choices for one in studio.choices(project))
    assert choice.reason == "its handle is whole"
    with pytest.raises(StudioError, match="at most 500"):
        studio.explain_choice(choice.id, drawn, "x" * 501)
    with pytest.raises(StudioError, match="no choice 99"):
        studio.explain_choice(99, drawn, "x")


def test_the_log_is_exported_as_csv_and_json_lines(studio: Studio, drawn: str, tmp_path: Path) -> None:
    first, second, _ = chosen(studio, drawn)
    (other,) = others(studio, drawn, first)
    studio.decide([other], "accepted")
    studio.decide([second], "accepted")
    project = studio.store.rounds.get(drawn).project_id
    studio.explain_choice(studio.choices(project)[0].choices[0].id, drawn, 'a "hole", says she')
    rows = list(
        csv.DictReader(io.StringIO(studio.export_choices(project, tmp_path / "a.csv").read_text("utf-8-sig")))
    )
    assert [(row["kind"], row["override"], row["reason"]) for row in rows] == [
        ("other picture", "True", 'a "hole", says she'), ("agreed", "False", ""),
    ]  # fmt: skip
    assert (rows[0]["suggested_id"], rows[0]["chosen_id"]) == (first, other)
    assert float(rows[0]["chosen_margin"]) == studio.store.candidates.get(other).margin
    lines = studio.export_choices(project, tmp_path / "a.jsonl").read_text().splitlines()
    read = [json.loads(line) for line in lines]
    assert read[0]["scores"]["chosen"]["margin"] == studio.store.candidates.get(other).margin
    assert (read[0]["round_choices"], read[0]["round_agreement"]) == (2, 0.5)
    with pytest.raises(StudioError, match="csv or jsonl"):
        studio.export_choices(project, tmp_path / "a.xlsx")
    assert choices_table((), "csv") == "\ufeff\n"


def test_a_weight_set_by_hand_replaces_that_of_the_round(studio: Studio, drawn: str) -> None:
    first, second, _ = chosen(studio, drawn)
    with pytest.raises(StudioError, match="accept it first"):
        studio.set_weight(first, 0.5)
    studio.decide([first, second], "accepted")
    child = studio.next_round(drawn)
    usual = lineage.round_weight(studio.store.snapshots.round(drawn))
    studio.set_weight(first, 0.5)
    image = studio.store.candidates.get(first).image

    def weights() -> set[float]:
        return {
            example.weight
            for example in studio.training_set(child.id)
            if not example.is_reference and example.image == image
        }

    assert weights() == {0.5}
    assert studio.history(drawn)[-1].words.endswith("count 0.5")
    with pytest.raises(StudioError, match="The weight is -1"):
        studio.set_weight(first, -1)
    studio.undo(drawn)
    assert weights() == {usual}
    studio.redo(drawn)
    studio.decide([first], "rejected")
    studio.decide([first], "accepted")
    assert weights() == {usual}, "a new verdict starts with the weight of the round"


def test_history_in_words_can_be_gone_back_and_forth(studio: Studio, drawn: str) -> None:
    first, second, third = chosen(studio, drawn)
    studio.decide([first], "accepted")
    studio.decide([second, third], "rejected")
    studio.decide([first], "undecided")
    steps = studio.history(drawn)
    names = [words.split(" ")[0] for words in (step.words for step in steps)]
    assert names == ["accept", "reject", "clear"]
    assert steps[0].words.endswith("image 4"), "the image with its number"
    assert steps[1].words == "reject 2 images"
    assert studio.go_to(drawn, steps[0].id) == (first, second, third)
    assert studio.store.decisions.of_round(drawn).verdicts == {first: "accepted"}
    assert [step.stands for step in studio.history(drawn)] == [True, False, False]
    assert [step.id for step in studio.history(drawn)] == [step.id for step in steps]
    studio.go_to(drawn, None)
    assert studio.store.decisions.of_round(drawn).verdicts == {}
    studio.go_to(drawn, steps[1].id)
    assert studio.store.decisions.of_round(drawn).verdicts == {
        first: "accepted", second: "rejected", third: "rejected",
    }  # fmt: skip
    studio.decide([first], "rejected")
    with pytest.raises(StudioError, match="no longer in the history"):
        studio.go_to(drawn, steps[2].id)


def test_what_is_trained_already_is_not_offered_again(studio: Studio, drawn: str) -> None:
    assert not studio.round_view(drawn).trainable
    project = studio.store.rounds.get(drawn).project_id
    studio.change_settings(project, {"tune": {"preview_every": 20}})
    assert not studio.round_view(drawn).trainable, "previews change nothing of the training"
    studio.change_settings(project, {"tune": {"steps": 77}})
    assert studio.round_view(drawn).trainable


def test_agreement_is_said_with_share_and_kappa() -> None:
    assert agreement_words(Agreement(3, 2, 0.654), 0) == "you agreed in 2 of 3 (67%), kappa 0.65"
    assert agreement_words(Agreement(2, 0, -0.1), 0) == "you agreed in 0 of 2 (0%), kappa −0.10"
    assert agreement_words(Agreement(1, 1, None), 0) == "you agreed in 1 of 1 (100%)"
    assert agreement_words(Agreement(0, 0, None), 0) == "all of your decisions were undone"
    assert agreement_words(Agreement(0, 0, None), 1) == "you added an image to accepted ones"
    assert agreement_words(Agreement(0, 0, None), 2) == "you added 2 images to accepted ones"
