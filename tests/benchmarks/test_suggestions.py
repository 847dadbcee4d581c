"""What other rules would suggest, counted by hand, and how surely prompts lead."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.suggestions import (
    EQUAL,
    Picture,
    Rule,
    equal_numbers,
    read_table,
    report,
    returned,
    spread_of_seeds,
)

pytestmark = pytest.mark.thorough
FULL, MIDDLE, WEAK = 0, 5, 8


def picture(prompt: str, index: int, copy: float, kept: float = 0.9) -> Picture:
    return Picture(prompt, index, copy, 0.9, kept, (float(copy >= 0.3), 1.0, 1.0, float(copy < 0.3)))


ROUND = [
    picture("open", FULL, 0.9),
    picture("open", MIDDLE, 0.3),
    picture("open", WEAK, 0.02, 0.6),
    picture("sure", FULL, 0.7),
    picture("sure", MIDDLE, 0.05),
    picture("sure", WEAK, 0.02),
    picture("lost", FULL, 0.9),
    picture("lost", MIDDLE, 0.9),
    picture("lost", WEAK, 0.02, 0.1),
]


def chosen(rule: Rule) -> list[tuple[str, int]]:
    return [(one.prompt, one.index) for one in rule.suggest(ROUND)]


def test_rules_differ_as_they_say() -> None:
    assert chosen(Rule()) == [("open", MIDDLE), ("sure", WEAK)]
    assert chosen(Rule(by_utility=True)) == [("sure", WEAK), ("open", MIDDLE)]
    assert chosen(Rule(most_copy=0.1)) == [("sure", WEAK)]
    assert chosen(Rule(best_only=True)) == [("open", MIDDLE), ("sure", MIDDLE)]
    assert chosen(Rule(least_kept=0.95)) == []


def test_half_lies_midway_between_full_strength_and_the_weakest() -> None:
    low = [replace(one, copy=one.copy / 9) for one in ROUND]  # 0.1 and 0.002: a tenth is no doubt here
    assert Rule().suggest(low) == []
    assert [one.prompt for one in Rule(midway=True).suggest(low)] == ["open", "sure"]


def test_prompts_return_more_often_with_more_seeds() -> None:
    known = np.random.default_rng(1).normal(0.0, 2.0, (18, 3))
    assert returned(known, 0.0) == 1.0
    one, many = returned(known, 1.0), returned(known, 1.0, seeds=6)
    assert one < returned(known, 1.0, raced=6, more=5) < 1.0
    assert one < many < 1.0


def test_a_table_is_enough_for_the_report(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    again = [replace(one, index=one.index + 9, copy=0.5 * one.copy) for one in ROUND[:2]]
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["reference", "prompt", "index", "p", "a", "c", "copy_1", "asked_1", "like_1"])
        for one in (*ROUND, *again):
            rows.writerow(
                ["cat", one.prompt, one.index, one.copy, one.asked, one.kept, int(one.seen[0]), 1, 1]
            )
    (pictures,) = read_table(path).values()
    assert spread_of_seeds([pictures])[1] == 2
    lines = list(report({"cat": pictures}))
    assert lines[1] == "as shipped | 2 | 0.50, 1.00, 1.00, 0.50"
    assert lines[-1].startswith("cat: return with seeds of all 1: ")


def by(name: str, number: int) -> list[tuple[str, int]]:
    return [(one.prompt, one.index) for one in EQUAL[name](ROUND, number)]


def test_every_way_chooses_as_many_images_as_are_asked_for() -> None:
    assert by("suggestions", 1) == [("open", MIDDLE)]
    assert by("suggestions", 4) == [("open", MIDDLE), ("sure", WEAK), ("open", WEAK), ("sure", MIDDLE)]
    assert by("strongest clean", 2) == [("open", MIDDLE), ("sure", MIDDLE)]
    assert by("largest u", 2) == [("sure", WEAK), ("open", MIDDLE)]
    assert by("three weakest rungs", 2) == [("sure", WEAK), ("open", WEAK)]
    gains = {"open": 0.7 * 0.81, "sure": 0.98 * 0.81}
    usual = {"open": (0.1 * 0.81 + gains["open"] + 0.98 * 0.54) / 3, "sure": (0.3 + 0.95 + 0.98) * 0.81 / 3}
    order = sorted(gains, key=lambda name: usual[name] - gains[name])
    assert [prompt for prompt, _ in by("expected gain", 2)] == order
    assert "lost" not in dict(by("expected gain", 3)), "its best image has u below 0.4"


def test_equal_numbers_are_compared_over_references_that_have_so_many() -> None:
    more = [replace(one, prompt=f"{one.prompt} again", copy=one.copy / 2) for one in ROUND]
    lines = list(equal_numbers({"one": ROUND, "two": more, "few": ROUND[:3]}, 2))
    assert lines[0].startswith("2 images, 2 references")
    told = dict(line.strip().split(" | ", 1) for line in lines[1:])
    assert told["suggestions"].endswith("+0.00 (+0.00 to +0.00)") and len(told) == len(EQUAL)
    right = [np.mean([one.seen[-1] for one in EQUAL["largest u"](each, 2)]) for each in (ROUND, more)]
    assert told["largest u"].split(" | ")[0].endswith(f"{np.mean(right):.2f}")
