"""The files about a replay: of the replay alone, and of all arms together.

`summary.json`, `measures.csv` and the contact sheets have no times and no IDs, so that two replays of the
same decisions give equal files. `arms.csv` and `arms.png` show the project and all of its replays together.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from gal_studio.core.gal.balance import effective_draws
from gal_studio.core.intervals import Interval
from gal_studio.core.measures.pictures import METRICS
from gal_studio.provenance import made_by
from gal_studio.rounds import lineage
from gal_studio.state.files.content_store import write_whole
from gal_studio.studio import Studio
from gal_studio.studio.reports.contact_sheet import contact_sheet
from gal_studio.studio.reports.measured import describe_measures, describe_round, find_measured, interval
from gal_studio.studio.reports.test_set_sheet import Column, test_set_sheet
from gal_studio.studio.views.measures import MeasuredRound, MeasuresView
from gal_studio.studio.views.replays import ReplayView
from gal_studio.studio.views.types import RoundView

FIGURES = (*METRICS, "gain")
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_replay(studio: Studio, project_id: str, out: Path) -> dict[str, Any]:
    """Write the results of a replay into a folder, each file atomically; returns the summary."""
    summary, files = _results(studio, project_id)
    for name, data in files.items():
        write_whole(out / name, data, out)
    return summary


def replay_zip(studio: Studio, project_id: str) -> bytes:
    """The same files as a zip; equal replays give equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in sorted(_results(studio, project_id)[1].items()):
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _results(studio: Studio, project_id: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The summary, and all files by name."""
    view, measures = studio.replay_view(project_id), studio.measures(project_id)
    rounds = [studio.round_view(each.id) for each in studio.rounds(project_id)]
    images, base = studio.store.images, find_measured(measures, None)
    files = {
        f"contact-sheet-round-{shown.round.number}.png": _png(contact_sheet(images, shown))
        for shown in rounds
        if shown.candidates
    }
    columns = [Column("", base), *(Column(view.title, each) for each in view.rounds)]
    files["contact-sheet.png"] = _png(test_set_sheet(images, columns))
    files["measures.csv"] = _table([(view.title, base), *_rows(view)]).encode()
    files |= _arms(studio, view, base)
    summary = _summary(studio, view, rounds, measures)
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    return summary, files | {"summary.json": f"{text}\n".encode()}


def _summary(
    studio: Studio, view: ReplayView, rounds: list[RoundView], measures: MeasuresView
) -> dict[str, Any]:
    recorded = studio.store.replays.rounds(view.replay.project_id)
    return {
        "project": view.replay.source_name,
        "policy": view.replay.policy,
        "not_replayed": view.not_replayed,
        "settings": [each.settings.to_dict() for each in recorded],
        "rounds": [
            {**_round(studio, shown), "measured": describe_round(find_measured(measures, shown.round.id))}
            for shown in rounds
        ],
        "measured": describe_measures(measures),
        "against_project": {metric: interval(figure) for metric, figure in view.differences.items()},
        "made_by": made_by(),
    }


def _arms(studio: Studio, view: ReplayView, base: MeasuredRound | None) -> dict[str, bytes]:
    """The line of the project that was drawn again, if it is here, and every replay of the project."""
    arms: dict[str, tuple[MeasuredRound, ...]] = {}
    source = view.replay.source_id
    if source in studio.store.projects.names() and not view.incomparable:
        measured = {each.id: each for each in studio.measures(source).rounds}
        last = view.replay.source_round
        line = [*(each.id for each in studio.store.rounds.ancestors(last)), last] if last in measured else []
        arms["The project"] = tuple(measured[each] for each in line)
    for other in studio.replays(source) or (view,):
        if not other.incomparable or other.replay.project_id == view.replay.project_id:
            title = other.title if other.title not in arms else f"{other.title}: {other.name}"
            arms[title] = other.rounds
    columns = [Column("", base), *(Column(name, each) for name, rounds in arms.items() for each in rounds)]
    rows = [("", base), *((name, each) for name, rounds in arms.items() for each in rounds)]
    return {
        "arms.png": _png(test_set_sheet(studio.store.images, columns)),
        "arms.csv": _table(rows).encode(),
    }


def _rows(view: ReplayView) -> list[tuple[str, MeasuredRound | None]]:
    return [(view.title, each) for each in view.rounds]


def _png(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


def _round(studio: Studio, view: RoundView) -> dict[str, Any]:
    """What was drawn, accepted and learned in a round."""
    store, tiles = studio.store, {tile.candidate.id: tile for tile in view.candidates}
    examples = store.rounds.training_set(view.round.id)
    masks, weights = (
        store.decisions.of_round(view.round.id).masks,
        store.decisions.of_round(view.round.id).weights,
    )
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
                "in_part": chosen.id in masks,
                "weight": weights.get(chosen.id, view.example_weight),
            }
            for chosen in lineage.accepted_candidates(store.snapshots.round(view.round.id))
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


def _table(rows: Iterable[tuple[str, MeasuredRound | None]]) -> str:
    """CSV with one row per round; `repr` writes numbers that are read back exactly."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    ends = [f"{figure}{end}" for figure in FIGURES for end in ("", "_low", "_high")]
    table.writerow(("arm", "round", "pictures", "as_asked_found", "copies_found", *ends))
    for arm, measured in rows:
        report = measured.report if measured else None
        if measured is None or report is None:
            continue
        figures = [*(report.figures.get(metric) for metric in METRICS), report.gain]
        table.writerow(
            (
                arm, measured.name, report.pictures, report.count("as_asked"), report.copies,
                *(cell for figure in figures for cell in _cells(figure)),
            )
        )  # fmt: skip
    return text.getvalue()


def _cells(figure: Interval | None) -> tuple[str, str, str]:
    return ("", "", "") if figure is None else (repr(figure.value), repr(figure.low), repr(figure.high))
