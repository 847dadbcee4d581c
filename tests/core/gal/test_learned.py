"""Learning from a person's choices."""

from dataclasses import replace

import numpy
import pytest

from gal_studio.core.gal.learned import (
    JudgedRound,
    feature_names,
    features,
    fit_preference,
)
from gal_studio.core.gal.policies.learned import LEARNED, Learned, leave_one_round_out
from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY
from gal_studio.core.gal.uncertainty import score_pool
from tests.core.builders import anchor, candidate, snapshot_of


def judged(seed: int, anchors: int = 6, number: int = 8) -> JudgedRound:
    """A round in which the person accepts the picture of each prompt that is farthest from the reference."""
    rng = numpy.random.default_rng(seed)
    pool = [anchor(order) for order in range(anchors)]
    candidates = tuple(
        replace(
            candidate(of, index, float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.1, 0.4))),
            id=f"{seed}-{of.id}-{index}",
        )
        for of in pool
        for index in range(number)
    )
    good = [one for one in candidates if not one.overfit]
    accepted = {min((c for c in good if c.anchor_id == of.id), key=lambda c: c.similarity_reference).id
                for of in pool if any(c.anchor_id == of.id for c in good)}  # fmt: skip
    return JudgedRound(candidates, score_pool(pool, candidates), frozenset(accepted))


def test_the_fit_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression

    rounds = [judged(1), judged(2)]
    names = feature_names(rounds)
    fitted = fit_preference(rounds, names)
    assert fitted is not None
    x = numpy.concatenate([features(one.judged, one.scores, names) for one in rounds])
    y = [candidate.id in one.accepted for one in rounds for candidate in one.judged]
    model = LogisticRegression(C=1.0, class_weight="balanced", tol=1e-10, max_iter=10_000)
    model.fit((x - x.mean(axis=0)) / numpy.where(x.std(axis=0) == 0, 1, x.std(axis=0)), y)
    assert fitted.weights == pytest.approx(model.coef_[0], abs=1e-4)
    assert fitted.bias == pytest.approx(model.intercept_[0], abs=1e-4)


def test_what_was_learned_finds_the_person_s_choices_better_than_the_plain_sampler() -> None:
    rounds = [judged(seed) for seed in range(6)]
    found = leave_one_round_out(rounds, [6] * 6)
    assert found is not None
    assert found.choices == sum(len(one.accepted) for one in rounds)
    assert found.learned > 0.7 * found.choices > found.plain


def test_suggestions_are_no_copies_of_informative_prompts_and_say_that_they_were_learned() -> None:
    rounds = [judged(1), judged(2)]
    fitted = fit_preference(rounds, feature_names(rounds))
    assert fitted is not None
    fresh = judged(9)
    policy = Learned(fitted)
    made = policy.suggest(snapshot_of(fresh.candidates, fresh.scores))
    by_id = {one.id: one for one in fresh.candidates}
    assert [suggestion.rank for suggestion in made.suggestions] == [1, 2, 3]
    assert not any(by_id[suggestion.candidate_id].overfit for suggestion in made.suggestions)
    assert all(
        "in the order learned from your choices" in suggestion.reason for suggestion in made.suggestions
    )
    again = policy.suggest(snapshot_of(fresh.candidates[::-1], fresh.scores[::-1]))
    assert again == made, "the order of the input does not matter"
    assert made.sentence == "These 3 are in the order learned from your choices."
    few = policy.suggest(snapshot_of(fresh.candidates, fresh.scores, 50))
    assert few.sentence.startswith(f"Only {len(few.suggestions)} suggestions")
    assert "Every test prompt has an accepted image" in policy.suggest(snapshot_of((), ())).sentence


def test_there_must_be_something_to_learn_from() -> None:
    nothing = replace(judged(1), accepted=frozenset())
    names = feature_names([nothing])
    assert fit_preference([nothing], names) is None
    assert leave_one_round_out([judged(1)], [3]) is None


def test_what_was_learned_suggests_from_ten_overrides_on() -> None:
    fresh, others = judged(9), (judged(1), judged(2))
    for overrides, known, learned in ((9, others, False), (10, (), False), (10, others, True)):
        pool = snapshot_of(fresh.candidates, fresh.scores, judged=known, overrides=overrides)
        assert (LEARNED.acting(pool) is not UNCERTAINTY) == learned


def test_only_scores_that_every_picture_has_are_learned_from() -> None:
    with_score = judged(1)
    scored = tuple(replace(one, more_scores={"sharp": 1.0}) for one in with_score.candidates)
    assert "sharp" in feature_names([replace(with_score, candidates=scored)])
    assert "sharp" not in feature_names([replace(with_score, candidates=scored), judged(2)])
