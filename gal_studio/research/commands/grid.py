"""`gal-studio grid`: projects under every combination of settings, compared; see docs/results.md."""

import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.commands.run import ProjectFile, read_project_file, read_table
from gal_studio.commands.running.earlier import flat
from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.running.unattended import RunPlan, carry_out, changed, own_policy, parts_of
from gal_studio.commands.terminal.json_text import json_text, read_results, write_json
from gal_studio.commands.terminal.options import AsJson
from gal_studio.core import checks
from gal_studio.core.checks import shown
from gal_studio.core.errors import StudioError
from gal_studio.core.estimates import Estimate
from gal_studio.core.grid import Axes, Cell, Effect, Level, effects, levels
from gal_studio.core.measures.compare import gains
from gal_studio.core.measures.pictures import METRICS
from gal_studio.core.quoting import csv_table, latex_table
from gal_studio.core.settings import Settings
from gal_studio.core.settings_group import nested
from gal_studio.provenance import made_by
from gal_studio.research.commands.figures import Format, write_figures
from gal_studio.research.shared_first import begin_with, finish, first_plan
from gal_studio.state import Store
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.paths import user_path
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.studio import Studio

FIGURES = (*METRICS, "gain")
MOST_CELLS = 1000
DONE = "cell.json"
_PROJECTS = '["cat.toml", "drum.toml"]'
_KEYS: Mapping[str, tuple[type, str]] = {
    "projects": (list, f"a list of project files in quotes, such as {_PROJECTS}"),
    "seeds": (list, "a list of whole numbers, such as [0, 1]"),
    "rounds": (int, "a whole number"),
    "vary": (dict, "tables such as [vary.gal], with a list of values for each setting"),
}


@dataclass(frozen=True)
class GridFile:
    """What a grid varies: projects by name, seeds (none: each project's own) and settings by their names."""

    projects: Mapping[str, ProjectFile]
    seeds: tuple[int, ...]
    rounds: int | None
    axes: Axes


@dataclass(frozen=True)
class PlannedCell:
    """One cell: what to run, and where; its folder is named after all that its results depend on."""

    project: str
    arm: Mapping[str, object]
    plan: RunPlan

    @property
    def folder(self) -> Path:
        """The folder of its results."""
        return self.plan.out

    @property
    def first(self) -> RunPlan:
        """Its first round, which others may share."""
        return first_plan(self.plan, self.folder.parents[1] / "first")

    def __str__(self) -> str:
        settings = (f"{name} = {_word(value)}" for name, value in self.arm.items())
        return ", ".join((self.project, f"seed {self.plan.draft.seed}", *settings))


