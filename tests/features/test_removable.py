"""Each feature is a folder that can be deleted, with its folder of the page, and the rest works without.

One that stands elsewhere is named among the entry points of pyproject.toml; its line may stay.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import gal_studio
from gal_studio.assets import assets_folder
from gal_studio.core import features
from tests.additions import ROOT, package_copied, run_python, succeeded
from tests.commands.running import write_project
from tests.covering import few
from tests.tiny_project import drawing, make_models

PACKAGES = features.names()
NAMES = [name.rpartition(".")[2] for name in PACKAGES]
WITHOUT = """
import json, sys
from pathlib import Path

from typer.main import get_command

import gal_studio
from gal_studio.cli import app, modules
from gal_studio.commands.running.unattended import RunPlan
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import JOB_KINDS
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.ui.api.pictures import kinds_of_pictures
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.app import build_app
from gal_studio.ui.page.static import served
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.programs.endpoints import export_answer
from gal_studio.worker.jobs.registry import WORK
from tests.asked import check_payloads
from tests.ui.seeded import draw, finished, make_project, measure
from tests.ui.seeded_refinement import pairs_made

commands = get_command(app).commands
texts = {name: commands[name].help for name in modules()}  # imports each
assert JOB_KINDS.keys() == set(WORK.names()), JOB_KINDS.keys() ^ set(WORK.names())
studio, project, first = finished(Path(sys.argv[1]) / "workspace")
with studio.store:
    zero = studio.store.rounds.add(project, None, studio.store.projects.get(project).settings, "instant").id
    draw(studio, zero, studio.pool(zero)[:1], candidates=2)
    try:
        studio.generate(zero)
        refused = ""
    except StudioError as error:
        refused = str(error)
    try:
        RunPlan(None, 1, "random", Path(), Path(), measure=True)
        unmeasured = ""
    except StudioError as error:
        unmeasured = str(error)
    queued = any(job.kind == "measure" for job in studio.run_missing(first))
    assert queued == bool(studio.measures(project).words.place), "words of measuring"
    assert queued != bool(unmeasured), "a run measures, and says at once where it cannot"
    measure(studio, first)
    refined = pairs_made(studio, first)
    try:
        studio.run_missing(refined)
        unrefined = ""
    except StudioError as error:
        unrefined = str(error)
    asked = (first, "kohya", "[]", 1.0, True)  # of an export, which waits
    studio.store.database.write(
        "INSERT INTO exports (round_id, form, measured, created, waits) VALUES (?, ?, ?, ?, ?)", asked
    )
    waiting = studio.store.jobs.enqueue(project, first, "quality")
    studio.store.database.write("UPDATE jobs SET kind = 'export' WHERE id = ?", (waiting.id,))
    downloads = export_answer(ViewCache(studio), first)
    again = make_project(studio)
    studio.store.database.insert("replays", {
        "project_id": again, "source_id": project, "source_name": "Cat", "source_round": first,
        "policy": "random", "left_out": "[]",
    })
    for one in (project, again):
        check_payloads(studio.store, one)
        studio.import_project(studio.export_project(one, Path(sys.argv[1]) / one))
    replays = studio.store.database.rows("SELECT policy FROM replays WHERE source_id = ?", (project,))
    studio.figures.clock_arms(project)
    build_app(studio)
    pictures = list(kinds_of_pictures(studio))
