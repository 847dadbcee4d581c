"""BALD: cases worked by hand, and what it says of a stored round."""

from dataclasses import replace
from math import log

from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.studio import Studio
from tests.research.policies.test_policies import chosen, picture, round_of
from tests.studio.seeding import draft, draw, train


def test_bald_ranks_by_the_mean_information_of_the_compared_pictures() -> None:
    split, unsure, same = (0.0, 1.0), (0.25, 0.75), (0.5, 0.5)  # ln 2, some, and nothing in nats
    pool = round_of([
        picture(0, 0, runs=same), picture(0, 1, runs=same),
        picture(1, 0, runs=split), picture(1, 1, runs=same), picture(1, 2),
        picture(2, 0, runs=unsure), picture(2, 1, runs=unsure),
        picture(3, 0, risk=0.9, runs=split),
        picture(4, 0),
    ])  # fmt: skip
    policy = find_policy("bald")
    made = policy.suggest(pool)
    assert [one.anchor_id for one in made.suggestions] == ["anchor-1", "anchor-2"]
    within = -(0.25 * log(0.25) + 0.75 * log(0.75))  # of the answers themselves, by hand
    assert [one.reason for one in made.suggestions] == [
        "0 of 3 are copies. Runs with other seeds disagree the most on whether its images are copies: 50% "
        "over 2 images.",
        "0 of 2 are copies. Runs with other seeds disagree 2nd most on whether its images are copies: "
        f"{(log(2) - within) / log(2):.0%} over 2 images.",
    ]
    assert made.sentence == "2 of 5 test prompts are suggested, by how much runs disagree."
    said = policy.reasons(pool)
    assert said["anchor-0"].endswith("Not suggested: runs with other seeds agree on its copies.")
    assert said["anchor-3"].endswith("Not suggested: it has no image that is good enough.")
    assert said["anchor-4"].endswith("Not suggested: its images are not compared with those of other runs.")


def test_equal_disagreement_goes_by_the_plain_ranking_whatever_comes_first() -> None:
    runs = (0.2, 0.8)
    pool = round_of(
        [picture(0, runs=runs), picture(1, runs=runs), picture(2, 0, 0.9, runs=runs), picture(2, 1, 0.1)]
    )
    backwards = replace(pool, scores=pool.scores[::-1])
    assert chosen("bald", pool) == chosen("bald", backwards) == ["anchor-2-1", "anchor-0-0", "anchor-1-0"]


def test_bald_says_that_one_run_cannot_disagree() -> None:
    made = find_policy("bald").suggest(round_of([picture(0), picture(1)]))
    assert made.suggestions == () and not made.ends
    assert made.sentence == (
        "Nothing to suggest: one run alone cannot disagree. Press Compare runs first (`gal-studio ask`), or "
        "choose another selection strategy."
    )
    agreed = find_policy("bald").suggest(round_of([picture(0, runs=(0.2, 0.2)), picture(1)]))
    assert agreed.suggestions == ()
    assert agreed.sentence.startswith("Nothing to suggest: runs with other seeds agree")


def test_bald_names_what_to_do_before_runs_are_compared(studio: Studio) -> None:
    round_id = studio.rounds(studio.create_project(draft()))[0].id
    train(studio, round_id)
    draw(studio, round_id, [1, 2, 3])
    assert "Press Compare runs first" in studio.proposal(round_id, "bald").sentence
