"""A grid of settings: pairs that differ in one setting alone, paired by prompt and seed."""

import itertools

import pytest

from gal_studio.core.grid import Cell, effects, levels

AXES = {"gal.policy": ["uncertainty", "random"], "gal.top_k": [3, 5, 7]}
PROMPTS = [f"prompt {number}" for number in range(6)]


def cell(project: str, seed: int, policy: str, k: int) -> Cell:
    """as_asked is 0.1 a step of k, and 0.5 less with `random`; projects and prompts have own levels."""
    own = sum(map(ord, project)) + 3 * seed
    figures = {
        (prompt, number): own + place + 0.1 * k - 0.5 * (policy == "random")
        for place, prompt in enumerate(PROMPTS)
        for number in (0, 1)
    }
    return Cell(project, seed, {"gal.policy": policy, "gal.top_k": k}, {"as_asked": figures})


def all_cells(projects: str = "ab", seeds: tuple[int, ...] = (0, 1)) -> list[Cell]:
    return [cell(*each) for each in itertools.product(projects, seeds, *AXES.values())]


def test_an_effect_is_the_paired_difference_with_all_else_equal() -> None:
    found = effects(all_cells(), AXES, ["as_asked"])
    assert [(one.setting, one.value, one.instead_of) for one in found] == [
        ("gal.policy", "random", "uncertainty"), ("gal.top_k", 5, 3), ("gal.top_k", 7, 3),
    ]  # fmt: skip
    assert [one.difference.value for one in found] == pytest.approx([-0.5, 0.2, 0.4])
    policy = found[0].difference  # 2 projects x 2 seeds x 3 values of k x 6 prompts x 2 pictures
    assert (policy.references, policy.prompts, policy.pictures) == (2, 12, 144)
    assert policy.low == pytest.approx(-0.5) and policy.high == pytest.approx(-0.5)
    assert policy.over == "prompts"


def test_all_changes_of_a_figure_are_corrected_together() -> None:
    found = effects(all_cells("abcdef", (0,)), AXES, ["as_asked", "clip_t"])
    assert [one.p for one in found] == pytest.approx([2 / 64] * 3)
    assert [one.p_holm for one in found] == pytest.approx([6 / 64] * 3)
    assert {one.difference.over for one in found} == {"references"}


def test_a_cell_without_a_partner_or_a_figure_counts_nowhere() -> None:
    cells = all_cells("a", (0,))
    lonely = cell("b", 0, "random", 3)
    assert effects([*cells, lonely], AXES, ["as_asked"])[0].difference.references == 1
    short = Cell("a", 0, cells[0].arm, {"as_asked": {("prompt 0", 0): 1.0}})
    (first, *_) = effects([short, *cells[1:]], {"gal.policy": AXES["gal.policy"]}, ["as_asked"])
    assert first.difference.pictures == 2 * 12 + 1


def test_levels_are_the_means_of_a_combination() -> None:
    found = levels(all_cells("a", (0,)), ["as_asked"])
    assert [one.arm for one in found[:2]] == [
        {"gal.policy": "uncertainty", "gal.top_k": 3}, {"gal.policy": "uncertainty", "gal.top_k": 5},
    ]  # fmt: skip
    assert found[0].reached.value == pytest.approx(ord("a") + 2.5 + 0.3)
    assert len(found) == 6
    assert levels(all_cells(), ["gain"]) == []
