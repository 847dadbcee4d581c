"""`gal-studio rate`: blind sheets and a page to rate images, tables of labels, and how far raters agree."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.causes import missing
from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, Wanted, Workspace, given_workspace
from gal_studio.commands.terminal.stored import existing_workspace, find_project_id
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.core.types import Kind
from gal_studio.core.words import counted
from gal_studio.state.files.content_store import write_whole
from gal_studio.studio import Studio


def rate(
    context: typer.Context,
    images: Annotated[
        Path | None,
        typer.Argument(help="A folder of images named by prompt, or a CSV table with image and prompt."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of the rating.")] = None,
    workspace: Workspace = None,
    project: Wanted = None,
    references: Annotated[
        Path | None, typer.Option(help="A folder with the references that raters see beside the images.")
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="What the images should have of the references.")] = None,
    seed: Annotated[int, typer.Option(help="The seed for the order of the images.")] = 0,
    answers: Annotated[
        Path | None,
        typer.Option(help="What a rater said: answers-NAME.csv of the page, or JSON of the sheets."),
    ] = None,
    rater: Annotated[str, typer.Option(help="The rater's name (default: that in the answers).")] = "",
    model: Annotated[str, typer.Option(help="The model and version, if the rater is a model.")] = "",
    prompt: Annotated[
        Path | None,
        typer.Option(help="The text that the model was given (default: rules.txt of the rating)."),
    ] = None,
    agreement: Annotated[
        list[Path] | None, typer.Option(help="Tables of labels to compare; name each with --agreement.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rate images without knowing where they come from, and compare raters.

    IMAGES, or --workspace and --project, with --out writes a rating; --out with --answers writes the labels
    of one rater; --agreement compares tables of labels.
    """
    if agreement:
        _compare(agreement, as_json)
        return
    if out is None:
        raise StudioError("Give --out FOLDER for a rating, or --agreement A.csv --agreement B.csv.")
    if answers is not None:
        _write_labels(out, answers, rater, model, prompt)
        return
    folder = given_workspace(context, workspace)
    if (images is None) == (folder is None):
        raise StudioError("Give either IMAGES or --workspace FOLDER.")
    _write(images, folder, project, references, kind, out, seed)


def _write(
    images: Path | None,
    workspace: Path | None,
    project: str | None,
    references: Path | None,
    kind: Kind | None,
    out: Path,
    seed: int,
) -> None:
    from gal_studio.research.rating.items import (
        Rated,
        items_of_folder,
        items_of_table,
        rated_project,
        references_in,
    )
    from gal_studio.research.rating.rating import KEY, PAGE, SHEETS, write_rating

    if (out / KEY).exists():
        raise StudioError(f"{out} already has a rating: choose another folder.")
    if workspace is not None:
        with existing_workspace(workspace, writable=False) as store:
            rated = rated_project(Studio(store), find_project_id(store, project))
    else:
        assert images is not None
        if not images.exists():
            raise StudioError(missing(images, "file or folder"))
        items = items_of_folder(images) if images.is_dir() else items_of_table(images)
        rated = Rated(items, references_in(references) if references else {}, kind)
    check_folder(out / SHEETS)
    number = write_rating(rated, out, seed)
    images_words, sheets_words = counted(len(rated.items), "image"), counted(number, "sheet")
    print(f"{images_words} on {sheets_words}. Open {out / PAGE}, or give a model {out / SHEETS}.")
    print(f"Then: gal-studio rate --out {out} --answers answers-NAME.csv")


def _write_labels(out: Path, answers: Path, rater: str, model: str, prompt: Path | None) -> None:
    from gal_studio.research.rating.labels import read_raters
    from gal_studio.research.rating.rating import SHEETS, labels_of

    if not answers.is_file():
        raise StudioError(missing(answers, step="save the answers on the page first"))
    if prompt is not None and not model:
        raise StudioError("--prompt is what a model was given: name it with --model, too.")
    name = rater or (read_raters(answers)[0].name if answers.suffix.lower() == ".csv" else "")
    if not name:
        raise StudioError("Name the rater with --rater NAME.")
    stem = f"labels-{file_stem(name, name)}"
    asked = f"{stem}.prompt.txt" if model else ""
    table, left = labels_of(out, answers, name, model, asked)
    if model:
        given = prompt or out / SHEETS / "rules.txt"
        try:
            write_whole(out / asked, given.read_bytes(), out)
        except OSError as error:
            raise StudioError(f"{given} cannot be read: {error}.") from error
    write_whole(out / f"{stem}.csv", table.encode(), out)
    print(f"{out / f'{stem}.csv'}{f': {left} images have no labels' if left else ''}")


def _compare(tables: Iterable[Path], as_json: bool) -> None:
    from dataclasses import asdict

    from gal_studio.research.rating.agreement import agreement
    from gal_studio.research.rating.labels import read_raters

    raters = [rater for path in tables for rater in read_raters(path)]
    if len(raters) < 2:
        raise StudioError("Give the labels of two raters: name each table with --agreement.")
    found = list(agreement(raters))
    if as_json:
        print(json_text([asdict(one) for one in found]))
        return
    print("raters | question | kappa (95%) | yes by each | images", file=sys.stdout)
    for one in found:
        ends = "" if one.low is None else f" ({one.low:.2f} to {one.high:.2f}, over {one.units})"
        kappa = "not defined" if one.value is None else f"{one.value:.2f}{ends}"
        shares = ", ".join(f"{share:.2f}" for share in one.shares)
        print(f"{' and '.join(one.raters)} | {one.question} | {kappa} | {shares} | {one.images}")
