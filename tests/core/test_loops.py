"""Rows that come after others: in order without a loop, and each loop is cut at its first row."""

from random import Random

from gal_studio.core.loops import ordered


def test_each_comes_after_those_above_it() -> None:
    above = {"child": ["parent"], "parent": ["first"], "other": [], "first": [None]}
    assert ordered(above) == (["first", "parent", "child", "other"], [])


def test_a_loop_is_cut_where_it_began() -> None:
    assert ordered({"a": ["a"], "b": ["a"]}) == (["a", "b"], [("a", "a")])
    ring = {"a": ["c"], "b": ["a"], "c": ["b"], "d": ["c"]}
    assert ordered(ring) == (["a", "b", "c", "d"], [("a", "c")])
    assert ordered({"d": ["c"], "b": ["c"], "c": ["b"], "e": []})[1] == [("b", "c")]
    both = {"a": ["c", "b"], "b": ["a"], "c": ["a"]}  # two loops that begin alike
    assert ordered(both) == (["a", "b", "c"], [("a", "c"), ("a", "b")])


def test_any_links_are_without_a_loop_once_they_are_cut() -> None:
    for seed in range(300):
        random = Random(seed)
        keys = range(random.randrange(1, 9))
        above = {key: [random.choice(keys) for _ in range(random.randrange(3))] for key in keys}
        names, cut = ordered(above)
        left = {key: [one for one in names if (key, one) not in cut] for key, names in above.items()}
        assert sorted(names) == list(keys)
        assert all(names.index(one) < names.index(key) for key, names_ in left.items() for one in names_)
        assert ordered(left)[1] == []
        assert not cut or ordered(above | {cut[0][0]: []})[1] != cut


def test_a_long_line_is_no_matter() -> None:
    above = {number: [number - 1] for number in reversed(range(20_000))}
    assert ordered(above) == (list(range(20_000)), [])
