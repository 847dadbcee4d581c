"""The tables about replays: each round at full strength, and by the schedules that its benchmark drew."""

import csv
from dataclasses import replace
from pathlib import Path

from gal_studio.core.recipe import Recipe
from gal_studio.research.replays.reports import _measured, _table
from tests.ui.seeded import finished, measure


def test_the_first_rounds_best_schedule_is_an_arm(tmp_path: Path) -> None:
    studio, project_id, round_id = finished(tmp_path / "workspace")
    measure(studio, round_id)
    measures = studio.measures(project_id)
    studio.close()
    full = measures.reports[round_id]
    scheduled = replace(full, arm=replace(full.arm, recipe=Recipe(0.4, 1.0, 0.7)), copies=full.copies + 1)
    rows = list(
        csv.DictReader(_table(_measured(measures, "Mine"), {round_id: (scheduled,)})[1:].splitlines())
    )
    assert [(row["arm"], row["round"], row["schedule"]) for row in rows] == [
        ("", "Base model", "full strength"),
        ("Mine", "Round 1", "full strength"),
        ("Mine", "Round 1", "strength 0.4 for 70% of steps, then 1"),
    ]
    assert int(rows[2]["copies_found"]) == int(rows[1]["copies_found"]) + 1
