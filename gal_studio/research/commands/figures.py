"""`gal-studio figures`: the figures of a project or an evaluation as files."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.json_text import read_results
from gal_studio.commands.terminal.options import Wanted, Workspace, given_workspace
from gal_studio.commands.terminal.stored import existing_workspace, find_project
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.extras import how_to_install
from gal_studio.state.files.content_store import write_whole
from gal_studio.studio import Studio

Made = tuple[str, Callable[[], Any]]
"""The name of a figure's file, and what makes it."""


class Format(StrEnum):
    """The file format: HTML needs nothing more, the others kaleido and a Chromium."""

    html = "html"
    svg = "svg"
    pdf = "pdf"
    png = "png"


class Theme(StrEnum):
    """The color theme."""

    light = "light"
    dark = "dark"


def figures(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder for the figures.")],
    workspace: Workspace = None,
    project: Wanted = None,
    evaluation: Annotated[Path | None, typer.Option(help="A folder of `gal-studio evaluate`.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="File format.")] = Format.html,
    theme: Annotated[Theme, typer.Option(help="Color theme.")] = Theme.light,
) -> None:
    """Plot the figures of a project, or of an evaluation beside the published ones.

    Figures without data are skipped, and the reason is printed.
    """
    folder = given_workspace(context, workspace)
    if (folder is None) == (evaluation is None):
        raise StudioError("Give either --workspace FOLDER or --evaluation FOLDER.")
    check_folder(out)
    if evaluation is not None:
        write_figures(_of_evaluation(evaluation, theme.value), out, format_)
        return
    assert folder is not None
    with existing_workspace(folder, writable=False) as store:
        studio = Studio(store)
        write_figures(_of_project(studio, find_project(store, project).id, theme.value), out, format_)


def _of_evaluation(folder: Path, theme: Any) -> Iterator[Made]:
    """The figure of a folder's evaluation, from its JSON alone."""
    from gal_studio.research.figures.arms import evaluated_arms
    from gal_studio.research.figures.published import published_table

    known: dict[str, tuple[str, Callable[..., Any]]] = {
        "DreamBench": ("dreambench", published_table),
        "clock arms": ("clock-arms", evaluated_arms),
    }
    told = read_results(folder / "evaluation.json")
    if told is None or (found := known.get(str(told.get("evaluation")))) is None:
        raise StudioError(f"There is no evaluation in {folder}: check the path.")
    name, make = found
    yield name, partial(make, told, theme)


def _of_project(studio: Studio, project_id: str, theme: Any) -> Iterator[Made]:
    drawn = studio.figures
    for found in studio.rounds(project_id):
        name = found.name.lower().replace(" ", "-")
        yield f"map-{name}", partial(drawn.map, found.id, theme)
        yield f"copy-curves-{name}", partial(drawn.copy_curves, found.id, theme)
        yield f"training-{name}", partial(drawn.training, found.id, theme)
    yield "rates", partial(drawn.rates, project_id, theme)
    yield "clock-arms", partial(drawn.clock_arms, project_id, theme=theme)
    yield "progress", partial(drawn.progress, project_id, theme)
    yield "gains", partial(drawn.gains, project_id, theme=theme)
    yield "agreement", partial(drawn.agreement, project_id, theme)


def write_figures(figures: Iterable[Made], out: Path, format_: Format, told: TextIO | None = None) -> None:
    """Write each figure into a folder and say where; one that has nothing to show is left out."""
    for name, make in figures:
        try:
            made = make()
        except StudioError as error:
            print(f"{name}: left out. {error}", file=told)
            continue
        path = out / f"{name}.{format_.value}"
        write_whole(path, _data(made, format_, out), out)
        print(path, file=told)


def _data(made: Any, format_: Format, out: Path) -> bytes:
    """The file of a figure; all pages of a folder share one copy of Plotly, so that they need no network."""
    if format_ != Format.html:
        try:
            return bytes(made.to_image(format=format_.value))
        except (ImportError, ValueError, RuntimeError) as error:
            raise StudioError(
                f"A figure as {format_.value} needs kaleido and a Chromium, and was not made "
                f"({first_line(error)}): run `{how_to_install('figures')}`, or take --format html."
            ) from error
    script = out / "plotly.min.js"
    if not script.exists():
        from plotly.offline import get_plotlyjs

        write_whole(script, get_plotlyjs().encode(), out)
    from gal_studio.studio.figures.template import as_page

    return as_page(made, "directory")
