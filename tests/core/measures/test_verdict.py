"""The verdict names the best round and what is wrong, in words, and never more than was measured."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.gal.self_check import NOISE
from gal_studio.core.measures.compare import lead
from gal_studio.core.measures.report import Arm, Report
from gal_studio.core.measures.verdict import Verdict, find_best, find_warnings
from tests.core.measures.arms import arm, picture, reports, rng

BASE = arm("Base model", [picture(0.30)] * 8, plain=[picture(0.30)] * 8)


def verdict(measured: list[Report]) -> Verdict:
    base = measured[0]

    def ahead(first: Report, second: Report):  # type: ignore[no-untyped-def]
        held_out = [each.arm.part("held_out") for each in (base, first, second)]
        return lead((held_out[0], held_out[1], held_out[2]), rng("lead"))

    return find_best(measured, base, ahead)


def test_a_round_that_shows_what_was_asked_for_beats_one_that_copies() -> None:
    copies = arm("Round 1", [picture(0.9, copy=True)] * 6 + [picture(0.5)] * 2)
    good = arm("Round 2", [picture(0.55)] * 7 + [picture(0.9, copy=True)], before="Round 1")
    found = verdict(reports(BASE, copies, good))
    assert found.best == "Round 2"
    assert found.headline == "Round 2 is the best of 2 rounds measured, clearly ahead of Round 1."
    assert found.sentence == (
        "7 of its 8 pictures are as asked, 2 of Round 1’s; 1 is a copy, 6 of Round 1’s. On average, they are "
        "clearly closer to the reference than the base model’s."
    )


def test_a_round_that_lost_the_things_is_not_the_best() -> None:
    kept = arm("Round 1", [picture(0.4)] * 8)
    lost = arm("Round 2", [picture(0.9, margin=0.05)] * 8, before="Round 1")
    found = verdict(reports(BASE, kept, lost))
    assert found.best == "Round 1"


CARRIED = [0.0, 0.05] * 4


def round_of(name: str, carries: list[float], before: str | None = None, copies: int = 0) -> Arm:
    """Pictures that gain more the later the round, with what each one carries."""
    likeness = 0.4 + 0.1 * int(name[-1])
    made = [picture(likeness, copy=place < copies, carries=each) for place, each in enumerate(carries)]
    return arm(name, made, before)


def test_a_round_that_lost_the_style_says_so_and_is_not_the_best() -> None:
    base = arm("Base model", [picture(0.3, carries=each) for each in CARRIED])
    kept, lost = round_of("Round 1", [0.7, 0.6] * 4), round_of("Round 2", [0.3, 0.2] * 4, "Round 1")
    still = round_of("Round 3", [0.3, 0.2] * 4, "Round 2")
    table = reports(base, kept, lost, still)
    found = verdict(table)
    assert found.best == "Round 1"
    assert (
        found.headline == "Round 1 is the best of 3 rounds measured: Round 3 does not carry what it should."
    )
    said = [each for each in find_warnings(table, "in ink style") if each.kind == "lost"]
    assert [each.round for each in said] == ["Round 2", "Round 3"]
    assert said[0].sentence.startswith("Round 2 lost “in ink style”: its pictures carry 40 points less")


def test_a_round_that_gained_more_and_is_not_the_best_is_named() -> None:
    base = arm("Base model", [picture(0.3, carries=each) for each in CARRIED])
    kept = [round_of("Round 1", [0.7, 0.6] * 4), round_of("Round 2", [0.7, 0.6] * 4, "Round 1")]
    lost = round_of("Round 3", [0.3, 0.2] * 4, "Round 2")
    found = verdict(reports(base, *kept, lost))
    assert found.headline.startswith("Round 2 is the best of 3 rounds measured, ")
    assert found.sentence.endswith(" Round 3 gained more, but does not carry what it should.")
    assert "gained more" not in verdict(reports(base, *kept)).sentence


def test_a_round_whose_own_pictures_lost_the_style_is_not_the_best() -> None:
    base = arm("Base model", [picture(0.3, carries=each) for each in CARRIED])
    kept, more = round_of("Round 1", [0.7, 0.6] * 4), round_of("Round 2", [0.7, 0.6] * 4, "Round 1")
    said = "9 of 12 do not show the object"
    table = reports(base, kept, replace(more, lost=said))
    assert verdict(reports(base, kept, more)).best == "Round 2"
    assert verdict(table).best == "Round 1"
    (caution,) = (each for each in find_warnings(table, "in ink style") if each.kind == "lost")
    assert caution.sentence == (
        f"Round 2 lacks “in ink style”: among the pictures of its test prompts, {said}. Go back, and accept "
        "pictures that have it."
    )
    (caution,) = find_warnings(reports(base, kept, replace(more, lost=NOISE)), "in ink style")[:1]
    assert caution.sentence.startswith("Round 2 diverged: most pictures of its test prompts are noise.")


def test_to_train_longer_is_advised_only_where_it_may_help() -> None:
    base = arm("Base model", [picture(0.3, carries=each) for each in CARRIED])
    none = round_of("Round 1", [0.0, 0.01] * 4)

    def advice(one: Arm, falls: bool = False) -> str:
        (said,) = (
            each.sentence
            for each in find_warnings(reports(base, one), "in ink style", lambda _: falls)
            if each.kind == "lost"
        )
        return said

    assert advice(none).endswith("Train longer, or with a higher learning rate.")
    assert advice(none, True).endswith("Train longer: its loss was still falling.")
    copies = advice(round_of("Round 1", [0.0, 0.01] * 4, copies=4), True)
    assert "Longer training would copy more, since 4 of 8 pictures are copies already" in copies
    assert advice(replace(none, instant=True)).endswith("Raise the reference strength, or train a round.")


def test_fewer_copies_are_no_loss() -> None:
    base = arm("Base model", [picture(0.3, carries=each) for each in CARRIED])
    copies = round_of("Round 1", [1.0] * 6 + [0.5] * 2, copies=6)
    clean = round_of("Round 2", [0.5] * 8, "Round 1")
    table = reports(base, copies, clean)
    assert verdict(table).best == "Round 2"
    assert "lost" not in {each.kind for each in find_warnings(table, "in ink style")}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.5, 1.2), min_size=8, max_size=8), st.floats(0.0, 0.9))
def test_no_round_that_carries_less_than_the_base_model_is_the_best(
    carried: list[float], likeness: float
) -> None:
    base = arm("Base model", [picture(0.3, carries=0.4) for _ in carried])
    other = arm("Round 1", [picture(likeness, carries=each) for each in carried])
    table = reports(base, other)
    if sum(carried) / len(carried) <= 0.4:
        assert verdict(table).best is None


def test_a_small_lead_is_not_called_clear() -> None:
    first = arm("Round 1", [picture(0.5), picture(0.4)] * 8)
    second = arm("Round 2", [picture(0.41), picture(0.5)] * 4, before="Round 1")
    values = [picture(0.5), picture(0.41), picture(0.4), picture(0.5)] * 2
    third = arm("Round 3", values, before="Round 2")
    found = verdict(reports(BASE, first, second, third))
    assert found.headline.endswith("but not clearly ahead of Round 3: a larger benchmark would tell.")


def test_one_round_is_not_called_the_best() -> None:
    found = verdict(reports(BASE, arm("Round 1", [picture(0.5)] * 8)))
    assert (found.best, found.headline) == ("Round 1", "Round 1 is the only round measured so far.")
    assert found.sentence.startswith("8 of its 8 pictures are as asked; 0 are copies. On")


def test_a_model_that_only_copies_is_not_called_best_and_its_likeness_is_not_denied() -> None:
    found = verdict(reports(BASE, arm("Round 1", [picture(0.95, copy=True)] * 8)))
    assert (found.best, found.headline) == (None, "No round gains over the base model yet.")
    assert found.sentence == (
        "Round 1: 0 of its 8 pictures are as asked; 8 are copies. On average, they are "
        "clearly closer to the reference than the base model’s, but only by copying it or by losing what was "
        "asked for."
    )


def test_nothing_is_said_without_a_base_model_or_a_round() -> None:
    assert find_best([], None, lambda first, second: None) == Verdict(None, "", "")
    measured = reports(BASE)
    assert find_best(measured, measured[0], lambda first, second: None) == Verdict(None, "", "")


def test_a_first_round_that_copies_is_told_so() -> None:
    measured = reports(BASE, arm("Round 1", [picture(0.9, copy=True)] * 3 + [picture(0.5)] * 5))
    (found,) = find_warnings(measured, "in ink style")
    assert (found.round, found.kind) == ("Round 1", "overfit")
    assert found.sentence.startswith(
        "Round 1 copies: 3 of 8 pictures show the reference, although something else"
    )


def test_overfitting_needs_prompts_that_are_followed_less_and_more_copies_or_likeness() -> None:
    first = arm("Round 1", [picture(0.5, prompt=0.5)] * 8)
    worse = arm(
        "Round 2", [picture(0.8, prompt=0.3, copy=True)] * 6 + [picture(0.5, prompt=0.4)] * 2, "Round 1"
    )
    (found,) = find_warnings(reports(BASE, first, worse), "in ink style")
    assert (found.round, found.kind) == ("Round 2", "overfit")
    assert "6 of 8 are copies (before: 0)" in found.sentence
    assert "Go back to Round 1" in found.sentence
    closer = arm("Round 2", [picture(0.8, prompt=0.5)] * 8, before="Round 1")
    assert find_warnings(reports(BASE, first, closer), "in ink style") == ()
    lost = arm("Round 2", [picture(0.5, prompt=0.3)] * 8, before="Round 1")
    assert find_warnings(reports(BASE, first, lost), "in ink style") == ()


def test_a_leak_is_told_with_its_size() -> None:
    leaking = arm("Round 1", [picture(0.5)] * 8, plain=[picture(0.42)] * 8)
    (found,) = find_warnings(reports(BASE, leaking), "in ink style")
    assert (found.round, found.kind) == ("Round 1", "leak")
    assert "also without the words “in ink style”, 60 % as much as with them" in found.sentence
    tight = arm("Round 1", [picture(0.5)] * 8, plain=[picture(0.35)] * 8)
    assert find_warnings(reports(BASE, tight), "in ink style") == ()
    unchanged = arm("Round 1", [picture(0.5)] * 8, plain=[picture(0.30)] * 8)
    assert find_warnings(reports(BASE, unchanged), "in ink style") == ()
