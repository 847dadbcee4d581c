"""Style match with and without the ground, from a table of labels."""

import pytest

from workshop.benchmarks.quality.ground import report

COLUMNS = (
    "round", "strength", "with_ground", "without_ground",
    *(f"{name}_{reader}" for reader in (1, 2) for name in ("copy", "asked", "look")),
)  # fmt: skip
TABLE = """
1 1.0 0.8 0.8  1 1 2  1 1 2
2 1.0 0.8 0.4  0 1 0  0 1 1
2 0.7 0.4 0.8  0 1 2  0 0 2
"""


def test_each_round_and_strength_is_beside_what_readers_saw(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [dict(zip(COLUMNS, line.split(), strict=True)) for line in TABLE.strip().splitlines()]
    report([{"reference": "cat", "copy_risk": row["copy_1"], "prompt_match": "1.0", **row} for row in rows])
    *arms, _, areas = capsys.readouterr().out.splitlines()[2:]
    assert arms == [
        "| cat | 1, 1.0 | 0.00 | 0.00 | 0.00 | 0.00 |",
        "| cat | 2, 0.7 | 0.50 | 0.50 | 0.10 | 0.99 |",
        "| cat | 2, 1.0 | 0.50 | 0.00 | 0.99 | 0.10 |",
    ]
    assert areas.endswith("3 pictures: 0.250 with ground, 1.000 without ground.")
