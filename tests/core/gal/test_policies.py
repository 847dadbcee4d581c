from dataclasses import replace

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import find_policy, policy_names
from tests.core.builders import margins, pool_of, snapshot_of

POOL = pool_of(*[margins(copies, 10) for copies in (0, 2, 5, 10, 4, 9)])
COUNTS = st.lists(st.integers(0, 10), min_size=1, max_size=8)


def decide(name, pool=POOL, seed=0, top_k=3):
    _, candidates, scores = pool
    return find_policy(name).suggest(snapshot_of(candidates, scores, top_k, seed=seed))


def test_random_takes_the_first_picture_of_distinct_anchors():
    outcome = decide("random")
    assert len({made.anchor_id for made in outcome.suggestions}) == 3
    assert [made.candidate_id for made in outcome.suggestions] == [
        f"{made.anchor_id}-0" for made in outcome.suggestions
    ]


def test_random_depends_only_on_its_generator():
    assert decide("random", seed=7) == decide("random", seed=7)
    drawn = {made.anchor_id for seed in range(40) for made in decide("random", seed=seed).suggestions}
    assert drawn == {f"anchor-{order}" for order in range(6)}


@given(COUNTS, st.integers(0, 1000), st.integers(1, 5))
def test_random_suggests_at_most_what_was_asked_for(copies, seed, top_k):
    pool = pool_of(*[margins(number, 10) for number in copies])
    assert len(decide("random", pool, seed, top_k).suggestions) == min(top_k, len(copies))


@given(
    COUNTS,
    st.integers(0, 1000),
    st.randoms(use_true_random=False),
    st.sampled_from(["random", "uncertainty", "published"]),
)
def test_a_permutation_changes_no_decision(copies, seed, shuffle, name):
    anchors, candidates, scores = pool_of(*[margins(number, 10) for number in copies])
    mixed_candidates, mixed_scores = list(candidates), list(scores)
    shuffle.shuffle(mixed_candidates)
    shuffle.shuffle(mixed_scores)
    assert decide(name, (anchors, mixed_candidates, mixed_scores), seed) == decide(
        name, (anchors, candidates, scores), seed
    )


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6), st.integers(0, 20), st.integers(1, 4))
def test_no_policy_gives_two_suggestions_the_same_reason(copies, seed, top_k):
    _, candidates, scores = pool_of(*[margins(number, 4) for number in copies])
    rows = numpy.random.default_rng(seed).normal(size=(len(candidates), 4))
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    features = {one.id: row for one, row in zip(candidates, rows, strict=True)}
    pool = snapshot_of(candidates, scores, top_k, seed=seed, features=features)
    for name in policy_names():
        said = [made.reason for made in find_policy(name).suggest(pool).suggestions]
        assert len(set(said)) == len(said), said


def test_an_empty_pool_accepts_nothing():
    for name in policy_names():
        assert decide(name, ([], [], ())).suggestions == ()


def test_an_unknown_policy_is_refused():
    with pytest.raises(StudioError, match="no selection strategy 'greedy': choose one of uncertainty"):
        find_policy("greedy")


def by_the_program(flags: list[list[int]], likeness: list[list[float]], top_k: int) -> list[tuple[int, int]]:
    """The selection of the published program on plain lists: (prompt, picture) of each, none if it stops."""
    entropies, best = [], []
    for row, values in zip(flags, likeness, strict=True):
        rate = numpy.array(row).mean()
        if rate == 0.0 or rate == 1.0:
            entropies.append(0.0)
        else:
            entropies.append(-rate * numpy.log(rate) - (1 - rate) * numpy.log(1 - rate))
        best.append(int(numpy.argmax(values)))
    array = numpy.array(entropies)
    if sum(array > 0) < top_k:
        return []
    return [(int(place), best[place]) for place in numpy.argsort(array)[::-1][:top_k]]


def test_published_selects_what_the_program_selects_on_600_pools() -> None:
    rng = numpy.random.default_rng(5)
    stopped = 0
    for _ in range(600):
        prompts, top_k = int(rng.integers(1, 19)), int(rng.integers(1, 5))
        share = rng.choice([0.02, 0.3, 0.9])
        rows = [
            [float(value) for value in numpy.where(rng.random(10) < share, -1, 1) * rng.random(10)]
            for _ in range(prompts)
        ]
        pool = pool_of(*rows)
        expected = by_the_program(
            [[int(margin <= 0) for margin in row] for row in rows],
            [[0.25 + margin for margin in row] for row in rows],
            top_k,
        )
        outcome = decide("published", pool, top_k=top_k)
        found = [(made.anchor_id, made.candidate_id) for made in outcome.suggestions]
        assert found == [(f"anchor-{place}", f"anchor-{place}-{index}") for place, index in expected]
        stopped += not expected
    assert 60 < stopped < 540  # both the rule and the stop were tried


def test_published_may_pick_a_copy_and_ours_never_does() -> None:
    anchors, candidates, scores = pool_of([0.1, -0.2], [0.1, -0.2], [0.1, -0.2])
    copied = [
        replace(one, similarity_anchor=0.5, similarity_reference=0.6) if one.overfit else one
        for one in candidates
    ]
    pool = anchors, copied, scores
    assert {made.candidate_id[-1] for made in decide("published", pool).suggestions} == {"1"}
    assert {made.candidate_id[-1] for made in decide("uncertainty", pool).suggestions} == {"0"}
