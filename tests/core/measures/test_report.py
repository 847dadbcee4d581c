"""What is as asked on learned prompts counts those that its round was trained on, and no later ones."""

from dataclasses import replace

from gal_studio.core.measures.pictures import MeasuredPicture
from gal_studio.core.measures.report import Report, beside_base, report
from tests.core.measures.arms import arm, picture

GOOD, COPY = picture(0.5), picture(0.5, copy=True)
BASE = arm("Base model", [GOOD], accepted=[GOOD] * 4)


def second(*learned: str) -> Report:
    """Of a round that drew p0 (copies) and p1, compared with one that drew copies of both."""
    first = replace(arm("first", [GOOD], accepted=[COPY] * 4), learned=frozenset())
    drawn = arm("second", [GOOD], before="first", accepted=[COPY, COPY, GOOD, GOOD])
    base, before, this = beside_base([BASE, first, replace(drawn, learned=frozenset(learned))])
    return report(this, before, base, "style")


def test_prompts_that_a_later_round_accepted_do_not_count() -> None:
    found = second("p1")
    assert found.learned is not None and found.learned_change is not None
    assert (found.learned.value, found.learned.pictures) == (1.0, 2)
    assert (found.learned_change.value, found.learned_change.pictures) == (1.0, 2)


def test_a_round_that_learned_nothing_has_no_such_figure() -> None:
    found = second()
    assert found.learned is None and found.learned_change is None


def test_the_base_model_is_the_yardstick_of_what_is_as_asked() -> None:
    found = report(BASE, None, BASE, "style")
    assert found.learned is None and found.since_base == {}
    assert found.figures.keys() == {"copies", "no_copy", "clip_t", "clip_i"}


def test_how_far_images_keep_the_style_is_counted_of_those_that_are_no_copies() -> None:
    def kept(carries: float, **more: bool | float) -> MeasuredPicture:
        made = picture(0.5, carries=carries, **more)
        return replace(made, candidate=replace(made.candidate, full=0.5))

    shares = [kept(0.36), kept(0.34), kept(0.21), kept(0.19)]
    first = arm("first", [*shares, kept(0.5, margin=0.05), kept(0.5, copy=True), kept(0.5, blank=True)])
    base, this = beside_base([BASE, first])
    found = report(this, None, base, "style", with_looks=True)
    assert found.looks == {"fully": 2, "partly": 2, "not": 1} and found.whole == 1  # one is not as asked
    assert (
        not report(this, None, base, "style").looks
        and not report(base, None, base, "style", None, True).looks
    )
