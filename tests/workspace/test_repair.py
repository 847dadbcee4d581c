"""Lost and repaired files are made again: the same weights and pictures, bit for bit."""

from pathlib import Path

import pytest
from safetensors.numpy import load_file

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.worker import Worker
from gal_studio.worker.models import Models
from gal_studio.workspace.check import examine
from gal_studio.workspace.repair import repair
from tests.features.needed import needs_refine
from tests.tiny_project import object_draft
from tests.ui.asking import ask
from tests.ui.seeded import finished
from tests.ui.seeded_refinement import object_with_subject, pairs_made


def work(studio: Studio, models: Models, round_id: str) -> None:
    """Do all next steps until the round is ready for decisions."""
    with Worker(studio.store).entered() as worker:
        while (step := studio.next_step(round_id)) in ("fine_tune", "generate"):
            job = studio.fine_tune(round_id) if step == "fine_tune" else studio.generate(round_id)
            assert job.round_id == round_id
            claimed = studio.store.jobs.claim(worker.id)
            assert claimed is not None
            assert worker.run_job(models, claimed).state == "completed"


def test_lost_files_come_back_as_they_were(names: tuple[str, str], tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        studio, models = Studio(store), Models()
        project_id = studio.create_project(object_draft(names))
        round_ = studio.rounds(project_id)[0]
        work(studio, models, round_.id)
        candidates = store.candidates.of_round(round_.id)
        studio.decide([candidates[0].id], "accepted")
        learned = load_file(studio.adapter_path(round_.id))
        lost = [store.images.path(candidate.image) for candidate in candidates[:2]]
        kept = {path: path.read_bytes() for path in lost}
        class_image = store.projects.prior_images(project_id)[0][_drawn_by(store)][0]
        kept[store.images.path(class_image)] = store.images.read(class_image)
        for path in (*kept, studio.adapter_path(round_.id)):
            path.unlink()
        assert {finding.problem for finding in examine(store)} == {"lost"}
        repair(store)
        with pytest.raises(StudioError, match="press Train"):
            studio.generate(round_.id)
        shown = poll(ViewCache(studio), {"project": project_id})
        assert shown["parts"]["rounds"][0]["cover"]["id"] == candidates[2].id
        assert shown["parts"]["round"]["step"] == "fine_tune"
        assert [item["version"] for item in shown["candidates"]["items"][:2]] == ["", ""]
        work(studio, models, round_.id)
        assert {path: path.read_bytes() for path in kept} == kept
        again = load_file(studio.adapter_path(round_.id))  # its header is written in any order
        assert {name: weight.tobytes() for name, weight in again.items()} == {
            name: weight.tobytes() for name, weight in learned.items()
        }
        assert store.decisions.of_round(round_.id).accepted == (candidates[0].id,)
        assert [candidate.id for candidate in store.candidates.of_round(round_.id)] == [
            candidate.id for candidate in candidates
        ]
        assert len(studio.rounds(project_id)) == 1
        assert examine(store) == ()


def test_a_page_that_is_open_hears_of_what_was_lost(tmp_path: Path) -> None:
    studio, project_id, round_id = finished(tmp_path / "workspace", candidates=2)
    views = ViewCache(studio)
    known = poll(views, {"project": project_id})
    for candidate in studio.store.candidates.of_round(round_id):
        studio.store.images.path(candidate.image).unlink(missing_ok=True)
    repair(studio.store)
    parts = poll(views, {"project": project_id, "known": {"parts": known["digests"]}})["parts"]
    assert parts["rounds"][0]["cover"] is None
    assert parts["round"]["step"] == "generate"
    assert len(ask("outcomes", studio, {"project": project_id})["rounds"]) == 1
    studio.store.close()


@needs_refine
def test_a_refinement_whose_mask_is_lost_is_shown(tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store)
        project_id, round_id, _ = object_with_subject(studio)
        node = pairs_made(studio, round_id)
        pair = store.refinements.pairs(node)[0]
        assert pair.reference_mask is not None
        store.images.path(pair.reference_mask).unlink()
        for _ in ("lost", "repaired"):
            shown = poll(ViewCache(studio), {"project": project_id, "round": node})["parts"]["refinement"]
            means = {(one["mean_quality"], one["mean_reproduction"]) for one in shown["pairs"]}
            assert means == {(0.5, None)}
            assert ask("pair", studio, {"pair": pair.id})["foreground"] is None
            repair(store)


def _drawn_by(store: Store) -> str:
    row = store.database.row("SELECT drawn_by FROM class_images")
    assert row is not None
    return str(row["drawn_by"])
