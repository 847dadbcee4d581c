"""The sentences are part of the product, so they are tested word for word."""

import re
from dataclasses import replace

import pytest

from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY
from gal_studio.core.gal.reasons import explain, explain_picture, explain_pool, short_names
from gal_studio.core.gal.selection import explain_all
from gal_studio.core.gal.uncertainty import score_anchor, score_pool
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Anchor
from tests.core.builders import anchor, margins, pool_of, snapshot_of
from tests.core.gal.test_shortlist import RIGHT


def sentences(rows, top_k=3):
    _, _, scores = pool_of(*rows)
    return explain_all(scores, top_k)


def test_each_suggestion_has_its_own_figures_and_the_last_one_is_compared_with_what_is_passed_over():
    told = sentences(
        [margins(5, 10), margins(4, 10), margins(2, 10), margins(1, 10), margins(9, 10)], top_k=3
    )
    assert list(told.values()) == [
        "Most uncertain prompt. 5 of 10 are copies; all others are good.",
        "2nd most uncertain. 4 of 10 are copies; all others are good.",
        "3rd most uncertain, before “shoe” (1 of 10 is a copy). 2 of 10 are copies; all others are good.",
        "4th most uncertain: the 3 suggested are more uncertain. 1 of 10 is a copy; all others are good.",
        "5th most uncertain: the 3 suggested are more uncertain. 9 of 10 are copies; the other one is good.",
    ]


def test_chances_are_given_with_the_digits_that_tell_them_apart():
    def told(*rates):
        scores = [replace(score, overfit_rate=rate) for rate, score in zip(rates, even, strict=True)]
        return [re.split(r"(?<=[.]) (?=\d+ of)", said)[0] for said in explain_all(scores, 2).values()]

    _, _, even = pool_of(*[margins(5, 10)] * 3)
    assert told(0.51, 0.47, 0.54) == [
        "Most uncertain prompt (copy risk 51%).",
        "2nd most uncertain (copy risk 47%), before “koala” (54%).",
        "3rd most uncertain (copy risk 54%): the 2 suggested are more uncertain.",
    ]
    assert told(0.501, 0.497, 0.504)[1] == ("2nd most uncertain (copy risk 49.7%), before “koala” (50.4%).")
    assert told(0.4962, 0.5041, 0.46)[:2] == [
        "Most uncertain prompt (copy risk 49.6%).",
        "As uncertain as “tie” (copy risk 50.4%), before “koala” (46.0%).",
    ]
    assert told(0.501, 0.4962, 0.5041)[1:] == [
        "2nd most uncertain (copy risk 49.6%), before “koala” (50.4%).",
        "3rd most uncertain (copy risk 50.4%): the 2 suggested are slightly more uncertain.",
    ]


def test_all_and_none_read_differently():
    told = sentences([margins(0, 10), margins(10, 10)])
    assert told["anchor-0"] == "No copies found in 10 images."
    assert told["anchor-1"] == "No image to suggest: all 10 are copies."


def test_a_single_picture_reads_well():
    told = sentences([margins(0, 1), margins(1, 1)])
    assert told["anchor-0"] == "Its only image is not a copy."
    assert told["anchor-1"] == "No image to suggest: the only one is a copy."


def drawn(copied, clean):
    """The reason for a pencil, with a copy at each of some strengths and a clean picture at others."""
    anchor = Anchor("a", "A pencil in ink style", 0)
    rows = [(strength, 0.1) for strength in copied] + [(strength, 0.9) for strength in clean]
    pictures = [
        Candidate(str(number), "a", number, number, "i", own, 0.5, recipe=Recipe.constant(strength))
        for number, (strength, own) in enumerate(rows)
    ]
    return explain(score_anchor(anchor, pictures))


@pytest.mark.parametrize(
    ("copied", "clean", "words"),
    [
        ([1, 0.85], [0.7, 0.4], "Copies at LoRA strength 0.85 and above; all others are good."),
        ([1, 0.55], [0.7, 0.4], "Copies above LoRA strength 0.7, none below 0.55; all others are good."),
        ([1, 0.4], [0.7, 0.4], "Copies above LoRA strength 0.7, some below; all others are good."),
        (
            [1, 0.7],
            [1, 0.4],
            "Some copies at LoRA strength 0.7 and above, none below; all others are good.",
        ),
        ([1, 0.4], [1, 0.7], "2 of 4 are copies, at any LoRA strength; all others are good."),
        ([1], [1, 0.4], "Some copies at full LoRA strength only; all others are good."),
        ([1, 1], [1, 1], "2 of 4 are copies; all others are good."),
    ],
)
def test_the_strengths_at_which_pictures_are_copies_are_named(copied, clean, words):
    assert drawn(copied, clean) == words


def test_what_breaks_a_tie_across_the_cut_is_said_on_both_sides():
    told = sentences([margins(4, 10, 0.5), margins(6, 10, 0.125)], top_k=1)
    assert told["anchor-1"].startswith(
        "Most uncertain prompt; “tie” is just as uncertain, but easier to tell from copies."
    )
    assert told["anchor-0"].startswith(
        "2nd most uncertain, like “drum”, whose images are harder to tell from copies."
    )


