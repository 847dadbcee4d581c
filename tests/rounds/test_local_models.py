"""The local models that a project or a job uses."""

from pathlib import Path

from gal_studio.core.records.project import Project
from gal_studio.core.settings import Settings
from gal_studio.rounds.local_models import used_models
from gal_studio.state import Store
from gal_studio.studio.views.queue import job_view
from tests.stored_project import add_project


def with_models(adapter: str = "", vision: str = "") -> Settings:
    refine = {"vision_model": vision} if vision else {}
    return Settings().updated({"references": {"adapter": adapter}, "refine": refine})


def paths(store: Store, project: Project) -> list[tuple[str, str]]:
    return [(model.role, model.path) for model in used_models(store, project.id)]


def test_the_rounds_of_a_project_name_models_too(store: Store) -> None:
    project = add_project(store, "Cat", "/base", with_models("/new adapter"))
    store.rounds.add(project.id, None, with_models("/old adapter", "/vision"), "instant")
    assert paths(store, project) == [
        ("base model", "/base"),
        ("image adapter", "/new adapter"),
        ("vision model", "/vision"),
        ("image adapter", "/old adapter"),
    ]


def test_a_failed_job_lacks_only_a_model_that_it_loads(store: Store, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    project = add_project(store, "Cat", str(base), with_models("/adapter"))
    lost = {}
    for kind in ("fine_tune", "instant"):
        round_ = store.rounds.add(project.id, None, project.settings, kind)
        job = store.jobs.enqueue(project.id, round_.id, "generate")
        store.workers.enter(kind)
        assert store.jobs.claim(kind) is not None
        store.jobs.fail(job.id, "Out of memory.")
        view = job_view(store, project.id)
        assert view is not None and view.id == job.id
        lost[kind] = view.lost_model
    assert lost == {"fine_tune": "", "instant": "/adapter"}
