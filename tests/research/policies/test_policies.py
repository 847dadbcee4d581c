"""BALD, core-set and BADGE: cases worked by hand, and what must hold of any round."""

from dataclasses import replace
from math import cos, radians, sin

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.disagreement import copy_disagreement
from gal_studio.core.gal.policies.registry import POLICIES, find_policy
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.types import ASKED, CHANCE, COPY_DISAGREEMENT, SHOWN
from gal_studio.research.policies.badge import gradients
from tests.core.builders import anchor, candidate, snapshot_of

NAMES = [name for name in ("bald", "core-set", "badge") if name in POLICIES.names()]  # a feature has BALD


def picture(order, index=0, risk=0.1, asked=None, runs=()):
    """A picture of a prompt; `runs` are its copy risks by trainings with other seeds."""
    scores = {CHANCE: risk, SHOWN: 0.0}
    scores |= {} if asked is None else {ASKED: asked}
    scores |= {COPY_DISAGREEMENT: copy_disagreement(runs)} if runs else {}
    return replace(candidate(anchor(order), index, 0.3, 0.1), more_scores=scores)


def at(degrees):
    return numpy.array([cos(radians(degrees)), sin(radians(degrees))], dtype=numpy.float32)


def round_of(pictures, angles=None, top_k=3, reference=(0.0,), accepted=(), **more):
    """A round; `angles` are where the features of its pictures point, `accepted` those of earlier ones."""
    orders = sorted({one.anchor_id for one in pictures})
    anchors = [anchor(int(name.removeprefix("anchor-"))) for name in orders]
    features = {one.id: at(angle) for one, angle in zip(pictures, angles or (), strict=False)}
    before = [replace(picture(0), id=f"before-{place}") for place, _ in enumerate(accepted)]
    features |= {one.id: at(angle) for one, angle in zip(before, accepted, strict=True)}
    return snapshot_of(
        pictures,
        score_pool(anchors, pictures),
        top_k,
        features=features,
        reference_features={f"reference-{place}": at(angle) for place, angle in enumerate(reference)},
        accepted=tuple(before),
        **more,
    )


def chosen(name, pool):
    return [made.candidate_id for made in find_policy(name).suggest(pool).suggestions]


def reasons(name, pool):
    return [made.reason for made in find_policy(name).suggest(pool).suggestions]


# Core-set


def test_core_set_takes_the_farthest_picture_from_all_centers() -> None:
    pool = round_of([picture(0), picture(0, 1), picture(1), picture(2)], [10, 40, 90, 60])
    # from 0: 10 40 90 60 degrees; from 0 and 90: 10 40 . 30; picture 1 of the first is then the farthest
    assert chosen("core-set", pool) == ["anchor-1-0", "anchor-0-1", "anchor-2-0"]
    first, second, third = reasons("core-set", pool)
    assert first == (
        "0 of 1 are copies. 1st chosen: the least like what is known, with a likeness of 0.00 to the "
        "reference."
    )
    assert second.endswith(
        "2nd chosen: the least like what is known, with a likeness of 0.77 to the reference."
    )
    assert third.endswith("3rd chosen: the least like what is known, with a likeness of 0.94 to “tie”.")


def test_what_was_accepted_before_is_a_center_and_what_is_accepted_here_is_not() -> None:
    pictures, angles = [picture(0), picture(1), picture(2)], [30, 90, 60]
    assert chosen("core-set", round_of(pictures, angles, 1)) == ["anchor-1-0"]
    pool = round_of(pictures, angles, 1, accepted=[90, 100])
    assert chosen("core-set", pool) == ["anchor-0-0"]
    assert reasons("core-set", pool)[0].endswith("likeness of 0.87 to the reference.")
    pool = round_of(pictures, angles, 1, reference=[0, 180], accepted=[85])
    assert reasons("core-set", pool)[0].endswith("to a reference.")
    decided = replace(
        round_of(pictures, angles, 1), accepted=(pictures[1],), accepted_anchors=frozenset({"anchor-1"})
    )
    assert chosen("core-set", decided) == ["anchor-1-0"]


def test_core_set_passes_to_the_next_farthest_picture_of_a_prompt() -> None:
    pool = round_of([picture(0), picture(0, 1), picture(0, 2), picture(1)], [10, 90, 70, 80], 1)
    assert chosen("core-set", pool) == ["anchor-0-1"]
    policy, score = find_policy("core-set"), pool.scores[0]
    assert policy.why(pool, score, pool.candidates[1]) == "the least like what is known of 3 good ones."
    pool = replace(pool, rejected=frozenset({"anchor-0-1"}))
    assert chosen("core-set", pool) == ["anchor-0-2"]
    assert policy.why(pool, score, pool.candidates[2]) == "the best one after the one you rejected."


