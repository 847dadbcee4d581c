"""The verdict names the best round and what is wrong, in words, and never more than was measured."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.measures.blind import Choice
from gal_studio.core.measures.report import Arm, Report
from gal_studio.core.measures.verdict import BlindChoice, Verdict, find_best, find_warnings, ranking
from gal_studio.core.recipe import AS_TRAINED, Recipe
from tests.core.measures.arms import arm, picture, reports

BASE = arm("Base model", [picture(0.30)] * 8, plain=[picture(0.30)] * 8)


def verdict(measured: list[Report]) -> Verdict:
    return find_best(measured, measured[0])


def test_a_round_that_shows_what_was_asked_for_beats_one_that_copies() -> None:
    copies = arm("Round 1", [picture(0.9, copy=True)] * 6 + [picture(0.5)] * 2)
    good = arm("Round 2", [picture(0.55)] * 8, before="Round 1")
    found = verdict(reports(BASE, copies, good))
    assert found.best == "Round 2"
    assert found.headline == "Round 2 is the best of 2 measured rounds, clearly ahead of Round 1."
    assert found.sentence == (
        "Prompt match: 8 of 8 images (Round 1: 2 of 8). Copies: 0 of 8 images (Round 1: 6 of 8). The images "
        "clearly resemble the reference more than the base model’s do."
    )
    assert found.plain == (
        "The studio counts 8 of 8 images as matching their prompts (Round 1: 2 of 8): look at them. "
        "0 of 8 are copies (Round 1: 6 of 8)."
    )


def test_a_share_has_its_own_denominator() -> None:
    """Where the base model's image is missing, nobody knows whether a round shows the thing."""
    base = arm("Base model", [picture(0.3)] * 5)
    found = verdict(reports(base, arm("Round 1", [picture(0.5, copy=True)] + [picture(0.5)] * 7)))
    assert found.sentence.startswith("Prompt match: 4 of 5 judged images. Copies: 1 of 8 images. The")
    assert found.plain == (
        "The studio counts 4 of 5 images as matching their prompts: look at them. 1 of 8 is a copy."
    )


def test_a_round_that_lost_the_things_is_not_the_best() -> None:
    kept = arm("Round 1", [picture(0.4)] * 8)
    lost = arm("Round 2", [picture(0.9, margin=0.05)] * 8, before="Round 1")
    found = verdict(reports(BASE, kept, lost))
    assert found.best == "Round 1"


CARRIED = [0.0, 0.05] * 6
CARRYING = arm("Base model", [picture(0.3, carries=each) for each in CARRIED])


def round_of(name: str, carries: list[float], before: str | None = None, copies: int = 0) -> Arm:
    """Pictures that gain more the later the round, with what each one carries."""
    likeness = 0.4 + 0.1 * int(name[-1])
    made = [picture(likeness, copy=place < copies, carries=each) for place, each in enumerate(carries)]
    return arm(name, made, before)


def test_a_round_that_lost_the_style_says_so_and_is_not_the_best() -> None:
    kept, lost = round_of("Round 1", [0.7, 0.6] * 6), round_of("Round 2", [0.3, 0.2] * 6, "Round 1")
    still = round_of("Round 3", [0.3, 0.2] * 6, "Round 2")
    table = reports(CARRYING, kept, lost, still)
    found = verdict(table)
    assert found.best == "Round 1"
    assert found.headline == (
        "Round 1 is the best of 3 measured rounds: Round 2 matches the references too little."
    )
    said = [each for each in find_warnings(table, "in ink style") if each.kind == "lost"]
    assert [each.round for each in said] == ["Round 2", "Round 3"]
    assert said[0].sentence.startswith("Round 2 lost half or more of “in ink style” since the first round. ")


def test_a_round_that_is_more_useful_and_diverged_is_named_and_not_the_best() -> None:
    kept, more = round_of("Round 1", [0.7, 0.6] * 6), round_of("Round 2", [0.8, 0.7] * 6, "Round 1")
    last = round_of("Round 3", [0.6, 0.5] * 6, "Round 2")
    assert verdict(reports(CARRYING, kept, more)).best == "Round 2"
    table = reports(CARRYING, kept, replace(more, diverged=True), last)
    found = verdict(table)
    assert found.headline == "Round 1 is the best of 3 measured rounds, clearly ahead of Round 3."
    assert found.sentence.endswith(" Round 2 scored higher, but matches the references too little.")
    assert "scored higher" not in verdict(reports(CARRYING, kept, last)).sentence
    (caution,) = (each for each in find_warnings(table, "in ink style") if each.kind == "lost")
    assert caution.sentence == "Round 2 diverged. Train again with a lower learning rate or fewer steps."


