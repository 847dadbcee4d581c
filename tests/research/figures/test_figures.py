"""Figures out of the files of evaluations, beside what papers published."""

from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.research.figures.arms import evaluated_arms
from gal_studio.research.figures.published import PUBLISHED, published_table


def test_dreambench_stands_beside_the_published_figures() -> None:
    figure = {"value": 0.7, "low": 0.6, "high": 0.75}
    told: dict[str, Any] = {
        "evaluation": "DreamBench", "compared": "one image of each subject",
        "rows": [{"subject": "all 2", "dino": figure, "clip_i": figure, "clip_t": figure}],
    }  # fmt: skip
    published, own = published_table(told).data
    assert tuple(published.y) == PUBLISHED["one"] == (0.831, 0.880, 0.288)
    assert list(own.y) == [0.7] * 3 and list(own.error_y.array) == pytest.approx([0.05] * 3)
    assert tuple(published_table({**told, "compared": "all images"}).data[0].y) == PUBLISHED["all"]
    with pytest.raises(StudioError, match="not an evaluation of DreamBench"):
        published_table({"evaluation": "clock arms", "rows": [1]})


def test_clock_arms_are_repeated_from_their_json() -> None:
    def row(point: str, x: float, y: float) -> dict[str, Any]:
        return {"point": point, "clip_i": {"value": x}, "clip_t": {"value": y}}

    rows = [row("base model", 0.3, 0.30), row("Round 1", 0.5, 0.28), row("Round 2", 0.6, 0.29)]
    told = {
        "evaluation": "clock arms", "project": "Cat", "prompts": 20, "pictures_of_each": 2, "rows": rows,
        "arms": [["base model", "Round 1", "Round 2"], ["base model", "Round 1"]],
    }  # fmt: skip
    long, short = evaluated_arms(told).data
    assert (list(long.x), list(long.y)) == ([0.3, 0.5, 0.6], [0.30, 0.28, 0.29])
    assert list(short.text) == ["base model", "Round 1"] and short.name == "to Round 1"
    with pytest.raises(StudioError, match="not an evaluation of clock arms"):
        evaluated_arms({"evaluation": "DreamBench"})