def test_a_tie_broken_by_order_says_so():
    told = sentences([margins(4, 10), margins(4, 10)], top_k=1)
    assert told["anchor-0"].startswith(
        "Most uncertain prompt; “drum” is just as uncertain, but comes later in the list."
    )
    assert told["anchor-1"].startswith("2nd most uncertain, like “tie”, which comes first in the list.")


def test_in_a_larger_tie_each_one_names_another():
    told = sentences([margins(5, 10, size) for size in (0.0625, 0.125, 0.25, 0.5)], top_k=3)
    ends = [re.split(r"(?<=[.]) (?=\d+ of)", said)[0] for said in told.values()]
    assert ends == [
        "Most uncertain prompt.",
        "As uncertain as “tie”.",
        "As uncertain as “drum”; “shoe” is just as uncertain, but comes later in the list.",
        "4th most uncertain, like “koala”, which comes first in the list.",
    ]


def test_a_tie_below_the_cut_is_only_less_undecided():
    told = sentences([margins(5, 10), margins(2, 10, 0.125), margins(2, 10, 0.5)], top_k=1)
    assert told["anchor-1"].startswith("2nd most uncertain: the suggested one is more uncertain.")


def test_a_single_prompt_is_not_ranked():
    assert sentences([margins(5, 10)]) == {"anchor-0": "5 of 10 are copies; all others are good."}


def test_short_names_leave_out_what_all_anchors_share():
    things = ["A tie", "Moon", "candy"]
    style = [Anchor(str(number), f"{what} in 3d style", number) for number, what in enumerate(things)]
    assert short_names(style) == {"0": "A tie", "1": "Moon", "2": "Candy"}
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
    _, candidates, scores = pool_of(margins(4, 10), margins(9, 10))
    said = "by the studio’s scores (copy risk 0%). You may prefer another."
    assert explain_picture(scores[0], candidates[9], "style") == f"the best of 6 good ones {said}"
    assert explain_picture(scores[1], candidates[-1], "style") == f"the only good one of 10 {said}"


def test_the_picture_is_told_by_what_the_project_learns():
    right = RIGHT[0]
    scores = score_pool([replace(anchor(0), id=right.anchor_id)], [right])
    for kind in ("style", "object"):
        told = UNCERTAINTY.why(snapshot_of([right], scores, kind=kind), scores[0], right)
        assert f"prompt match 90%, {kind} match " in told


def test_where_pictures_are_compared_at_shared_schedules_the_place_says_it():
    _, _, scores = pool_of(margins(4, 10), margins(5, 10), margins(0, 10))
    told = explain_all([replace(score, by_model=True) for score in scores], 1)
    assert told["anchor-1"].startswith("Most uncertain prompt. 5 of 10 are copies")
    assert told["anchor-0"].startswith("2nd most uncertain prompt. 4 of 10 are copies")
    assert "uncertain" not in told["anchor-2"]


BOTH = "9 of the 18 test prompts gave both copies and good images."


@pytest.mark.parametrize(
    ("informative", "top_k", "anchors", "start"),
    [
        (0, 3, 0, "Every test prompt has an accepted image"),
        (0, 3, 18, "Nothing to suggest: every prompt"),
        (1, 3, 18, "Only 1 suggestion this time:"),
        (2, 3, 18, "Only 2 suggestions this time:"),
        (9, 3, 18, f"{BOTH} The 3 most uncertain are suggested."),
        (9, 1, 18, f"{BOTH} The most uncertain one is suggested."),
        (1, 1, 1, "The only test prompt gave both copies and good images. It is suggested."),
    ],
)
def test_the_pool_is_summed_up(informative, top_k, anchors, start):
    _, _, scores = pool_of(*[margins(10, 10)] * anchors)
    assert explain_pool(informative, top_k, scores).startswith(start)


def test_a_pool_in_which_no_picture_is_good_enough_says_what_to_do():
    _, _, scores = pool_of(margins(4, 10), margins(10, 10), margins(0, 10))
    weak = [replace(scores[0], too_weak=6), *scores[1:]]
    assert explain_pool(0, 3, weak) == (
        "Nothing good enough to suggest. Generate more images, train fewer steps, or accept any you like."
    )


@pytest.mark.parametrize(("good", "which"), [(3, "any of the 9 good images"), (0, "any images you like")])
def test_where_no_prompt_gives_copies_the_good_images_are_counted(good: int, which: str) -> None:
    _, _, scores = pool_of(*[margins(0, 10)] * 3)
    told = [replace(one, off_prompt=10 - good) for one in scores]
    assert explain_pool(0, 3, told) == (
        f"Nothing to suggest: no test prompt gave a copy. Accept {which}, or stop here."
    )


def test_where_most_prompts_give_no_copies_any_more_that_is_why_none_is_suggested():
    _, _, scores = pool_of(margins(4, 10), margins(0, 10), margins(0, 10), margins(10, 10))
    weak = [replace(scores[0], too_weak=6), *scores[1:]]
    assert explain_pool(0, 3, weak) == (
        "Nothing to suggest: 2 of the 4 test prompts never gave a copy, the others no good image. "
        "Accept any images you like, or stop here."
    )


def test_a_prompt_says_what_its_clean_pictures_lack_and_the_chosen_one_has():
    _, _, (score,) = pool_of(margins(4, 10))
    (told,) = explain_all([replace(score, off_prompt=2, too_weak=4)], 3).values()
    assert told == ("No image to suggest: 4 of 10 are copies, 2 miss the prompt, 4 score too low.")