loaded = [name for name in sys.modules if name.startswith("gal_studio.")]
print(json.dumps({
    "package": gal_studio.__file__, "commands": list(texts), "requests": sorted(REQUESTS), "loaded": loaded,
    "jobs": sorted(JOB_KINDS), "pictures": pictures, "page": served()["studio.js"].decode(),
    "round_0": refused, "refined": unrefined, "measured": unmeasured, "downloads": downloads,
    "replays": [row["policy"] for row in replays],
}))
"""


Told = dict[str, Any]


def told(folder: Path, workspace: Path) -> Told:
    """What a copy of the package has, in a process of its own."""
    found: Told = json.loads(succeeded(run_python(folder, "-c", WITHOUT, workspace)))
    assert Path(found["package"]).is_relative_to(folder), "the copy must be what runs"
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Told]:
    """A copy of the package, and what it has."""
    here = tmp_path_factory.mktemp("removable")
    folder = package_copied(here / "copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder, told(folder, here / "whole")


def inside(package: str) -> list[str]:
    """A feature, and those in its own folder of features: they are deleted together."""
    return [one for one in PACKAGES if f"{one}.".startswith(f"{package}.")]


@contextmanager
def without(package: str, folder: Path, kept: Path) -> Iterator[None]:
    """In the copy, the folder of a feature is away, with that of the page."""
    pages = [folder / "assets" / "ui" / "features" / one.rpartition(".")[2] for one in inside(package)]
    places = [place for place in [folder.joinpath(*package.split(".")), *pages] if place.is_dir()]
    for number, place in enumerate(places):
        shutil.move(place, kept / f"{package}-{number}")
    try:
        yield
    finally:
        for number, place in reversed([*enumerate(places)]):
            shutil.move(kept / f"{package}-{number}", place)


@pytest.mark.slow
@pytest.mark.parametrize("gone", few({"all": PACKAGES, **{one: [one] for one in PACKAGES}}, "all"))
def test_the_rest_works_without(gone: list[str], whole: tuple[Path, Told], tmp_path: Path) -> None:
    """Page, commands, requests and jobs are there but for its own, and no module of the page lacks one."""
    folder, before = whole
    with ExitStack() as stack:
        for own in gone:
            stack.enter_context(without(own, folder, tmp_path))
        found = told(folder, tmp_path / "without")
    parts = ("commands", "requests", "jobs", "pictures")
    assert any(set(before[part]) - set(found[part]) for part in parts), "it adds something"
    assert found["replays"] == before["replays"] == ["random", "random"], "rows stay, also in an archive"
    for own in {one for each in gone for one in inside(each)}:
        name = own.rpartition(".")[2]
        assert any(one.startswith(own) for one in before["loaded"])
        assert not any(one.startswith(own) for one in found["loaded"])
        has_view = (folder / "assets" / "ui" / "features" / name).is_dir()
        assert (f"features/{name}/" in before["page"]) is has_view
        assert f"features/{name}/" not in found["page"]
    for done, of in (("round_0", "round_zero"), ("refined", "refine"), ("measured", "benchmark")):
        lacks = of not in NAMES or any(own.endswith(f".{of}") for own in gone)
        assert bool(found[done]) == lacks, "what is stored is only looked at then"


@pytest.mark.slow
def test_a_run_passes_where_research_was_left_out(whole: tuple[Path, Told], tmp_path: Path) -> None:
    """Though its entry point is there: two rounds are trained, generated and decided, nothing is amiss."""
    (tmp_path / "cat.png").write_bytes(drawing(1))
    project = write_project(tmp_path, make_models(tmp_path / "models"))
    with without("gal_studio.research", whole[0], tmp_path):
        words = ("run", project, "--out", tmp_path / "out", "--workspace", tmp_path / "workspace")
        succeeded(run_python(whole[0], "-m", "gal_studio.cli", *words))
        doctor = ("doctor", "--workspace", tmp_path / "workspace")
        assert "Plug-in" not in succeeded(run_python(whole[0], "-m", "gal_studio.cli", *doctor))
        lacking = run_python(whole[0], "-m", "gal_studio.cli", "replay")
        assert lacking.returncode == 2, "it has no such command"
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [one["number"] for one in summary["rounds"]] == [1, 2]


def test_no_code_outside_of_a_feature_names_it() -> None:
    """It is found by its folder alone."""
    places = (Path(gal_studio.__file__).parent, assets_folder() / "ui")
    for place in places:
        for path in [*place.rglob("*.py"), *place.rglob("*.js")]:
            text, parts = path.read_text(encoding="utf-8"), path.relative_to(place).parts
            for name in set(NAMES) - set(parts[1:3] if "features" in parts[:2] else ()):
                assert f"features.{name}" not in text and f"features/{name}" not in text, path


def test_no_test_outside_of_a_feature_imports_it() -> None:
    """The tests of a feature go with it: those in the folder that mirrors its own."""
    tests = ROOT / "tests"
    for path in tests.rglob("*.py"):
        parts, text = path.relative_to(tests).parts, path.read_text(encoding="utf-8")
        for package, name in zip(PACKAGES, NAMES, strict=True):
            own = name in parts[:3]
            imported = re.search(rf"^\s*(from|import) ({package}|{_tests_of(package)})\b", text, re.MULTILINE)
            assert own or not imported, path


def _tests_of(package: str) -> str:
    return package.replace("gal_studio", "tests")
