"""Figures of the benchmark as the page says them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gal_studio.core.intervals import Outcome
from gal_studio.core.measures.pictures import Metric
from gal_studio.core.measures.report import Change, Figures
from gal_studio.core.measures.verdict import Verdict
from gal_studio.core.recipe import Recipe
from gal_studio.studio.views.measures import MeasuredRound, MeasuredSchedule
from gal_studio.studio.views.words.benchmark import (
    FigureCell,
    change_words,
    in_full,
    label,
    left_out_words,
    measure_words,
    newest_line,
    progress_words,
    round_words,
    shown,
    signed,
    unmeasured,
)

HERE = ("since", (None, None), False)


def change(value: float = 0.5, verdict: Outcome = "better", low: float = 0.4, high: float = 0.6) -> Change:
    return Change(value, low, high, 24, 12, 0.01, verdict)


def figures(number: int = 6, **values: float) -> Figures:
    known: Mapping[Metric, float] = {"as_asked": 0.75, "copies": 0.25, "clip_t": 0.4, **values}  # type: ignore[dict-item]
    return Figures(
        pictures=24,
        judged=24,
        as_asked=18,
        no_copy=18,
        copies=number,
        figures={metric: change(value) for metric, value in known.items()},
        changes={},
        since_first={},
        gain=change(),
        learned=None,
        learned_change=None,
        leak=None,
    )


def measured(name: str = "Round 1", parent: str | None = None, **more: Any) -> MeasuredRound:
    given = {"gain": change(), "gain_setting": "full strength", "report": figures()} | more
    return MeasuredRound(name, name, parent, trained=True, drawn=24, wanted=24, **given)  # type: ignore[arg-type]


BASE = MeasuredRound(None, "Base model", None, trained=True, drawn=24, wanted=24, report=figures())
BY = MeasuredSchedule(Recipe(0.4, 1, 0.7), "strength 0.4 for 70% of steps, then 1", 24, 24, figures(1))


NONE = Verdict(None, "", "")


def best(name: str, **more: Any) -> Verdict:
    return Verdict(name, "", "", **more)


def test_shares_are_in_percent_and_cosines_are_not() -> None:
    assert [shown("as_asked", 0.917), shown("clip_t", 0.4123)] == ["92%", "0.412"]
    assert [signed("no_copy", -0.034), signed("clip_i", 0.0413)] == ["−3", "+0.041"]
    assert [signed("no_copy", -0.003), signed("clip_i", -0.0003)] == ["0", "0.000"]


def test_a_change_agrees_with_the_figures_beside_it_as_they_are_shown() -> None:
    def told(given: Change, *ends: Change | None) -> str:
        found = change_words("clip_i", given, "Round 1", ends, base=False)  # type: ignore[arg-type]
        assert found is not None
        return found.text

    assert told(change(-0.2204), change(0.8746), change(0.6542)) == "✓ −0.221"
    assert told(change(-0.2204), None, change(0.6542)) == "✓ −0.220"
    assert told(change(0.5), change(0.8746), change(0.6542)) == "✓ +0.500", "of other pictures"


def test_a_tooltip_has_the_interval_and_the_number_of_images() -> None:
    assert in_full("as_asked", change()) == "12 of 24 images (95% interval 40% to 60%)"
    assert in_full("as_asked", change(), 30) == "12 of 24 judged images (95% interval 40% to 60%)"
    assert in_full("clip_t", change()) == "0.500, 95% interval 0.400 to 0.600, over 24 images"
    found = change_words("as_asked", change(verdict="unclear", low=-0.1), "Round 1", (None, None), base=False)
    assert found is not None
    assert found.title == "+50 since Round 1, 95% interval −10 to +60: no clear change"


def test_against_the_base_model_a_change_has_a_direction_and_no_verdict() -> None:
    def told(given: Change, metric: Metric, base: bool) -> tuple[str, str]:
        found = change_words(metric, given, "Base model", (None, None), base)
        assert found is not None
        return found.text, found.verdict

    worse = change(0.33, "worse")
    assert told(worse, "copies", base=True) == ("▲ +33", "more")
    assert told(worse, "copies", base=False) == ("✕ +33", "worse")
    assert told(change(-0.1, "unclear"), "clip_t", base=True) == ("−0.100, may be chance", "unclear")
    assert told(change(0.0001, "unclear"), "clip_t", base=True) == ("0.000", "unclear")


def test_a_chip_says_what_changed_since_the_round_before_and_of_a_first_round_nothing() -> None:
    second = measured("Round 2", "Round 1", gain=change(0.33), gain_change=change(0.17))
    said = round_words((BASE, measured(gain_change=change()), second), best("Round 2"))
    first, chip = said["Round 1"].chip, said["Round 2"].chip
    assert (first.change, first.best) == (None, False)
    assert chip.change is not None
    assert (chip.text, chip.change.text, chip.change.verdict, chip.best) == (
        "gain 33%", "✓ +17", "better", True,
    )  # fmt: skip
    assert "since Round 1" in chip.title
    assert chip.title.endswith("Prompt match: 18 of 24 images. Copies: 6 of 24 images. See Results.")
    assert not round_words((BASE, measured()), best("Round 1"))["Round 1"].chip.best, "the only one"


def test_a_chip_shows_the_setting_that_decides_and_its_figures() -> None:
    by = replace(BY, report=replace(figures(1), changes={"copies": change(-0.2)}))
    one = measured(schedules=(by,), gain_setting=by.words, gain=change(0.42))
    said = round_words((BASE, one), NONE)["Round 1"]
    assert said.chip.text == "gain 42%"
    assert said.chip.title.startswith(f"Benchmark ({by.words}). ")
    assert "Copies: 1 of 24 images" in said.chip.title
    row = said.schedules[0]
    assert row is not None and row.cells[1] is not None and row.cells[1].change is not None
    assert "since full strength" in row.cells[1].change.title
    assert [cell and cell.text for cell in row.counts] == ["18 of 24", "1 of 24"]
    assert label(one) == "Round 1, strength 0.4 for 70% of steps, then 1"
    assert label(measured(schedules=(by,))) == "Round 1, full strength", "where that is the better one"
    assert label(measured()) == "Round 1", "nothing is compared where there is one setting"


def test_what_was_measured_at_full_strength_alone_says_so() -> None:
    old = measured(schedules=(replace(BY, drawn=0, report=None),))
    assert list(unmeasured((old, measured()))) == [
        f"Round 1 is not measured by its best schedule ({BY.words}) yet: measure it again."
    ]
    assert round_words((BASE, old), NONE)["Round 1"].chip.title.startswith("Benchmark (full strength only). ")
    assert round_words((BASE, measured(report=None)), NONE).keys() == {""}, "not wholly measured"


def test_the_newest_line_is_told_from_its_first_round_on() -> None:
    def values(copies: float, asked: float, carries: float) -> Figures:
        return figures(0, copies=copies, as_asked=asked, carries=carries)

    since = {
        "copies": change(-0.5), "as_asked": change(0.1, "unclear"), "carries": change(-0.3, "worse"),
    }  # fmt: skip
    rounds = (
        BASE,
        measured("Round 1", report=values(0.6, 0.3, 0.7)),
        measured("Gap", "Round 1", report=None),
        measured("Round 2", "Gap", report=values(0.4, 0.5, 0.65)),
        measured("Branch", "Round 1", report=values(0.1, 0.1, 0.1)),
        measured("Round 3", "Round 2", report=values(0.1, 0.4, 0.4), since_first=since),
    )
    assert [one.name for one in newest_line(rounds)] == ["Round 1", "Round 2", "Round 3"]
    assert progress_words(rounds, "style") == (
        "From Round 1 to Round 3: copies fell from 60% to 10%; prompt match did not clearly change "
        "(30%, 40%); style match fell from 70% to 40%, as expected with fewer copies."
    )
    assert "object match" in progress_words(rounds, "object")
    assert progress_words(rounds[:2], "style") == "", "one round is no line"
    plain = (measured("a"), measured("b", "a"))
    assert "style match" not in progress_words(plain, "style"), "what was not measured is not told"


def test_warnings_of_rounds_that_were_followed_are_history() -> None:
    rounds = (BASE, measured("a"), measured("b", "a"), measured("c", "b", report=None))
    assert measure_words(rounds, NONE, "style", "").earlier == ("a",)
    assert measure_words(rounds, best("a"), "style", "").earlier == (), (
        "the best one is of now wherever it is"
    )


def test_prompts_that_do_not_count_are_counted_or_named_with_the_reason() -> None:
    assert left_out_words([], []) == ""
    assert left_out_words(["A"], []) == "1 prompt is not counted: now a test prompt."
    assert left_out_words(["A", "B"], []).startswith("2 prompts are not counted: now test prompts")
    assert left_out_words([], ["A", "B"]).endswith("(“A”, “B”).")
    both = left_out_words(["C"], ["A"])
    assert both.startswith("1 prompt is not counted: now ") and ". 1 prompt is not counted: even " in both


def test_the_sheet_has_a_column_for_each_setting_that_generated_something() -> None:
    one = measured(schedules=(BY, replace(BY, words="0.5", drawn=0, report=None)), gain_setting=BY.words)
    words = measure_words((BASE, one, measured("b", report=None)), best("Round 1"), "style", "")
    assert [(each.key, each.name, each.decides, each.best) for each in words.sheet] == [
        ("", "Base model", True, False),
        ("Round 1", "Round 1, full strength", False, False),
        (f"Round 1|{BY.words}", f"Round 1, {BY.words}", True, True),
        ("b", "b", True, False),
    ]
    assert words.rounds["Round 1"].place == f"The only one measured, at {BY.words}."
    assert words.place == "By the benchmark, round 1 is the better one."
    assert measure_words((BASE,), NONE, "style", "").place.startswith("No round is measured yet")
    assert measure_words((BASE, one), NONE, "style", "").place == "", "one is, and none is best"


def test_that_a_lead_may_be_chance_is_said_of_the_best_and_of_the_other() -> None:
    rounds = (BASE, measured("Round 1"), measured("Round 2", "Round 1"))
    close = measure_words(rounds, best("Round 1", rivals=("Round 2",)), "style", "").rounds
    assert close["Round 1"].place.endswith("of 2 measured, at full strength, but its lead may be chance.")
    assert close["Round 2"].place == (
        "By the benchmark, round 1 is the better one, but its lead may be chance."
    )
    clear = measure_words(rounds, best("Round 1"), "style", "").rounds
    assert "chance" not in clear["Round 1"].place + clear["Round 2"].place


def test_what_was_chosen_blind_is_said_in_place_of_what_was_measured() -> None:
    rounds = (BASE, measured("Round 1"), measured("Round 2", "Round 1"))
    clear = measure_words(rounds, best("Round 2", by_eye=True), "style", "").rounds
    assert clear["Round 2"].place == "★ Your choice in blind pairs, at full strength."
    assert clear["Round 1"].place == "In blind pairs, you chose round 2."
    maybe = measure_words(rounds, best("Round 2", by_eye=True, rivals=("Round 1",)), "style", "").rounds
    assert maybe["Round 2"].place == "★ Your choice in blind pairs, at full strength, which may be chance."
    assert maybe["Round 1"].place == "In blind pairs, you chose round 2, which may be chance."


def test_how_far_the_style_is_kept_has_a_column_where_it_is_known() -> None:
    known = replace(figures(), looks={"fully": 8, "not": 4}, whole=7)
    rounds = [BASE, measured(report=known), measured("Round 2", "Round 1")]
    said = measure_words(rounds, NONE, "style", "")
    assert [one.name for one in said.counted] == ["Match the prompt", "Copies", "Keeps the style"]
    cells = {name: one.row.counts[-1] for name, one in said.rounds.items()}
    assert cells == {"": None, "Round 1": FigureCell("8 fully, 0 partly, 4 not"), "Round 2": None}
    without = measure_words([BASE, measured()], NONE, "style", "")
    assert len(without.counted) == len(without.rounds["Round 1"].row.counts) == 2
