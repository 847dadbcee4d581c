"""A score of one file and one line is computed, stored, shown on the page, exported and archived."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from gal_studio.commands.running.outputs import write_outputs
from gal_studio.core.gal.scores.registry import SCORES
from gal_studio.core.records.candidate import Candidate
from gal_studio.studio import Studio
from gal_studio.studio.views.round import candidate_view
from gal_studio.ui.payloads.projects import project_payload
from gal_studio.worker.models import Models
from tests.invented.score import REDNESS
from tests.tiny_project import tiny_draft
from tests.worker.working import drawn_round


@pytest.fixture
def drawn(studio: Studio, models: Models, names: tuple[str, str]) -> Iterator[str]:
    """A round that was drawn when the score was registered."""
    SCORES.add(REDNESS)
    round_id = drawn_round(studio, models, tiny_draft(names))
    yield round_id
    SCORES.remove(REDNESS)


def redness(studio: Studio, candidate: Candidate) -> float:
    return float(np.asarray(studio.store.images.picture(candidate.image))[..., 0].mean() / 255)


def test_it_is_stored_and_shown_by_its_label(studio: Studio, drawn: str) -> None:
    view = studio.round_view(drawn)
    assert len(view.candidates) == 12
    for tile in view.candidates:
        expected = pytest.approx(redness(studio, tile.candidate))
        assert tile.candidate.score("redness") == expected
        assert studio.store.candidates.get(tile.candidate.id) == tile.candidate
        assert candidate_view(tile, "").scores == {
            "similarity_anchor": tile.candidate.similarity_anchor,
            "similarity_reference": tile.candidate.similarity_reference,
            **tile.candidate.more_scores,
        }
        assert {"shows_reference", "noise", "copy_chance", "carries", "likeness", "redness"} <= {
            *tile.candidate.more_scores
        }
    (shown,) = [one for one in project_payload(view.project).scores if one.name == "redness"]
    assert asdict(shown) == {
        "name": "redness",
        "label": "Redness",
        "explanation": "From 0 to 1; higher is redder. How is this computed? The mean of the red channel",
        "in_percent": False,
    }


def test_it_is_exported(studio: Studio, drawn: str, tmp_path: Path) -> None:
    write_outputs(studio, [drawn], tmp_path / "out", "uncertainty")
    with (tmp_path / "out" / "candidates.csv").open(encoding="utf-8-sig") as file:
        rows = {row["candidate_id"]: row for row in csv.DictReader(file)}
    candidates = studio.store.candidates.of_round(drawn)
    assert {name: float(row["redness"]) for name, row in rows.items()} == {
        candidate.id: candidate.score("redness") for candidate in candidates
    }
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["scores"]["redness"]["label"] == "Redness"


def test_a_picture_that_was_drawn_before_has_none(studio: Studio, drawn: str, tmp_path: Path) -> None:
    studio.store.database.write("DELETE FROM candidate_scores")
    tile = studio.round_view(drawn).candidates[0]
    assert candidate_view(tile, "").scores.keys() == {"similarity_anchor", "similarity_reference"}
    write_outputs(studio, [drawn], tmp_path / "out", "uncertainty")
    with (tmp_path / "out" / "candidates.csv").open(encoding="utf-8-sig") as file:
        assert {row["redness"] for row in csv.DictReader(file)} == {""}
