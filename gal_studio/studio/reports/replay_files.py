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
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from gal_studio.core.gal.balance import effective_draws
from gal_studio.core.intervals import Interval
from gal_studio.core.measures.pictures import METRICS
from gal_studio.rounds import lineage
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.studio import Studio
from gal_studio.studio.reports.contact_sheet import contact_sheet
from gal_studio.studio.reports.measured import describe_measures, describe_round, find_measured, interval
from gal_studio.studio.reports.test_set_sheet import Column, test_set_sheet
from gal_studio.studio.views.measures import MeasuredRound
from gal_studio.studio.views.replays import ReplayView
from gal_studio.studio.views.types import RoundView

FIGURES = (*METRICS, "gain")
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def write_replay(studio: Studio, project_id: str, out: Path) -> dict[str, Any]:
    """Write the results of a replay into a folder, each file atomically; returns the summary."""
    view, measures = studio.replay_view(project_id), studio.measures(project_id)
    rounds = [studio.round_view(each.id) for each in studio.rounds(project_id)]
    for shown in rounds:
        if shown.candidates:
            _write_picture(
                out / f"contact-sheet-round-{shown.round.number}.png",
                contact_sheet(studio.store.images, shown),
            )
    base = find_measured(measures, None)
    columns = [Column("", base), *(Column(view.title, each) for each in view.rounds)]
    _write_picture(out / "contact-sheet.png", test_set_sheet(studio.store.images, columns))
    write_whole(out / "measures.csv", _table([(view.title, base), *_rows(view)]).encode(), out)
    _write_arms(studio, view, base, out)
    summary = {
        "project": view.replay.source_name,
        "policy": view.replay.policy,
        "not_replayed": view.not_replayed,
        "settings": [recorded.settings.to_dict() for recorded in studio.store.replays.rounds(project_id)],
        "rounds": [
            {**_round(studio, shown), "measured": describe_round(find_measured(measures, shown.round.id))}
            for shown in rounds
        ],
        "measured": describe_measures(measures),
        "against_project": {metric: interval(figure) for metric, figure in view.differences.items()},
    }
    text = json.dumps(summary, indent=2, ensure_ascii=False)
    write_whole(out / "summary.json", f"{text}\n".encode(), out)
    return summary


def replay_zip(studio: Studio, project_id: str) -> bytes:
    """The same files as a zip; equal replays give equal bytes."""
    made = io.BytesIO()
    with TemporaryDirectory(dir=temporary_folder(studio.store.workspace)) as folder:
        write_replay(studio, project_id, Path(folder))
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(Path(folder).iterdir()):
                archive.writestr(zipfile.ZipInfo(file.name, _NO_TIME), file.read_bytes())
    return made.getvalue()


def _write_arms(studio: Studio, view: ReplayView, base: MeasuredRound | None, out: Path) -> None:
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
    _write_picture(out / "arms.png", test_set_sheet(studio.store.images, columns))
    rows = [("", base), *((name, each) for name, rounds in arms.items() for each in rounds)]
    write_whole(out / "arms.csv", _table(rows).encode(), out)


def _rows(view: ReplayView) -> list[tuple[str, MeasuredRound | None]]:
    return [(view.title, each) for each in view.rounds]


def _write_picture(path: Path, picture: Image.Image) -> None:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    write_whole(path, buffer.getvalue(), path.parent)


def _round(studio: Studio, view: RoundView) -> dict[str, Any]:
    """What was drawn, accepted and learned in a round."""
    store, tiles = studio.store, {tile.candidate.id: tile for tile in view.candidates}
    examples = store.rounds.training_set(view.round.id)
    masks, weights = store.decisions.masks(view.round.id), store.decisions.weights(view.round.id)
    return {
        "number": view.round.number,
        "candidates": len(view.candidates),
        "copies": sum(tile.candidate.overfit for tile in view.candidates),
        "openness": view.openness,
        "accepted": [
            {
                "prompt": tiles[chosen.id].prompt,
                "number": chosen.index + 1,
                "seed": chosen.seed,
                "copy": chosen.overfit,
                "in_part": chosen.id in masks,
                "weight": weights.get(chosen.id, view.example_weight),
            }
            for chosen in lineage.accepted_candidates(store, view.round.id)
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
    table.writerow(("arm", "round", "pictures", "successes", "copies_found", *ends))
    for arm, measured in rows:
        report = measured.report if measured else None
        if measured is None or report is None:
            continue
        figures = [*(report.figures.get(metric) for metric in METRICS), report.gain]
        table.writerow(
            (
                arm, measured.name, report.pictures, report.count("success"), report.count("copies"),
                *(cell for figure in figures for cell in _cells(figure)),
            )
        )  # fmt: skip
    return text.getvalue()


def _cells(figure: Interval | None) -> tuple[str, str, str]:
    return ("", "", "") if figure is None else (repr(figure.value), repr(figure.low), repr(figure.high))