def test_core_set_starts_with_the_list_where_nothing_is_known() -> None:
    pool = round_of([picture(0), picture(1), picture(2)], [0, 10, 90], 2, reference=())
    assert chosen("core-set", pool) == ["anchor-0-0", "anchor-2-0"]
    assert reasons("core-set", pool)[0].endswith("with nothing known to compare it with.")


# BADGE


def test_the_gradient_is_what_the_likelier_answer_leaves_open_times_the_features() -> None:
    features = numpy.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    found = gradients(features, [0.2, 0.9, 0.0], [None, 0.75, 0.25])
    assert found == pytest.approx(
        numpy.array([[0.2, 0.0, 0.0, 0.0], [0.0, -0.1, 0.0, -0.25], [0.0, 0.0, 0.15, 0.2]])
    )


def sure(order):
    """A picture that leaves nothing open: what Eq. G6 picks of its prompt."""
    return picture(order, 1, risk=0.0)


def test_badge_begins_with_the_longest_and_draws_what_differs_from_it() -> None:
    unsure = [picture(0, risk=0.2), picture(1, risk=0.6), picture(2, risk=0.6)]
    pool = round_of([*unsure, *map(sure, range(3))], [90, 0, 0, 45, 45, 45], 2)
    # gradients (0, 0.2), (-0.4, 0), (-0.4, 0) and 0 of the sure ones. Squared distances to the second:
    # 0.2² + 0.4² = 0.2 and 0.16 of the first prompt, 0 and 0.16 of the third
    drawn = [chosen("badge", replace(pool, seed=seed)) for seed in range(300)]
    assert {first for first, _ in drawn} == {"anchor-1-1"}, "Eq. G6 picks the picture"
    seconds = [second for _, second in drawn]
    assert set(seconds) == {"anchor-0-1", "anchor-2-1"}
    assert seconds.count("anchor-0-1") / 300 == pytest.approx(0.36 / 0.52, abs=0.08)
    first, second = reasons("badge", pool)
    assert first == "1 of 2 is a copy. 1st chosen, for image 01, the most uncertain of all: copy risk 60%."
    assert ", at random among uncertain and different images: copy risk " in second


def test_badge_draws_by_the_squared_distance_to_the_nearest_before() -> None:
    pool = round_of([picture(order, risk=0.4) for order in range(4)], [0, 180, 90, 10], 3)
    drawn = [[one[:8] for one in chosen("badge", replace(pool, seed=seed))] for seed in range(400)]
    # to the first, at 0 degrees: 0.8² = 0.64 at 180, 0.32 at 90, 0.0049 at 10 degrees
    second = [row[1] for row in drawn].count("anchor-1") / 400
    assert second == pytest.approx(0.64 / 0.965, abs=0.07)
    after = [row[2] for row in drawn if row[1] == "anchor-1"]
    assert after.count("anchor-2") / len(after) > 0.93, "what is at 10 degrees is still near the first"


def test_badge_puts_what_is_alike_last() -> None:
    pool = round_of([picture(0, risk=0.4), picture(1, risk=0.4)], [30, 30])
    assert chosen("badge", pool) == ["anchor-0-0", "anchor-1-0"]
    assert reasons("badge", pool)[1] == (
        "0 of 1 are copies. 2nd chosen, for image 01, as uncertain as one chosen before: copy risk 40%."
    )


def test_badge_counts_doubt_about_the_prompt_too() -> None:
    unsure = [picture(0, risk=0.3, asked=0.95), picture(1, risk=0.0, asked=0.55)]
    pool = round_of([*unsure, picture(0, 1, 0.0, 1.0), picture(1, 1, 0.0, 1.0)], [0] * 4, 1)
    assert chosen("badge", pool) == ["anchor-1-1"]  # 0.45 against the root of 0.3² + 0.05²
    assert reasons("badge", pool)[0].endswith("copy risk 0%, prompt match 55%.")


