"""Eq. G20: which candidates are drawn next, and when no more are needed."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gal_studio.core.gal.allocation import CLEAN, Place, Race, Standing, first_indices, rate_of, stand
from gal_studio.core.gal.turning import entropies

LEVELS = (1.0, 0.85, 0.7, 0.55, 0.4)
STRENGTHS = LEVELS * 2
ANCHORS = tuple(f"a{number:02d}" for number in range(18))
Drawn = dict[str, dict[int, float | None]]


class Pool:
    """Prompts of which the truth is known: the strength at which each turns."""

    def __init__(self, turns: numpy.ndarray, seed: int = 0) -> None:
        self.rates = 1.0 / (1.0 + numpy.exp((turns[:, None] - numpy.array(LEVELS)) / 0.06))
        chance = numpy.random.default_rng(seed).random((len(turns), len(STRENGTHS)))
        self.copies = chance < numpy.tile(self.rates, 2)
        self.entropy = entropies(self.rates.mean(axis=1))

    def draw(self, drawn: Drawn, places: tuple[Place, ...]) -> None:
        for anchor, index in places:
            drawn[anchor][index] = 0.95 if self.copies[ANCHORS.index(anchor), index] else 0.05

    def run(self, race: Race, seed: int = 0) -> tuple[Drawn, Standing]:
        drawn: Drawn = {anchor: {} for anchor in ANCHORS}
        while (standing := stand(ANCHORS, drawn, STRENGTHS, race, seed)).next:
            self.draw(drawn, standing.next)
        return drawn, standing


def chosen(drawn: Drawn, top_k: int) -> list[int]:
    value = entropies(numpy.array([rate_of(drawn[anchor], STRENGTHS)[0] for anchor in ANCHORS]))
    return numpy.argsort(-value, kind="stable")[:top_k].tolist()


def mixed(seed: int) -> Pool:
    return Pool(numpy.random.default_rng([seed, 1]).normal(0.7, 0.25, len(ANCHORS)), seed)


def test_a_round_of_fewer_pictures_than_a_race_begins_with_draws_them_all() -> None:
    assert first_indices((1.0, 0.4), 3) == (0, 1)
    assert first_indices(STRENGTHS, 3) == (0, 2, 4)


def test_a_race_finds_more_undecided_prompts_than_more_pictures_that_are_spread_evenly() -> None:
    """Known truth, 30 pools: the entropy that is lost against the best three, beside five of each prompt."""
    drawn_in_all = []
    race, lost, by_five, by_four = Race(3, budget=90), [], [], []
    for seed in range(30):
        pool = mixed(seed)
        best = numpy.sort(pool.entropy)[-3:].mean()
        drawn, standing = pool.run(race, seed)
        assert standing.drawn <= 90
        lost.append(best - pool.entropy[chosen(drawn, 3)].mean())
        for values, number in ((by_five, 5), (by_four, 4)):
            counted = entropies(pool.copies[:, :number].mean(axis=1))
            values.append(best - pool.entropy[numpy.argsort(-counted, kind="stable")[:3]].mean())
        drawn_in_all.append(standing.drawn)
    assert numpy.mean(lost) < numpy.mean(by_five), "90 pictures"
    assert numpy.mean(lost) < numpy.mean(by_four)
    assert numpy.mean(drawn_in_all) < 80


def test_prompts_that_are_surely_decided_get_no_further_pictures() -> None:
    turns = numpy.array([0.7] * 3 + [3.0] * 15)
    drawn, standing = Pool(turns).run(Race(3, budget=180))
    assert standing.decided
    assert standing.drawn < 100
    assert all(len(drawn[anchor]) <= 5 for anchor in ANCHORS[3:])
    assert set(chosen(drawn, 3)) == {0, 1, 2}


def test_the_chosen_have_clean_pictures_to_accept_or_were_drawn_to_the_end() -> None:
    drawn, _ = Pool(numpy.full(len(ANCHORS), 0.45), 3).run(Race(3, budget=180, clean=2))
    for place in chosen(drawn, 3):
        pictures = drawn[ANCHORS[place]]
        clean = sum(p is not None and p < CLEAN for p in pictures.values())
        assert clean >= 2 or len(pictures) == len(STRENGTHS)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 999), st.integers(1, 60), st.randoms(use_true_random=False))
def test_an_interrupted_race_goes_on_as_if_it_had_not_been(seed: int, stop: int, random) -> None:
    race, pool = Race(3, budget=72), mixed(seed)
    whole, _ = pool.run(race, seed)
    drawn: Drawn = {anchor: {} for anchor in ANCHORS}
    while (standing := stand(ANCHORS, drawn, STRENGTHS, race, seed)).next:
        places = list(standing.next)
        random.shuffle(places)  # several devices, and a kill in between
        pool.draw(drawn, tuple(places[:stop]))
    assert drawn == whole


@given(st.integers(1, 400))
@settings(deadline=None, max_examples=10)
def test_the_budget_is_never_exceeded_and_no_picture_is_asked_for_twice(budget: int) -> None:
    drawn, standing = mixed(1).run(Race(3, budget=budget))
    count = sum(map(len, drawn.values()))
    assert count <= max(budget, len(ANCHORS))  # one of each prompt at least
    assert standing.drawn == count


def test_blank_pictures_are_drawn_and_say_nothing() -> None:
    drawn: Drawn = {anchor: {} for anchor in ANCHORS}
    race = Race(3, budget=54)
    while (standing := stand(ANCHORS, drawn, STRENGTHS, race, 0)).next:
        for anchor, index in standing.next:
            drawn[anchor][index] = None
    assert not standing.decided
    assert standing.drawn == 54


def test_pictures_asked_for_by_hand_do_not_move_the_race() -> None:
    race, pool = Race(3, budget=72), mixed(5)
    plain, _ = pool.run(race)
    drawn: Drawn = {anchor: {} for anchor in ANCHORS}
    pool.draw(drawn, ((ANCHORS[17], 9), (ANCHORS[17], 8)))
    while (standing := stand(ANCHORS, drawn, STRENGTHS, race, 0)).next:
        pool.draw(drawn, standing.next)
    extra = {(ANCHORS[17], 9), (ANCHORS[17], 8)}
    places = {(anchor, index) for anchor in ANCHORS for index in drawn[anchor]}
    assert places - extra == {(anchor, index) for anchor in ANCHORS for index in plain[anchor]} - extra


def test_a_pool_without_prompts_is_decided() -> None:
    assert stand((), {}, STRENGTHS, Race(3, budget=10), 0) == Standing((), 0, frozenset(), 1.0, True)


@pytest.mark.parametrize("values", [{"budget": 0}, {"top_k": 0}, {"confidence": 1.0}, {"tolerance": -1.0}])
def test_nonsense_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Race(**{"top_k": 3, "budget": 72, **values})  # type: ignore[arg-type]


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_mean_over_strengths_is_symmetric_monotone_and_knows_no_order(chances, random) -> None:
    pictures = dict(enumerate(chances))
    mean, error = rate_of(pictures, STRENGTHS)
    mirrored, same_error = rate_of({i: 1.0 - p for i, p in pictures.items()}, STRENGTHS)
    assert mirrored == pytest.approx(1.0 - mean)
    assert same_error == pytest.approx(error)
    shuffled = list(pictures.items())
    random.shuffle(shuffled)
    assert rate_of(dict(shuffled), STRENGTHS) == (mean, error)
    more = {i: min(1.0, p + 0.1) for i, p in pictures.items()}
    assert rate_of(more, STRENGTHS)[0] >= mean - 1e-12
    assert rate_of({**pictures, 11: None}, STRENGTHS * 2) == rate_of(pictures, STRENGTHS * 2), "blank"


def test_strengths_count_alike_however_many_pictures_they_have() -> None:
    assert rate_of({0: 1.0, 5: 1.0, 4: 0.0}, STRENGTHS)[0] == pytest.approx(0.5)
    assert rate_of({0: 0.9}, STRENGTHS)[0] == pytest.approx(0.9)
    assert rate_of({}, STRENGTHS) == (0.5, 0.5)
