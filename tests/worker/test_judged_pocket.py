"""The bundled model's own LoRA, exported and judged, is what its own project said: pictures and verdicts.

`test_judged_own.py` says it of tiny models in each way to judge.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from gal_studio.studio import Studio, demo_draft
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from gal_studio.worker.written import write_round
from tests.features.needed import needs_exports
from tests.worker.working import first_round, work

QUICK = {
    "tune": {"steps": 40, "prior_images": 0},
    "generation": {"candidates": 4, "allocation": "ladder"},
    "gal": {"top_k": 1},
}
ANCHORS = ("A bus {}", "A chair {}", "A drum {}")


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.timeout(3000)
@needs_exports
def test_it_is_judged_as_its_project_judges_it(studio: Studio, models: Models, tmp_path: Path) -> None:
    studio.models = CheckHere()
    draft = replace(demo_draft("style"), anchors=ANCHORS, changes=QUICK)
    own = first_round(studio, draft)
    out = tmp_path / "exported"
    for job in studio.run_missing(own):
        assert work(studio, models, job).message == ""
    write_round(studio.store, own, "comfyui", out)
    (file,) = out.glob("*.safetensors")
    judged = first_round(studio, replace(draft, judged=(file,), name="Judged"))
    for job in studio.run_missing(judged):
        assert work(studio, models, job).message == ""
    rounds = [studio.round_view(one) for one in (own, judged)]
    told = [
        [
            (tile.prompt, tile.candidate.index, tile.candidate.image, tile.candidate.chance)
            for tile in one.candidates
        ]
        for one in rounds
    ]
    assert told[0] == told[1]
    assert rounds[0].best_recipe == rounds[1].best_recipe
    measured = [studio.measures(one.project.id) for one in rounds]
    reports = [view.reports[one.round.id] for view, one in zip(measured, rounds, strict=True)]
    assert reports[0].figures == reports[1].figures
    assert (reports[0].copies, reports[0].as_asked) == (reports[1].copies, reports[1].as_asked)