def test_lost_is_said_of_half_of_it_only_and_never_of_what_has_become_more_useful() -> None:
    """A car that stands in one place carries more of its surroundings than one in many places."""

    def said(first: list[float], later: list[float], margin: float = 0.2, prompts: int = 12) -> bool:
        arms = [replace_held_out(CARRYING, prompts)]
        for name, carries, asked in (("Round 1", first, margin), ("Round 2", later, 0.2)):
            before = "Round 1" if name == "Round 2" else None
            made = [picture(0.5, carries=each, margin=asked) for each in carries[:prompts]]
            arms.append(arm(name, made, before))
        return any(each.kind == "lost" for each in find_warnings(reports(*arms), "<holz> car"))

    assert said([0.8] * 12, [0.3] * 12)
    assert not said([0.8] * 12, [0.62] * 12), "18 points less is no loss"
    assert not said([0.8] * 12, [0.3] * 12, margin=0.05), "the first round did not draw what was asked for"
    assert not said([0.8] * 12, [0.3] * 12, prompts=11), "too few"
    assert not said([0.8] * 12, [0.3] * 4 + [1.5] + [0.3, 0.9] * 3 + [0.9]), "no clear change"


def replace_held_out(one: Arm, prompts: int) -> Arm:
    """The arm with its first prompts alone."""
    return arm(one.name, list(one.part("held_out").values())[:prompts])


def test_to_train_longer_is_advised_only_where_it_may_help() -> None:
    none = round_of("Round 1", [0.0, 0.01] * 6)

    def advice(one: Arm, falls: bool = False) -> str:
        (said,) = (
            each.sentence
            for each in find_warnings(reports(CARRYING, one), "in ink style", lambda _: falls)
            if each.kind == "lost"
        )
        return said

    assert advice(none).endswith("Train longer, or with a higher learning rate.")
    assert advice(none, True).endswith("Train longer: its loss was still falling.")
    copies = advice(round_of("Round 1", [0.0, 0.01] * 6, copies=4), True)
    assert "Don’t train longer: 4 of 12 images are already copies." in copies
    assert advice(replace(none, instant=True)).endswith("Raise the reference strength, or train a round.")


def test_fewer_copies_are_no_loss() -> None:
    copies = round_of("Round 1", [1.0] * 10 + [0.5] * 2, copies=10)
    clean = round_of("Round 2", [0.5] * 12, "Round 1")
    table = reports(CARRYING, copies, clean)
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
    base = arm("Base model", [picture(0.3, carries=0.0)] * 12)
    first = round_of("Round 1", [0.5, 0.4] * 6)
    second = round_of("Round 2", [0.3, 0.4] * 6, "Round 1")
    third = round_of("Round 3", [0.5, 0.38] * 3 + [0.35, 0.5] * 3, "Round 2")
    found = verdict(reports(base, first, second, third))
    assert found.headline.endswith("but its lead over Round 3 may be chance.")
    assert found.rivals[0] == "Round 3"


def test_a_round_that_is_ahead_of_better_counts_says_by_what() -> None:
    base = arm("Base model", [picture(0.3, carries=0.0)] * 12)
    clean = replace(arm("ink", [picture(0.4, carries=0.2)] * 12), given=True)
    strong = replace(
        arm("wash", [picture(0.5, carries=0.9)] * 10 + [picture(0.9, copy=True)] * 2), given=True
    )
    found = verdict(reports(base, clean, strong))
    assert found.headline == "wash is the best of 2 measured LoRAs, clearly ahead of ink."
    assert found.plain == (
        "The studio counts 10 of 12 images as matching their prompts: look at them. 2 of 12 are copies. "
        "It is ahead because its images are closer to the references."
    )
    assert not found.rivals, "the lead is clear"
    assert "ahead because" not in verdict(reports(base, clean)).plain
    assert verdict(reports(base, clean)).headline == "ink is the only LoRA measured so far."


def test_one_round_is_not_called_the_best() -> None:
    found = verdict(reports(BASE, arm("Round 1", [picture(0.5)] * 8)))
    assert (found.best, found.headline) == ("Round 1", "Round 1 is the only round measured so far.")
    assert found.sentence.startswith("Prompt match: 8 of 8 images. Copies: 0 of 8 images. The")


