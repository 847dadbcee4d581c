"""A copy of the package with the invented things in its own folders, and what page, command and worker see.

Each runs in a process of its own, as it does for a user.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import gal_studio
from gal_studio.assets import assets_folder
from tests.forked import Forked

ROOT = Path(__file__).parents[1]
INVENTED = Path(__file__).parent / "invented"
FILES = {
    "variant.py": "gal_studio/core/variants/baseline.py",
    "taught.py": "gal_studio/core/taught/mood.py",
    "policy.py": "gal_studio/core/gal/policies/spread.py",
    "score.py": "gal_studio/core/gal/scores/redness.py",
    "form.py": "gal_studio/core/models/forms/easel.py",
    "job.py": "gal_studio/worker/jobs/count.py",
    "request.py": "gal_studio/ui/panels/count.py",
    "view.js": "assets/ui/rounds/count/count.js",
    "view.css": "assets/ui/rounds/count/count.css",
}
"""Where a file of `tests/invented` goes."""
LINES = (
    (
        "gal_studio/core/jobs/kinds.py",
        "JOB_KINDS: dict[str, JobKind] = {",
        '    "count": JobKind("Counting", "Count", "{count} counted", hint="Counts the test prompts"),',
    ),
    (
        "gal_studio/core/settings.py",
        '    """How pictures are suggested (Eq. G5), and the weight of accepted ones (Eq. G8)."""',
        '    patience: int = setting(7, "Patience", 1, 9, note="Rounds that you would wait")',
    ),
    ("gal_studio/core/settings_fields.py", '    "Training": (', '        "gal.patience",'),
    (
        "assets/ui/rounds/views/views.js",
        'import { PLUG_INS } from "./plug_ins.js";',
        'import { mount as mountCount } from "../count/count.js";',
    ),
    ("assets/ui/rounds/views/views.js", "export const VIEWS = [", '  ["count", "Count", mountCount],'),
)
"""The line that comes after another one: a job's words, a setting and its name as a field, a view's line."""
PAGE = """
import json, sys
from pathlib import Path
import gal_studio
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create import shapes
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.api.writes import answer
from gal_studio.ui.app import build_app
from gal_studio.ui.page.static import files
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context
from tests.asked import check_payloads

shapes._measure = lambda key: None  # in a process that takes longer than this one
with Store(Path(sys.argv[1])) as store:  # and nobody starts a worker: a test does
    studio = Studio(store)
    build_app(studio)
    context = Context(ViewCache(studio))
    project = studio.projects()[0].id
    round_id = studio.rounds(project)[0].id
    def write(name, **request):
        return answer(context, REQUESTS, {"id": name, "name": name, "request": request})
    writes, said = json.loads(sys.argv[2]), {}
    if writes:
        first = studio.round_view(round_id).candidates[0].candidate.id
        write("decide", candidates=[first], verdict="accepted")
    parts = REQUESTS["poll"](context, {"project": project, "round": round_id})
    for name, request in writes:  # while they wait, nothing is suggested
        said[name] = write(name, round=round_id, **request)
    check_payloads(studio.store, project)
    print(json.dumps({
        "package": gal_studio.__file__, "said": said, "poll": parts,
        "exports": REQUESTS["exports"](context, {"round": round_id}) if "exports" in REQUESTS else None,
        "css": files()["studio.css"].decode(), "files": sorted(files()),
        "listed": files()["rounds/views/plug_ins.js"].decode(),
    }))
"""


def package_copied(folder: Path) -> Path:
    """A copy of the package with its assets in a folder."""
    package = Path(gal_studio.__file__).parent
    shutil.copytree(package, folder / "gal_studio", ignore=shutil.ignore_patterns("_assets"))
    shutil.copytree(assets_folder(), folder / "assets", copy_function=_link)
    return folder


def copied(folder: Path) -> Path:
    """The same with every invented thing in its place."""
    package_copied(folder)
    for name, place in FILES.items():
        (folder / place).parent.mkdir(exist_ok=True)
        shutil.copy(INVENTED / name, folder / place)
    for place, before, line in LINES:
        file = folder / place
        text = file.read_text(encoding="utf-8")
        assert text.count(f"{before}\n") == 1, f"{place} has no line {before!r}"
        file.write_text(text.replace(f"{before}\n", f"{before}\n{line}\n"), encoding="utf-8")
    return folder


def _link(source: str, target: str) -> None:
    """Link what is large and not changed; weights that are links to elsewhere would be refused."""
    if Path(source).suffix in (".safetensors", ".png"):
        with suppress(OSError):  # another disk
            os.link(source, target)
            return
    shutil.copy(source, target)


def run_python(folder: Path, *words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with a folder first on its path, and this checkout after it."""
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    given = [str(word) for word in words]
    if hasattr(os, "fork") and given[0] in ("-c", "-m"):
        return Forked(given, environment, cwd or folder).wait()
    return subprocess.run(
        [sys.executable, *given],
        env=environment,
        cwd=cwd or folder,
        capture_output=True,
        text=True,
        check=False,
    )


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """What it printed; fails with what it said of an error."""
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def page(folder: Path, workspace: Path, writes: Sequence[tuple[str, Mapping[str, Any]]] = ()) -> Any:
    """What the page's process answers about the newest project, after some writes about its first round."""
    return json.loads(succeeded(run_python(folder, "-c", PAGE, workspace, json.dumps(writes))))


def asked(folder: Path, code: str, *words: object) -> Any:
    """What a script prints as JSON that runs in a process of the copy."""
    return json.loads(succeeded(run_python(folder, "-c", code, *words)))


def stored(workspace: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query to the workspace's database."""
    with closing(sqlite3.connect(workspace / "studio.db")) as database:
        return database.execute(query).fetchall()


def work(folder: Path, workspace: Path) -> None:
    """Do all jobs in a worker process."""
    succeeded(run_python(folder, "-m", "gal_studio.worker", "--workspace", workspace, "--until-empty"))
