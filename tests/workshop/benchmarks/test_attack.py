"""A short form of the attack with generated inputs: nothing goes wrong."""

from pathlib import Path

import pytest

from workshop.benchmarks.attack.__main__ import attack

pytestmark = pytest.mark.thorough


@pytest.mark.slow
def test_generated_inputs_find_nothing(tmp_path: Path) -> None:
    tally = attack(seed=11, inputs=600, folder=tmp_path)
    assert tally.wrong == 0, "\n".join(map(ascii, tally.examples))
    assert {
        "calls",
        "writes",
        "settings",
        "routes",
        "bodies",
        "archives",
        "commands",
        "LoRAs",
        "headers",
        "workspaces",
    } <= tally.counts.keys()
