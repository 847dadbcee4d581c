"""Whatever is measured, no sentence denies a row of the table."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.intervals import is_down, is_up, outcome
from gal_studio.core.measures.pictures import SHARES, MeasuredPicture, Metric
from gal_studio.core.measures.report import Change, Report
from gal_studio.core.measures.verdict import carries_on, find_best, find_warnings, lead
from gal_studio.core.words import percent, share_words
from gal_studio.studio.reports.measured import describe_round, setting_sentences
from gal_studio.studio.views.measures import MeasuredRound
from gal_studio.studio.views.words.benchmark import (
    COLUMNS,
    FigureCell,
    RoundWords,
    progress_words,
    round_words,
)
from tests.core.measures.arms import arm, picture, reports

COSINES = st.sampled_from([round(value / 20, 2) for value in range(-4, 20)])
PICTURES = st.builds(
    picture,
    COSINES,
    prompt=COSINES,
    copy=st.booleans(),
    blank=st.sampled_from([False] * 9 + [True]),
    margin=st.sampled_from([0.05, 0.1, 0.2, 0.3]),
)


@st.composite
def tables(draw: st.DrawFn) -> list[Report]:
    """The reports of a base model, which copies nothing, and of one to three rounds in a line."""
    prompts = draw(st.integers(1, 8))

    def row(kind: st.SearchStrategy[MeasuredPicture]) -> list[MeasuredPicture]:
        return draw(st.lists(kind, min_size=prompts, max_size=prompts))

    untrained = st.builds(picture, COSINES, prompt=COSINES)
    arms = [arm("Base model", row(untrained), plain=row(untrained))]
    for number in range(1, draw(st.integers(1, 3)) + 1):
        before = f"Round {number - 1}" if number > 1 else None
        arms.append(arm(f"Round {number}", row(PICTURES), before, plain=row(PICTURES)))
    return reports(*arms)


def percent_of(count: int, number: int) -> int:
    return round(100 * count / number)


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_sentence_denies_a_row(table: list[Report]) -> None:
    base, rounds = table[0], {each.arm.name: each for each in table[1:]}

    verdict = find_best(table, base)
    gained = [each for each in rounds.values() if each.gain is not None]
    if not gained:
        assert verdict.sentence == ""
        return
    told = (
        rounds[verdict.best]
        if verdict.best
        else max(gained, key=lambda each: (carries_on(each), each.gain.value))
    )  # type: ignore[union-attr]
    if not verdict.best:
        told = rounds[verdict.sentence.split(":")[0]]
        assert all(each.gain.value <= 0 or not carries_on(each) for each in gained)  # type: ignore[union-attr]
    assert told.gain is not None
    equals = [each for each in gained if carries_on(each) == carries_on(told)]
    assert all(told.gain.value >= each.gain.value - 1e-12 for each in equals if each.gain)

    counted = re.search(r"Prompt match: (\d+) of (\d+) ", verdict.sentence)
    cell = told.figures.get("as_asked")
    assert (counted is None) == (cell is None)
    if counted and cell:
        assert percent_of(int(counted[1]), int(counted[2])) == round(100 * cell.value)
        assert int(counted[2]) == cell.pictures == told.judged
    copies = re.search(r"Copies: (\d+) of (\d+) images?", verdict.sentence)
    assert copies is not None and int(copies[2]) == told.pictures
    assert int(copies[1]) == round(told.figures["copies"].value * told.pictures)
    blank = sum(each.is_blank for each in told.arm.part("held_out").values())
    assert int(copies[1]) + blank + round(told.figures["no_copy"].value * told.pictures) == told.pictures

    closer = told.since_base.get("clip_i")
    words = verdict.sentence
    assert ("the reference more than" in words) == bool(closer and closer.value > 0)
    assert ("clearly resemble the reference more" in words) == is_up(closer)
    assert ("clearly resemble the reference less" in words) == is_down(closer)
    assert ("no more than" in words) == bool(closer and closer.value <= 0 and not is_down(closer))
    ahead_of = re.search(r"(clearly ahead of|lead over) (Round \d)", verdict.headline)
    if ahead_of:
        assert is_up(lead(told, rounds[ahead_of[2]])) == (ahead_of[1] == "clearly ahead of")
    assert ("the best of" in verdict.headline) == (verdict.best is not None and len(gained) > 1)


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_warning_denies_a_row(table: list[Report]) -> None:
    rounds = {each.arm.name: each for each in table[1:]}
    for warning in find_warnings(table, "in ink style"):
        row = rounds[warning.round]
        for copies, pictures in re.findall(
            r"(\d+) of (\d+) (?:benchmark images show|are copies)", warning.sentence
        ):
            assert (int(copies), int(pictures)) == (row.copies, row.pictures)
        if "matches its prompts less" in warning.sentence:
            assert is_down(row.changes.get("clip_t"))


def gained_since(each: Report, table: Mapping[str | None, Report]) -> Change | None:
    """How much more useful a round is than the one before, as the page gets it."""
    found = lead(each, table[each.arm.before]) if each.arm.before else None
    return None if found is None else Change(**vars(found), verdict=outcome(found.value, found.is_clear, 1))


def seen(table: list[Report]) -> tuple[MeasuredRound, ...]:
    """The rows of a table, as the page gets them."""
    before = {each.arm.id: each for each in table}
    return tuple(
        MeasuredRound(
            id=each.arm.id,
            name=each.arm.name,
            parent_id=each.arm.before,
            trained=True,
            drawn=each.pictures,
            wanted=each.pictures,
            report=each,
            gain=each.gain,
            gain_setting="full strength",
            gain_change=gained_since(each, before),
            since_first=each.since_first,
        )
        for each in table
    )


@settings(max_examples=80, deadline=None)
@given(tables())
def test_headline_table_chart_tooltip_card_and_json_agree(table: list[Report]) -> None:
    """They give the same numbers, each share with its own denominator, and call the same changes clear."""
    verdict, rounds = find_best(table, table[0]), seen(table)
    said = round_words(rounds, verdict)
    for each in table:
        row = said[each.arm.id or ""]
        cells = dict(zip(COLUMNS, row.row.cells, strict=False))
        agree(each, cells, row.chip.title)
        for name, count, of in re.findall(rf"\({each.arm.name}: ((\d+) of (\d+))\)", verdict.sentence):
            assert name in row.chip.title and int(count) <= int(of)
    agree_on_progress(table[1:], progress_words(rounds, "style"), said)


def agree(each: Report, cells: Mapping[Metric, FigureCell | None], chip: str) -> None:
    """The page's cells and chip, the card's sentences and the JSON of one round."""
    told = describe_round(each)
    assert told is not None and told["judged"] == each.judged
    matched = share_words(each.as_asked, each.judged, each.pictures)
    copied = share_words(each.copies, each.pictures, each.pictures)
    for metric, figure in each.figures.items():
        if metric == "no_copy":
            continue
        found = cells[metric]
        assert found is not None
        if metric in SHARES:
            assert found.text == percent(figure.value)
        else:
            assert float(found.text.replace("−", "-")) == pytest.approx(figure.value, abs=0.000501)
        assert told["figures"][metric]["value"] == figure.value
        change, cell = each.changes.get(metric), found.change
        assert (change is None) == (cell is None)
        if change and cell:
            said = told["changes"][metric]
            assert (said["value"], said["verdict"]) == (change.value, change.verdict)
            assert (cell.verdict == "unclear") == (change.verdict == "unclear")
            may_be_chance = cell.text.endswith(", may be chance")
            assert may_be_chance == (
                change.verdict == "unclear" and float(cell.text.split(",")[0].replace("−", "-")) != 0
            )
            assert (change.verdict == "unclear") == (not is_up(change) and not is_down(change))
            assert ("no clear change" in cell.title) == (change.verdict == "unclear")
    copies, asked = cells["copies"], cells["as_asked"]
    assert copies is not None and copies.title.startswith(copied)
    assert (asked is None) == (each.judged == 0)
    assert asked is None or asked.title.startswith(matched)
    if each.arm.id is not None:
        card = setting_sentences(each)[0]
        assert f"Copies: {copied}" in chip and f"Copies: {copied}" in card
        assert (
            (f"rompt match: {matched}" in chip) == (f"prompt match: {matched}" in card) == (each.judged > 0)
        )


def agree_on_progress(rounds: list[Report], sentence: str, said: Mapping[str, RoundWords]) -> None:
    """The sentence below the chart against the table's cells, and the test of each change."""
    assert bool(sentence) == (len(rounds) > 1)
    ends = [
        dict(zip(COLUMNS, said[one.arm.id or ""].row.cells, strict=False)) for one in (rounds[0], rounds[-1])
    ]
    named: dict[Metric, str] = {"copies": "copies", "as_asked": "prompt match", "carries": "style match"}
    for metric, name in named.items() if sentence else ():
        if not all([metric in one.figures for one in rounds]):
            continue
        change, (before, after) = rounds[-1].since_first[metric], (one[metric] for one in ends)
        assert before and after
        if change.verdict == "unclear":
            told = f"{name} did not clearly change ({before.text}, {after.text})"
        else:
            told = f"{name} {'rose' if change.value > 0 else 'fell'} from {before.text} to {after.text}"
        assert told in sentence