def test_a_model_that_only_copies_is_not_called_best_and_its_likeness_is_not_denied() -> None:
    found = verdict(reports(BASE, arm("Round 1", [picture(0.95, copy=True)] * 8)))
    assert (found.best, found.headline) == (None, "No round matches its prompts without copying yet.")
    assert found.sentence == (
        "Round 1: Prompt match: 0 of 8 images. Copies: 8 of 8 images. The images clearly resemble the "
        "reference more than the base model’s do, but only by copying it or by missing the prompt."
    )
    assert found.plain.endswith("but only by copying it or by missing the prompt.")


def test_no_gain_is_said_of_rounds_alone_that_have_nothing_of_the_style() -> None:
    none = arm("Round 1", [picture(0.3, carries=each - 0.01) for each in CARRIED])
    assert verdict(reports(CARRYING, none)).headline == "No round is better than the base model yet."
    glass = arm("Round 1", [picture(0.6, carries=0.8, copy=True)] * 12)
    assert "copying" in verdict(reports(CARRYING, glass)).headline
    few = arm("Round 1", [picture(0.6, carries=0.8, copy=True)] * 8 + [picture(0.5, carries=0.6)] * 4)
    assert verdict(reports(CARRYING, few)).best == "Round 1"


def test_nothing_is_said_without_a_base_model_or_a_round() -> None:
    assert find_best([], None) == Verdict(None, "", "")
    measured = reports(BASE)
    assert find_best(measured, measured[0]) == Verdict(None, "", "")


def test_a_first_round_that_copies_is_told_so() -> None:
    measured = reports(BASE, arm("Round 1", [picture(0.9, copy=True)] * 3 + [picture(0.5)] * 5))
    (found,) = find_warnings(measured, "in ink style")
    assert (found.round, found.kind) == ("Round 1", "overfit")
    assert found.sentence.startswith(
        "Round 1 copies the reference at full strength: 3 of 8 benchmark images show it"
    )


def test_overfitting_needs_prompts_that_are_followed_less_and_more_copies_or_likeness() -> None:
    first = arm("Round 1", [picture(0.5, prompt=0.5)] * 8)
    worse = arm(
        "Round 2", [picture(0.8, prompt=0.3, copy=True)] * 6 + [picture(0.5, prompt=0.4)] * 2, "Round 1"
    )
    (found,) = find_warnings(reports(BASE, first, worse), "in ink style")
    assert (found.round, found.kind) == ("Round 2", "overfit")
    assert "6 of 8 are copies (Round 1: 0 of 8)" in found.sentence
    assert "Branch from Round 1" in found.sentence
    closer = arm("Round 2", [picture(0.8, prompt=0.5)] * 8, before="Round 1")
    assert find_warnings(reports(BASE, first, closer), "in ink style") == ()
    lost = arm("Round 2", [picture(0.5, prompt=0.3)] * 8, before="Round 1")
    assert find_warnings(reports(BASE, first, lost), "in ink style") == ()


@pytest.mark.parametrize(("likeness", "share"), [(0.42, 0.6), (0.5, 1.0), (0.35, 0.25)])
def test_bleed_is_a_figure_and_no_warning(likeness: float, share: float) -> None:
    """Nobody has a measured remedy for it."""
    found = reports(BASE, arm("Round 1", [picture(0.5)] * 8, plain=[picture(likeness)] * 8))
    leak = found[1].leak
    assert leak is not None and leak.share == pytest.approx(share)
    assert find_warnings(found, "in ink style") == ()


def compared(chosen: str, over: str, wins: int, of: int = 12) -> Choice:
    """That the images of one round were chosen so often over those of another."""
    return Choice(((over, AS_TRAINED), (chosen, AS_TRAINED)), (of - wins, wins))


def test_what_was_chosen_in_blind_pairs_outranks_the_figures() -> None:
    copies = arm("Round 1", [picture(0.9, copy=True)] * 6 + [picture(0.5)] * 2)
    good = arm("Round 2", [picture(0.55)] * 8, before="Round 1")
    table = reports(BASE, copies, good)
    found = find_best(table, table[0], [compared("Round 1", "Round 2", 9)])
    assert (found.best, found.by_eye, found.rivals) == ("Round 1", True, ("Round 2",))
    assert found.headline == (
        "You chose Round 1 over Round 2 in 9 of 12 blind pairs, which may be chance; from 10 on it hardly is."
    )
    assert found.sentence.startswith(
        "The studio’s own order differs: Round 2 is the best of 2 measured rounds, clearly ahead of Round 1. "
        "Prompt match: 2 of 8 images. Copies: 6 of 8 images."
    )
    assert found.plain.startswith("The studio’s own order differs: ")
    assert found.blind == (
        BlindChoice(
            ("Round 2", "Round 1"),
            found.headline,
            found.headline.replace("You chose Round 1", "Round 1 was chosen"),
        ),
    )
    clear = find_best(table, table[0], [compared("Round 2", "Round 1", 10)])
    assert (clear.best, clear.by_eye, clear.rivals) == ("Round 2", True, ())
    assert clear.headline.endswith("in 10 of 12 blind pairs, which is hardly chance.")
    assert clear.sentence.startswith("The studio’s own order agrees. Prompt match: 8 of 8 images (Round 1: ")


