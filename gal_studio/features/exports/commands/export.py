"""`gal-studio export`: write a round's LoRA for other programs, with its card, and check it."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.options import StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace, find_project, last_round
from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.form import ExportForm
from gal_studio.core.models.forms.registry import FORMS, find_form, forms_of, is_usable, refuse_bundled
from gal_studio.core.naming import round_names
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.state import Store
from gal_studio.state.files.placed import folder_of_person, placed


def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The folder to write to, which must be new or empty.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="; ".join(f"{form.name}: {form.programs}" for form in forms_of())
            + "; lycoris: a LoKr for ComfyUI",
        ),
    ] = "diffusers",
    round_: Annotated[
        str | None,
        typer.Option("--round", help="The round's number or name (default: the last trained one)."),
    ] = None,
    merged: Annotated[
        bool, typer.Option("--merged", help="Also write the denoiser with the LoRA merged into it.")
    ] = False,
    into: Annotated[
        str | None,
        typer.Option(help="Also copy the LoRA into this folder, such as ComfyUI's models/loras."),
    ] = None,
    workspace: StoredWorkspace = None,
    project: Wanted = None,
) -> None:
    """Export a round for other programs, with a model card, and check the file in a fresh process."""
    with existing_workspace(required_workspace(context, workspace)) as store:
        found = find_project(store, project)
        wanted = find_form(form, () if form in FORMS.names() else _offered(store, found))
        refuse_bundled(wanted, found.base_model)
        chosen = _find_round(store, found, round_)
        name = round_names(store.rounds.of_project(found.id))[chosen.id]
        check_folder(out)
        folder = None if into is None else folder_of_person(into)
        if any(out.iterdir()):
            raise StudioError(f"The folder {out} is not empty: choose a new one.")
        from gal_studio.features.exports.engine.folder import export_here

        try:
            sentences = export_here(store, chosen.id, wanted.name, out, merged)
        except BaseException:
            _empty(out)  # so that the same command can be given again
            raise
        sentences += [] if folder is None else _copied(out, folder)
    for sentence in sentences:
        print(in_lines(sentence))
    print(in_lines(f"{found.name}, {name}, is exported to {out}."))


def _offered(store: Store, project: Project) -> list[ExportForm]:
    """The formats that any round of the project has, of those that a program can use."""
    rounds = store.rounds.of_project(project.id)
    methods = {one.settings.tune.method for one in rounds if one.variant.exports}
    fitting = {form.name for method in methods for form in forms_of(method)
               if is_usable(form, project.base_model, method)}  # fmt: skip
    return [form for form in FORMS if form.name in fitting]


def _copied(out: Path, folder: Path) -> list[str]:
    """Copy the LoRA of an export into a folder; where there is none, say so."""
    copies = [placed(folder, path.name, path.read_bytes()) for path in out.glob("*.safetensors")]
    return [f"The LoRA is in {path}." for path in copies] or ["There is no LoRA to copy: a whole model."]


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _find_round(store: Store, project: Project, wanted: str | None) -> Round:
    """The last trained round with this number or name; by default the last one that is shown."""
    names = round_names(store.rounds.of_project(project.id))
    trained = [
        round_
        for round_ in store.rounds.of_project(project.id)
        if round_.adapter is not None and wanted in (None, str(round_.number), names[round_.id], round_.id)
    ]
    return last_round(store, project, trained, wanted, "is trained: train one, or choose another")