def grid(
    file: Annotated[Path, typer.Argument(metavar="GRID.toml", help="See docs/results.md.")],
    out: Annotated[Path, typer.Option(help="The folder for the results; the same one resumes.")],
    ray: Annotated[
        str | None, typer.Option(help="Spread the cells over a Ray cluster: local, auto or HOST:PORT.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run projects under every combination of settings and seeds, and compare them.

    What is done is not done again, also when the grid has grown; several such commands share the work.
    """
    asked = read_grid(file)
    check_folder(out)
    cells = plan_cells(asked, out)
    missing = [cell for cell in cells if read_cell(cell.folder) is None]
    _say(f"{len(cells)} cells, of which {len(cells) - len(missing)} are done.")
    if ray is not None:
        firsts = {cell.first.out: cell.first for cell in missing if not cell.plan.workspace.exists()}
        _spread([partial(finish, first) for first in firsts.values()], ray)
        _spread([partial(run_missing, cell) for cell in missing], ray)
    else:
        for number, cell in enumerate(missing, start=1):
            _say(f"{number} of {len(missing)}: {cell}")
            run_missing(cell)
    open_still = sum(read_cell(cell.folder) is None for cell in cells)
    if open_still:
        raise StudioError(
            f"{open_still} of {len(cells)} cells are being done by another command: start this one again "
            "when it has ended."
        )
    told = write_results(asked, cells, out)
    if as_json:
        print(json_text(told))


def _spread(work: Sequence[Callable[[], None]], address: str) -> None:
    """Do all of it on the devices of a Ray cluster; what fails is told when the rest is done."""
    from gal_studio.worker.cluster.ray_cluster import connect, devices

    ray = connect(address)
    _, options = devices(ray, 1)
    task = ray.remote(_call).options(**options, max_retries=0)
    waiting, failed = [task.remote(each) for each in work], []
    for number, each in enumerate(waiting, start=1):
        if sentence := ray.get(each):
            failed.append(sentence)
        _say(f"{number} of {len(waiting)} are done.")
    if failed:
        raise StudioError(failed[0])


def _call(work: Callable[[], None]) -> str:
    """Do some work in a process of the cluster; returns why it failed, or nothing."""
    try:
        work()
    except StudioError as error:
        return str(error)
    return ""


def read_grid(path: Path) -> GridFile:
    """Read and check a grid; its paths are relative to its folder."""
    table = read_table(path, "grid")
    for name, value in table.items():
        if name not in _KEYS:
            raise StudioError(
                f"{path.name} has an unknown key {shown(name)}: choose among {', '.join(_KEYS)}."
            )
        kind, words = _KEYS[name]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise StudioError(f"{path.name} has {name} = {shown(value)}: write {words}.")
    seeds = table.get("seeds", [])
    for seed in seeds:
        checks.seed("A seed of the grid", seed)
    _refuse_twice("seeds", seeds)
    asked = GridFile(
        _projects(path, table.get("projects", [])), tuple(seeds), table.get("rounds"), _axes(table)
    )
    if not asked.axes:
        raise StudioError(
            f"{path.name} varies no setting: write [vary.gal] with, for example, "
            'policy = ["uncertainty", "random"].'
        )
    number = len(asked.projects) * max(1, len(seeds)) * math.prod(map(len, asked.axes.values()))
    if number > MOST_CELLS:
        raise StudioError(f"The grid has {number} cells: at most {MOST_CELLS} can be compared.")
    for arm in arms_of(asked.axes):
        Settings().updated(nested(arm))  # refuses unknown settings and wrong values before any work
    return asked


def _projects(path: Path, given: Sequence[object]) -> dict[str, ProjectFile]:
    if not given or not all(isinstance(each, str) for each in given):
        raise StudioError(f"{path.name} names no projects: write projects = {_PROJECTS}.")
    files = [path.parent / user_path(str(each)) for each in given]
    _refuse_twice("projects", [each.stem for each in files])
    found = {each.stem: read_project_file(each) for each in files}
    for file in found.values():
        Settings().updated(file.draft.changes)
    return found


def _axes(table: Mapping[str, Any]) -> Axes:
    axes: dict[str, Sequence[object]] = {}
    for name, values in flat(table.get("vary", {})).items():
        if not isinstance(values, list) or not values:
            raise StudioError(f"The grid has {name} = {shown(values)}: write a list of values.")
        _refuse_twice(name, values)
        axes[name] = values
    return axes


def _refuse_twice(name: str, values: Sequence[object]) -> None:
    if any(value in values[:place] for place, value in enumerate(values)):
        raise StudioError(f"The grid has {name} = {shown(values)}: name each once.")


def arms_of(axes: Axes) -> list[dict[str, object]]:
    """All combinations, the first values first."""
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]


def plan_cells(asked: GridFile, out: Path) -> list[PlannedCell]:
    """Every project with every seed under every combination."""
    found = []
    for (name, file), arm in product(asked.projects.items(), arms_of(asked.axes)):
        for seed in asked.seeds or (file.draft.seed,):
            changes = changed(file.draft.changes, nested(arm))
            draft = replace(file.draft, changes=changes, seed=seed)
            policy = arm.get("gal.policy") or file.policy or own_policy(draft)
            rounds = next(number for number in (asked.rounds, file.rounds, 2) if number is not None)
            plan = RunPlan(draft, rounds, str(policy), out, out, measured="last")
            parts = json.dumps({"rounds": rounds, **parts_of(plan)}, sort_keys=True, default=str)
            digest = hashlib.sha256(parts.encode()).hexdigest()[:10]
            folder = out / "cells" / f"{name}-{seed}-{digest}"
            found.append(PlannedCell(name, arm, replace(plan, out=folder, workspace=folder / "workspace")))
    return found


def read_cell(folder: Path) -> dict[str, Any] | None:
    """What a cell that is done has measured; None if it is not done."""
    return read_results(folder / DONE)


def run_missing(cell: PlannedCell) -> None:
    """Run a cell, unless it is done or another command is doing it."""
    with WorkerLock(cell.folder) as lock:
        if lock.acquire() and read_cell(cell.folder) is None:
            run_cell(cell)


def run_cell(cell: PlannedCell) -> None:
    """Run all rounds of a cell, measure the last one and keep what was measured.

    Its first round is the one of all cells that differ in what is accepted alone.
    """
    try:
        if not cell.plan.workspace.exists():
            finish(cell.first)
        begin_with(cell.plan, cell.first)
        carry_out(cell.plan)
        with Store(cell.plan.workspace) as store:
            told = _measured(Studio(store), store.projects.all()[0].id)
    except StudioError as error:
        raise StudioError(f"{cell}: {error}") from error
    told = {
        "project": cell.project,
        "seed": cell.plan.draft.seed,
        "arm": cell.arm,
        **told,
        "made_by": made_by(),
    }
    write_json(cell.folder / DONE, told)


def _measured(studio: Studio, project_id: str) -> dict[str, Any]:
    """The last round and its figures on the benchmark, picture by picture.

    Copies are found by both detectors in every cell (Eq. G12), so that cells in which other detectors
    suggested are judged alike.
    """
    view = studio.measures(project_id)
    base, last = view.reports.get(None), view.reports.get(view.rounds[-1].id)
    if base is None or last is None:
        raise StudioError("there is no benchmark: all its prompts are test prompts of the project.")
    drawn = {place: one.judged_by("both") for place, one in last.arm.part("held_out").items()}
    gained = gains(base.arm.part("held_out"), drawn)
    return {
        "rounds": studio.store.rounds.get(str(last.arm.id)).number,
        "pictures": [
            {
                "prompt": prompt,
                "number": number,
                "picture_seed": drawn[prompt, number].candidate.seed,
                **{metric: drawn[prompt, number].figures[metric] for metric in METRICS},
                "gain": gained.get((prompt, number)),
            }
            for prompt, number in sorted(drawn)
        ],
    }


def as_cell(told: Mapping[str, Any]) -> Cell:
    """A stored cell as what is compared."""
    figures = {
        name: {
            (row["prompt"], row["number"]): float(row[name])
            for row in told["pictures"]
            if row[name] is not None
        }
        for name in FIGURES
    }
    return Cell(told["project"], told["seed"], told["arm"], figures)


def write_results(asked: GridFile, cells: Sequence[PlannedCell], out: Path) -> dict[str, Any]:
    """Write the tables and the figure of a grid whose cells are all done; returns what `grid.json` holds."""
    stored = [(cell, found) for cell in cells if (found := read_cell(cell.folder)) is not None]
    measured = [as_cell(found) for _, found in stored]
    reached, found_effects = levels(measured, FIGURES), effects(measured, asked.axes, FIGURES)
    told = {
        "projects": list(asked.projects),
        "seeds": list(asked.seeds) or None,
        "vary": asked.axes,
        "effects": [asdict(effect) for effect in found_effects],
        "levels": [asdict(level) for level in reached],
        "cells": [
            {
                "folder": cell.folder.relative_to(out).as_posix(),
                **{name: value for name, value in found.items() if name not in ("pictures", "made_by")},
                "commit": found["made_by"]["commit"],
            }
            for cell, found in stored
        ],
        "made_by": made_by(),
    }
    write_json(out / "grid.json", told)
    write_whole(out / "effects.csv", _table(map(_effect_row, found_effects)), out)
    write_whole(out / "levels.csv", _table(map(_level_row, reached)), out)
    write_whole(out / "pictures.csv", _table(_picture_rows(stored)), out)
    write_whole(out / "effects.tex", latex_table(_effect_lines(found_effects)).encode(), out)
    write_whole(out / "levels.tex", latex_table(_level_lines(reached)).encode(), out)
    for effect in found_effects:
        _say(in_words(effect))
    from gal_studio.research.figures.grid import effects_figure

    write_figures([("effects", partial(effects_figure, told))], out, Format.html, sys.stderr)
    return told


def in_words(effect: Effect) -> str:
    """What a change does, in a line."""
    found = effect.difference
    line = f"{effect.setting} {_word(effect.value)} instead of {_word(effect.instead_of)}: {effect.figure} "
    line += f"{found.value:+.3f}"
    if found.low is None or found.high is None or effect.p is None or effect.p_holm is None:
        return f"{line} (too few references and prompts for an interval)"
    return (
        f"{line} (95% interval {found.low:+.3f} to {found.high:+.3f} over {found.over}, "
        f"p {effect.p:.3f}, corrected {effect.p_holm:.3f})"
    )


def _effect_row(effect: Effect) -> dict[str, object]:
    names = {"setting": effect.setting, "value": _word(effect.value), "instead_of": _word(effect.instead_of)}
    tests = {"p": effect.p, "p_holm": effect.p_holm}
    return {**names, "figure": effect.figure, **_cells("difference", effect.difference), **tests}


def _level_row(level: Level) -> dict[str, object]:
    return {**_arm(level.arm), "figure": level.figure, **_cells("mean", level.reached)}


def _effect_lines(found: Iterable[Effect]) -> list[list[str]]:
    """A line for each change of a value and figure, the heading first."""
    return [
        ["setting", "value", "instead of", "figure", "difference", "p", "corrected p"],
        *(
            [
                *(one.setting, _word(one.value), _word(one.instead_of), one.figure, _figure(one.difference)),
                *("" if p is None else f"{p:.3f}" for p in (one.p, one.p_holm)),
            ]
            for one in found
        ),
    ]


def _level_lines(found: Sequence[Level]) -> list[list[str]]:
    """A line for each combination of values, with a column for each figure, the heading first."""
    figures = list(dict.fromkeys(one.figure for one in found))
    lines: dict[tuple[str, ...], dict[str, str]] = {}
    for one in found:
        lines.setdefault(tuple(map(_word, one.arm.values())), {})[one.figure] = _figure(one.reached)
    heading = [*(found[0].arm if found else ()), *figures]
    return [heading, *([*arm, *(line.get(name, "") for name in figures)] for arm, line in lines.items())]


def _figure(found: Estimate) -> str:
    """An estimate in words: its value, and its 95% interval if it has one."""
    if found.low is None or found.high is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _cells(name: str, found: Estimate) -> dict[str, object]:
    """An estimate, whose value is called `name`."""
    told = asdict(found)
    return {name: told.pop("value"), **told}


def _picture_rows(stored: Iterable[tuple[PlannedCell, Mapping[str, Any]]]) -> Iterator[dict[str, object]]:
    for cell, found in stored:
        names = {"cell": cell.folder.name, "project": cell.project, "seed": found["seed"], **_arm(cell.arm)}
        for row in found["pictures"]:
            yield {**names, "round": found["rounds"], **row}


def _arm(arm: Mapping[str, object]) -> dict[str, object]:
    return {name: _word(value) for name, value in arm.items()}


def _word(value: object) -> str:
    """A value of a setting as TOML would have it, without quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def _table(rows: Iterable[Mapping[str, object]]) -> bytes:
    found = list(rows)
    return csv_table([found[0] if found else (), *(row.values() for row in found)]).encode()


def _say(line: str) -> None:
    print(line, file=sys.stderr)
