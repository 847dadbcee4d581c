"""Whatever is measured, no sentence denies a row of the table."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.intervals import is_down, is_up
from gal_studio.core.measures.pictures import MeasuredPicture
from gal_studio.core.measures.report import Report
from gal_studio.core.measures.verdict import carries_on, find_best, find_warnings, lead
from gal_studio.studio.reports.measured import describe_round, in_sentences
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

    counted = re.search(
        r"(\d+) of (?:its|the) (\d+) [a-z ]*pictures[a-z ]* (?:are|is) as asked", verdict.sentence
    )
    cell = told.figures.get("as_asked")
    assert (counted is None) == (cell is None)
    if counted and cell:
        assert percent_of(int(counted[1]), int(counted[2])) == round(100 * cell.value)
        assert int(counted[2]) == cell.pictures == told.judged
    copies = re.search(r"(\d+) (?:of its \d+ pictures )?(?:are copies|is a copy)", verdict.sentence)
    assert copies is not None
    blank = sum(each.is_blank for each in told.arm.part("held_out").values())
    clean = told.figures["no_copy"].value * told.pictures
    assert int(copies[1]) + blank + round(clean) == told.pictures

    closer = told.since_base.get("clip_i")
    words = verdict.sentence
    assert (" closer to the reference" in words and "no closer" not in words) == bool(
        closer and closer.value > 0
    )
    assert ("clearly closer" in words) == is_up(closer)
    assert ("clearly less like" in words) == is_down(closer)
    assert ("no closer" in words) == bool(closer and closer.value <= 0 and not is_down(closer))
    ahead_of = re.search(r"(not )?clearly ahead of (Round \d)", verdict.headline)
    if ahead_of:
        assert is_up(lead(told, rounds[ahead_of[2]])) == (ahead_of[1] is None)
    assert ("the best of" in verdict.headline) == (verdict.best is not None and len(gained) > 1)


@settings(max_examples=150, deadline=None)
@given(tables())
def test_no_warning_denies_a_row(table: list[Report]) -> None:
    rounds = {each.arm.name: each for each in table[1:]}
    for warning in find_warnings(table, "in ink style"):
        row = rounds[warning.round]
        for copies, pictures in re.findall(r"(\d+) of (\d+) (?:pictures show|are copies)", warning.sentence):
            assert (int(copies), int(pictures)) == (row.copies, row.pictures)
        if "follow their prompts less" in warning.sentence:
            assert is_down(row.changes.get("clip_t"))
        if warning.kind == "leak":
            assert row.leak is not None and row.leak.value > 0


@settings(max_examples=60, deadline=None)
@given(tables())
def test_headline_table_card_and_json_agree(table: list[Report]) -> None:
    """They count the same pictures, each share with its own denominator, and call the same changes clear."""
    for each in table[1:]:
        told, card = describe_round(each), in_sentences(each)
        assert told is not None and told["judged"] == each.judged
        cell = each.figures.get("as_asked")
        assert (cell.pictures if cell else 0) == each.judged
        assert f"Of {each.pictures} pictures" in card[0] and f" {each.copies} copy the reference" in card[0]
        if cell:
            assert round(cell.value * each.judged) == each.as_asked == told["as_asked"]
            of = "" if each.judged == each.pictures else f"of the {each.judged} that can be judged "
            assert f"and {of}{each.as_asked} show what was asked for" in card[0]
        for metric, change in each.changes.items():
            said = told["changes"][metric]
            assert (said["value"], said["verdict"]) == (change.value, change.verdict)
            assert (change.verdict == "unclear") == (not is_up(change) and not is_down(change))
        assert told["gain"] is None or told["gain"]["value"] == each.gain.value  # type: ignore[union-attr]
