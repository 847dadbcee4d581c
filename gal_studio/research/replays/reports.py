"""The files about a replay: of the replay alone, and of all arms together.

`summary.json`, `measures.csv` and the contact sheets have no times and no IDs, so that two replays of the
same decisions give equal files. `arms.csv` has the project and all of its replays together.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gal_studio.core.gal.balance import effective_draws
from gal_studio.core.measures.pictures import METRICS
from gal_studio.core.measures.report import Report
from gal_studio.core.quoting import csv_table
from gal_studio.provenance import made_by
from gal_studio.research.replays.record import replays_of
from gal_studio.research.replays.view import Measures, ReplayView, replay_view, replay_views
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.state.files.content_store import png_of, write_whole
from gal_studio.studio import Studio
from gal_studio.studio.reports.contact_sheet import contact_sheet
from gal_studio.studio.reports.measured import describe_measures, describe_round, interval
from gal_studio.studio.views.measures import FullMeasures, measures_view
from gal_studio.studio.views.types import FullRound
from gal_studio.zip_files import zipped

FIGURES = (*METRICS, "gain")
Measured = tuple[str, Report]
"""A round as measured, after the title of its arm."""


def write_replay(studio: Studio, project_id: str, out: Path) -> dict[str, Any]:
    """Write the results of a replay into a folder, each file atomically; returns the summary."""
    summary, files = _results(studio, project_id)
    for name, data in files.items():
        write_whole(out / name, data, out)
    return summary


def replay_zip(studio: Studio, project_id: str) -> bytes:
    """The files of a replay as a zip; equal replays give equal bytes."""
    return zipped(dict(sorted(_results(studio, project_id)[1].items())))


def _results(studio: Studio, project_id: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The summary, and all files by name."""
    known = cache(measures_view)  # each project is measured once
    view, measures = replay_view(studio.store, project_id, known), known(studio.store, project_id)
    rounds = [studio.round_view(each.id) for each in studio.rounds(project_id)]
    images = studio.store.images
    files = {
        f"contact-sheet-round-{shown.round.number}.png": png_of(contact_sheet(images, shown))
        for shown in rounds
        if shown.candidates
    }
    own = _measured(measures, view.title, base=view.title)
    files["measures.csv"] = _table(own, measures.by_schedule).encode()
    files["arms.csv"] = _arms(studio.store, view, known).encode()
    summary = _summary(studio, view, rounds, measures)
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    return summary, files | {"summary.json": f"{text}\n".encode()}


def _summary(
    studio: Studio, view: ReplayView, rounds: list[FullRound], measures: FullMeasures
) -> dict[str, Any]:
    recorded = replays_of(studio.store).rounds(view.project_id)
    return {
        "project": view.source_name,
        "policy": view.policy,
        "not_replayed": view.not_replayed,
        "settings": [each.settings.to_dict() for each in recorded],
        "rounds": [
            {**_round(studio, shown), "measured": describe_round(measures.reports.get(shown.round.id))}
            for shown in rounds
        ],
        "measured": describe_measures(measures),
        "against_project": {metric: interval(figure) for metric, figure in view.differences.items()},
        "made_by": made_by(),
    }


def _arms(store: Store, view: ReplayView, measures: Measures) -> str:
    """The line of the project that was drawn again, if it is here, and every replay of the project."""
    arms: dict[str, list[Measured]] = {}
    scheduled: dict[str, tuple[Report, ...]] = {}
    source, last = view.source_id, view.source_round
    if source in store.projects.names() and not view.incomparable:
        own = measures(store, source)
        there = any(each.id == last for each in own.rounds)
        line = [*(each.id for each in store.snapshots.node(last).ancestors), last] if there else []
        title = "The project"
        arms[title] = [(title, own.reports[each]) for each in line if each in own.reports]
        scheduled |= own.by_schedule
    for other in replay_views(store, source, measures) or (view,):
        if not other.incomparable or other.project_id == view.project_id:
            title = other.title if other.title not in arms else f"{other.title}: {other.name}"
            found = measures(store, other.project_id)
            arms[title] = [each for each in _measured(found, title) if each[1].arm.id is not None]
            scheduled |= found.by_schedule
    base = measures(store, view.project_id).reports.get(None)
    rows = [*([("", base)] if base else []), *(one for arm in arms.values() for one in arm)]
    return _table(rows, scheduled)


def _measured(measures: FullMeasures, arm: str, base: str = "") -> list[Measured]:
    """The base model and the measured rounds, which are an arm."""
    return [(base if id_ is None else arm, report) for id_, report in measures.reports.items()]


def _round(studio: Studio, view: FullRound) -> dict[str, Any]:
    """What was drawn, accepted and learned in a round."""
    store, tiles = studio.store, {tile.candidate.id: tile for tile in view.candidates}
    examples, here = store.rounds.training_set(view.round.id), store.snapshots.round(view.round.id)
    return {
        "number": view.round.number,
        "candidates": len(view.candidates),
        "copies": sum(tile.candidate.overfit for tile in view.candidates),
        "mean_entropy": view.mean_entropy,
        "accepted": [
            {
                "prompt": tiles[chosen.id].prompt,
                "number": None if chosen.own else chosen.index + 1,
                "seed": chosen.seed,
                "copy": chosen.overfit,
                "in_part": chosen.id in here.decided.masks,
                "weight": here.decided.weights.get(chosen.id, view.example_weight),
            }
            for chosen in lineage.accepted_candidates(here)
        ],
        "trained_on": [
            {
                "prompt": drawn.example.prompt,
                "is_reference": drawn.example.is_reference,
                "weight": drawn.example.weight,
                "draws": drawn.draws,
            }
            for drawn in effective_draws(examples, view.settings.tune)
        ],
    }


def _table(measured: Iterable[Measured], scheduled: Mapping[str, Sequence[Report]]) -> str:
    """CSV with a row for each round at full strength, and below it one for each schedule that it drew by."""
    ends = [f"{figure}{end}" for figure in FIGURES for end in ("", "_low", "_high")]
    rows: list[tuple[Any, ...]] = [
        ("arm", "round", "schedule", "pictures", "as_asked_found", "copies_found", *ends)
    ]
    for title, full in measured:
        for report in (full, *scheduled.get(full.arm.id or "", ())):
            figures = [*(report.figures.get(metric) for metric in METRICS), report.gain]
            cells = [
                cell for one in figures for cell in ((one.value, one.low, one.high) if one else (None,) * 3)
            ]
            arm = report.arm
            head = (title, arm.name, arm.recipe.brief, report.pictures, report.as_asked, report.copies)
            rows.append((*head, *cells))
    return csv_table(rows)
