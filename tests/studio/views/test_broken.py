"""One broken project hides no other: it is listed, and can be exported, archived and deleted."""

from pathlib import Path
from random import Random

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.views import broken as broken_views
from gal_studio.ui.api.polling import poll
from gal_studio.ui.api.view_cache import ViewCache
from tests.workspace.filled import fill

BREAKS = {
    "settings of the project": 'UPDATE project_settings SET settings = \'{"refine": {"vision_model": 5}}\' '
    "WHERE project_id = :id",
    "settings of a round": "UPDATE rounds SET settings = '{' WHERE project_id = :id",
    "a broken byte": "UPDATE rounds SET settings = CAST(CAST(settings AS BLOB) || x'ff' AS TEXT) "
    "WHERE project_id = :id",
    "a prompt": "UPDATE project_references SET prompt = '' WHERE project_id = :id",
    "the LoRA it starts from": "UPDATE project_starts SET source = x'00ff' WHERE project_id = :id",
}


@pytest.fixture
def folder(tmp_path: Path) -> tuple[Path, str, str]:
    with Store(tmp_path / "workspace") as store:
        return tmp_path / "workspace", fill(store, Random(1), "Broken").id, fill(store, Random(2), "Sound").id


@pytest.mark.parametrize("what", BREAKS)
def test_one_broken_project_hides_no_other(folder: tuple[Path, str, str], what: str, tmp_path: Path) -> None:
    workspace, broken, sound = folder
    with Store(workspace) as store:
        store.database.write(BREAKS[what], {"id": broken})
        studio = Studio(store)
        assert [project.id for project in studio.projects()] == [sound]
        (listed,) = studio.broken_projects()
        assert (listed.id, listed.name) == (broken, "Broken") and "cannot be read" in listed.problem
        views = ViewCache(studio)
        assert "Broken" in poll(views, {"project": broken})["gone"]
        assert poll(views, {"project": sound})["round"]
        assert studio.export_project(broken, tmp_path / "raw.zip", raw=True).stat().st_size > 1000
        with pytest.raises(StudioError):
            studio.import_project(tmp_path / "raw.zip")
        studio.archive(broken)
        assert studio.delete(broken) >= 0
        assert studio.broken_projects() == () and len(studio.projects()) == 1


def test_a_commit_that_is_no_text_breaks_its_project(folder: tuple[Path, str, str]) -> None:
    workspace, broken, sound = folder
    with Store(workspace) as store:
        store.database.write("DROP TABLE project_models")
        store.database.write("CREATE TABLE project_models (project_id, model, revision)")
        row = {"project_id": broken, "model": "a/b", "revision": 5}
        store.database.insert("project_models", row)
        assert [project.id for project in Studio(store).projects()] == [sound]
        (listed,) = Studio(store).broken_projects()
        assert "The stored value of revision is damaged" in listed.problem


@pytest.mark.parametrize("what", BREAKS)
def test_the_doctor_finds_a_broken_project_and_puts_it_aside(
    folder: tuple[Path, str, str], what: str
) -> None:
    workspace, broken, _ = folder
    with Store(workspace) as store:
        store.database.write(BREAKS[what], {"id": broken})
    assert any("'Broken' cannot be read" in line for line in check_workspace(workspace, False)["left"])
    report = check_workspace(workspace, True)
    assert any("Archived" in line for line in report["done"]) and report["left"] == []
    assert (workspace / "damaged" / f"project-{broken}.zip").stat().st_size > 1000
    assert check_workspace(workspace, False)["left"] == []


def test_a_list_makes_only_the_views_of_projects_that_were_written_to(
    folder: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    view = broken_views._view
    monkeypatch.setattr(broken_views, "_view", lambda store, name: (made.append(name), view(store, name))[1])
    with Store(folder[0]) as store:
        studio = Studio(store)
        assert studio.projects() == studio.projects() and sorted(made) == sorted(folder[1:])
        studio.rename(folder[1], "Other")
        assert {one.name for one in studio.projects()} == {"Other", "Sound"} and made[2:] == [folder[1]]
        with pytest.raises(ZeroDivisionError), store.database.transaction():
            studio.rename(folder[2], "Never")
            assert {one.name for one in studio.projects()} == {"Other", "Never"}
            raise ZeroDivisionError
        assert {one.name for one in studio.projects()} == {"Other", "Sound"}
