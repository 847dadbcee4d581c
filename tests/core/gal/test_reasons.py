"""The sentences are part of the product, so they are tested word for word."""

from dataclasses import replace

import pytest

from gal_studio.core.gal.reasons import explain_picture, explain_pool, short_names
from gal_studio.core.gal.selection import explain_all
from gal_studio.core.types import Anchor
from tests.core.builders import margins, pool_of


def sentences(rows, top_k=3):
    _, _, scores = pool_of(*rows)
    return explain_all(scores, top_k)


def test_without_ties_the_rank_is_given():
    told = sentences([margins(5, 10), margins(4, 10), margins(2, 10), margins(1, 10)], top_k=3)
    assert list(told.values()) == [
        "5 of 10 look like the reference: most undecided.",
        "4 of 10 look like the reference: second most undecided.",
        "2 of 10 look like the reference: third most undecided.",
        "1 of 10 looks like the reference: less undecided than the 3 suggested.",
    ]


def test_all_and_none_read_differently():
    told = sentences([margins(0, 10), margins(10, 10)])
    assert told["anchor-0"] == "0 of 10 look like the reference: the model is sure of this one."
    assert told["anchor-1"] == "All 10 look like the reference: there is no good picture to learn from yet."


def test_a_single_picture_reads_well():
    told = sentences([margins(0, 1), margins(1, 1)])
    assert told["anchor-0"] == (
        "Its only picture does not look like the reference: the model is sure of this one."
    )
    assert told["anchor-1"].startswith("Its only picture looks like the reference: ")


def test_a_tie_of_two_names_the_other_and_the_tie_break():
    told = sentences([margins(4, 10, 0.5), margins(6, 10, 0.125)], top_k=1)
    assert told["anchor-1"] == (
        "6 of 10 look like the reference: most undecided, like “tie”; its pictures are closer calls."
    )
    assert told["anchor-0"] == (
        "4 of 10 look like the reference: as undecided as “drum”; the pictures there are closer calls."
    )


def test_a_tie_broken_by_order_says_so():
    told = sentences([margins(4, 10), margins(4, 10)], top_k=1)
    assert told["anchor-0"].endswith("most undecided, like “drum”; it comes first in the list.")
    assert told["anchor-1"].endswith("as undecided as “tie”; that one comes first in the list.")


def test_in_a_larger_tie_the_pair_around_the_cut_is_named():
    told = sentences([margins(5, 10, size) for size in (0.0625, 0.125, 0.25, 0.5)], top_k=2)
    for name in ("anchor-0", "anchor-1"):
        assert told[name].endswith("most undecided, like 3 others; it comes before “koala” in the list.")
    for name in ("anchor-2", "anchor-3"):
        assert told[name].endswith("as undecided as 3 others; “drum” comes first in the list.")


def test_a_tie_below_the_cut_is_only_less_undecided():
    told = sentences([margins(5, 10), margins(2, 10, 0.125), margins(2, 10, 0.5)], top_k=1)
    assert told["anchor-1"] == ("2 of 10 look like the reference: less undecided than the one suggested.")


def test_short_names_leave_out_what_all_anchors_share():
    style = [
        Anchor(str(number), f"{what} in 3d style", number) for number, what in enumerate(["A tie", "Moon"])
    ]
    assert short_names(style) == {"0": "A tie", "1": "Moon"}
    places = [
        Anchor(str(n), f"a <x> cat {where}", n) for n, where in enumerate(["in a bank", "under a tree"])
    ]
    assert short_names(places) == {"0": "in a bank", "1": "under a tree"}


def test_short_names_are_never_empty():
    one = Anchor("0", "A tie in 3d style", 0)
    assert short_names([one]) == {"0": "A tie in 3d style"}
    assert short_names([one, replace(one, id="1")]) == {"0": "A tie in 3d style", "1": "A tie in 3d style"}
    nested = [Anchor("0", "A cat", 0), Anchor("1", "A cat A cat", 1)]
    assert all(short_names(nested).values())
    assert short_names([]) == {}


def test_the_picture_says_why_it_was_chosen():
    _, _, scores = pool_of(margins(4, 10), margins(9, 10))
    assert explain_picture(scores[0]) == (
        "closest to its prompt among the 6 of 10 that do not look like the reference."
    )
    assert explain_picture(scores[0], 1).endswith(
        "; one that is closer is passed over, with least in common with the reference's pictures."
    )
    assert "; 2 that are closer are passed over" in explain_picture(scores[0], 2)
    assert explain_picture(scores[1]) == "the only one of 10 that does not look like the reference."


@pytest.mark.parametrize(
    ("informative", "top_k", "anchors", "start"),
    [
        (0, 3, 0, "Every test prompt has an accepted picture"),
        (0, 3, 18, "The model is sure of every test prompt"),
        (1, 3, 18, "The model is undecided about only 1 of 18 test prompts"),
        (2, 3, 18, "The model is undecided about only 2 of 18 test prompts"),
        (9, 3, 18, "The model is undecided about 9 of 18 test prompts: the 3 most undecided are suggested."),
        (9, 1, 18, "The model is undecided about 9 of 18 test prompts: the most undecided one is suggested."),
    ],
)
def test_the_pool_is_summed_up(informative, top_k, anchors, start):
    assert explain_pool(informative, top_k, anchors).startswith(start)
