import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import find_policy
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
    st.sampled_from(["random", "uncertainty"]),
)
def test_a_permutation_changes_no_decision(copies, seed, shuffle, name):
    anchors, candidates, scores = pool_of(*[margins(number, 10) for number in copies])
    mixed_candidates, mixed_scores = list(candidates), list(scores)
    shuffle.shuffle(mixed_candidates)
    shuffle.shuffle(mixed_scores)
    assert decide(name, (anchors, mixed_candidates, mixed_scores), seed) == decide(
        name, (anchors, candidates, scores), seed
    )


def test_an_empty_pool_accepts_nothing():
    for name in ("random", "uncertainty"):
        assert decide(name, ([], [], ())).suggestions == ()


def test_an_unknown_policy_is_refused():
    with pytest.raises(StudioError, match="no policy 'greedy': choose one of uncertainty, random"):
        find_policy("greedy")