def test_a_tie_leaves_the_figures_their_word_and_is_told() -> None:
    table = reports(BASE, arm("Round 1", [picture(0.5)] * 8), arm("Round 2", [picture(0.6)] * 8, "Round 1"))
    found = find_best(table, table[0], [compared("Round 1", "Round 2", 6)])
    assert replace(found, blind=()) == verdict(table)
    assert [one.sentence for one in found.blind] == [
        "You chose Round 2 and Round 1 equally often, in 6 of 12 blind pairs."
    ]


def test_what_was_chosen_counts_where_the_figures_name_none() -> None:
    """Also without references, and of rounds that lost what they learned: a person has seen them."""
    base = arm("Base model", [picture(0.3, carries=0.0)] * 8)
    none = [arm(name, [picture(0.3, carries=0.0)] * 8) for name in ("Round 1", "Round 2")]
    table = reports(base, *none)
    assert verdict(table).best is None
    found = find_best(table, table[0], [compared("Round 2", "Round 1", 12)])
    assert found.best == "Round 2"
    assert found.sentence.startswith("The studio’s own order differs: No round is better than the base model")


def test_a_setting_that_was_chosen_is_the_setting_of_its_round() -> None:
    weak = Recipe.constant(0.4)
    full = arm("Round 1", [picture(0.5, copy=True)] + [picture(0.5)] * 7)
    other = arm("Round 2", [picture(0.6)] * 8)
    table = reports(BASE, full, other)
    by = replace(table[1], arm=replace(full, recipe=weak))
    chosen = Choice((("Round 2", AS_TRAINED), ("Round 1", weak)), (1, 11))
    order = [(each.arm.name, each.arm.recipe) for each in ranking([*table, by], [chosen])]
    assert order[:2] == [("Round 1", weak), ("Round 2", AS_TRAINED)]
    found = find_best([*table, by], table[0], [chosen])
    assert (found.best, found.setting) == ("Round 1", weak)
    assert found.headline.startswith(
        "You chose Round 1 (strength 0.4) over Round 2 (full strength) in 11 of 12"
    )
    gone = Choice((("Round 9", AS_TRAINED), ("Round 1", weak)), (12, 0))
    assert find_best([*table, by], table[0], [gone]) == find_best([*table, by], table[0])


def test_the_cleanest_and_the_one_with_most_of_the_style_are_both_named_where_they_differ() -> None:
    base = arm("Base model", [picture(0.3, carries=0.0)] * 12)
    strong = arm("Round 1", [picture(0.6, carries=0.9, copy=at < 6) for at in range(12)])
    clean = arm("Round 2", [picture(0.5, carries=0.6)] * 12, before="Round 1")
    found = verdict(reports(base, strong, clean))
    assert [(one.round, one.sentence) for one in found.winners] == [
        ("Round 2", "Round 2 is the cleanest: 0 of 12 images are copies."),
        (
            "Round 1",
            "Round 1 shows the most of what it learned, but copies more: 6 of 12 images are copies.",
        ),
    ]
    both = arm("Round 3", [picture(0.6, carries=0.95)] * 12, before="Round 2")
    assert verdict(reports(base, strong, clean, both)).winners == (), "one is both"
    few = arm("Round 1", [picture(0.6, carries=0.9, copy=at < 2) for at in range(12)])
    assert verdict(reports(base, few, clean)).winners == (), "two copies of twelve may be chance"
    alike = arm("Round 1", [picture(0.6, carries=0.9 if at < 6 else 0.6, copy=at < 6) for at in range(12)])
    assert verdict(reports(base, alike, clean)).winners == (), "its copies alone have more"
    table = reports(base, strong, clean)
    assert find_best(table, table[0], [compared("Round 1", "Round 2", 12)]).winners == (), "a person chose"
