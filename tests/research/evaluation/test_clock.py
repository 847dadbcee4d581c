"""The points of the clock arms: each has a name of its own."""

from gal_studio.core.records.round import Round
from gal_studio.research.evaluation.clock import BASE, ClockPoint, _unique_names, find_arms


def test_rounds_with_the_same_name_are_told_apart() -> None:
    one = Round("a", "p", None, 1, "lora", 1.0, title="Round 2")
    two = Round("b", "p", "a", 2, "lora", 2.0)
    three = Round("c", "p", "b", 3, "lora", 3.0, title=BASE)
    names = _unique_names([one, two, three])
    assert names == {"a": "Round 2", "b": "Round 2 (2)", "c": f"{BASE} (2)"}
    points = [
        ClockPoint(BASE, None, None),
        ClockPoint(names["a"], one, BASE),
        ClockPoint(names["b"], two, names["a"]),
        ClockPoint(names["c"], three, names["b"]),
    ]
    assert find_arms(points) == [[BASE, *names.values()]]