def test_badge_draws_by_the_seed_of_the_project_alone() -> None:
    rng = numpy.random.default_rng(3)
    unsure = [picture(order, risk=risk) for order, risk in enumerate(rng.uniform(0.1, 0.9, 8))]
    pool = round_of([*unsure, *map(sure, range(8))], list(rng.uniform(0, 180, 16)))
    numpy.random.seed(1)  # the global generator, which must not matter
    made = chosen("badge", pool)
    numpy.random.seed(2)
    assert chosen("badge", replace(pool)) == made
    assert len({tuple(chosen("badge", replace(pool, seed=seed))) for seed in range(20)}) > 5
    assert len({tuple(chosen("badge", replace(pool, number=number))) for number in range(20)}) > 5
    assert chosen("badge", replace(pool, top_k=2)) == made[:2], "how many are asked for changes no draw"


def test_badge_says_where_nothing_is_uncertain() -> None:
    made = find_policy("badge").suggest(round_of([picture(0, risk=0.0), picture(1, risk=0.0)], [0, 90]))
    assert made.suggestions == ()
    assert made.sentence.startswith("Nothing to suggest: copy risk and prompt match leave no test prompt")


# All of them

PROMPTS = st.lists(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.2, 0.4, 0.9]), st.sampled_from([0.3, 0.6, 1.0]), st.integers(0, 8)),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=6,
)


def drawn(prompts):
    """Pictures and angles of prompts, all compared in two runs; many of them tie."""
    rows = [(order, index, *row) for order, rows in enumerate(prompts) for index, row in enumerate(rows)]
    made = [picture(order, index, risk, asked, (risk, asked)) for order, index, risk, asked, _ in rows]
    return made, [22.5 * angle for *_, angle in rows]


@given(PROMPTS, st.integers(0, 50), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_order_of_the_input_decides_nothing(prompts, seed, top_k, shuffle) -> None:
    pictures, angles = drawn(prompts)
    pool = round_of(pictures, angles, top_k, seed=seed)
    candidates, scores, features = list(pool.candidates), list(pool.scores), list(pool.features.items())
    for one in (candidates, scores, features):
        shuffle.shuffle(one)
    mixed = replace(pool, candidates=tuple(candidates), scores=tuple(scores), features=dict(features))
    for name in NAMES:
        policy = find_policy(name)
        assert policy.suggest(pool) == policy.suggest(mixed)
        assert policy.reasons(pool) == policy.reasons(mixed)


@given(PROMPTS, st.integers(0, 50), st.integers(1, 8))
def test_each_prompt_comes_once_with_a_good_picture_and_its_own_reason(prompts, seed, top_k) -> None:
    pictures, angles = drawn(prompts)
    pool = round_of(pictures, angles, top_k, seed=seed)
    good = {one.id for one in pictures if not pool.standard.lacks(one)}
    prompts_with_one = {one.anchor_id for one in pictures if one.id in good}
    for name in NAMES:
        policy = find_policy(name)
        order = policy.order(pool)
        assert len({score.anchor.id for score in order}) == len(order)
        made = policy.suggest(pool)
        assert len(made.suggestions) == min(top_k, len(order))
        assert made.exhausted == (len(order) < top_k)
        assert {one.candidate_id for one in made.suggestions} <= good
        assert len({one.reason for one in made.suggestions}) == len(made.suggestions)
        if name == "core-set":
            assert {score.anchor.id for score in order} == prompts_with_one
        for score in policy.ranked(pool):
            assert {one.id for one in policy.pictures(pool, score)} <= good


@pytest.mark.parametrize("name", ["core-set", "badge"])
def test_without_features_nothing_is_suggested_and_it_is_said(name) -> None:
    made = find_policy(name).suggest(round_of([picture(0), picture(1)]))
    assert made.suggestions == ()
    assert made.sentence == (
        "Nothing to suggest: no image has features to compare. Choose another selection strategy."
    )


@pytest.mark.parametrize("name", NAMES)
def test_where_all_good_pictures_are_rejected_none_is_left(name) -> None:
    pictures = [picture(0, 0, 0.4, runs=(0.0, 1.0)), picture(1, 0, 0.4, runs=(0.2, 0.9))]
    pool = round_of(pictures, [30, 80])
    assert len(chosen(name, pool)) == 2
    assert chosen(name, replace(pool, rejected=frozenset(one.id for one in pictures))) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_next_one_takes_the_place_of_a_prompt_without_pictures_left(name) -> None:
    pictures = [picture(order, 0, 0.4, runs=(0.1 * order, 1.0)) for order in range(1, 4)]
    pool = round_of(pictures, [30, 80, 140], 1)
    [first] = chosen(name, pool)
    [after] = chosen(name, replace(pool, rejected=frozenset({first})))
    assert after != first
    [said] = reasons(name, replace(pool, rejected=frozenset({first})))
    assert f": {find_policy(name).next_words}, in place of “" in said
