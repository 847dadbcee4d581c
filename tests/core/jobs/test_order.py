import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import reordered, topological

NEEDS = {"d": ["c"], "f": ["e"], "g": ["f"]}  # a, b, then c with its d, then e, f, g in a chain
ORDER = tuple("abcdefg")


@pytest.mark.parametrize(
    ("job", "direction", "after"),
    [
        ("b", "up", "bacdefg"),
        ("a", "up", "abcdefg"),
        ("a", "down", "bacdefg"),
        ("g", "down", "abcdefg"),
        ("c", "first", "cabdefg"),
        ("d", "up", "acdbefg"),  # its training goes with it
        ("c", "down", "abecdfg"),  # its drawing goes with it
        ("e", "up", "abcedfg"),
        ("g", "up", "abcefgd"),
        ("g", "first", "efgabcd"),
        ("nobody", "up", "abcdefg"),
    ],
)
def test_a_job_moves_with_its_dependencies(job: str, direction, after: str):
    assert "".join(reordered(ORDER, NEEDS, job, direction)) == after


def test_an_unknown_direction_is_refused():
    with pytest.raises(StudioError, match="'sideways': choose one of up, down, first"):
        reordered(ORDER, NEEDS, "a", "sideways")  # type: ignore[arg-type]


def test_a_job_before_its_dependency_is_sorted_after_it():
    assert topological("dcba", {"d": ["c", "a"]}) == ("c", "a", "d", "b")
    assert topological(ORDER, NEEDS) == ORDER


@st.composite
def queues(draw: st.DrawFn) -> tuple[list[str], dict[str, list[str]]]:
    order = [str(number) for number in range(draw(st.integers(1, 9)))]
    needs = {
        one: draw(st.lists(st.sampled_from(order[:place]), unique=True)) if place else []
        for place, one in enumerate(order)
    }
    return draw(st.permutations(order)), needs


@given(queues(), st.data())
def test_no_job_is_ever_before_its_dependencies(queue: tuple[list[str], dict[str, list[str]]], data):
    given_order, needs = queue
    order = topological(given_order, needs)
    for _ in range(6):
        job = data.draw(st.sampled_from(order))
        before, order = (
            order,
            reordered(order, needs, job, data.draw(st.sampled_from(["up", "down", "first"]))),
        )
        assert sorted(order) == sorted(before)
        assert all(order.index(one) < order.index(job) for job in order for one in needs[job])
