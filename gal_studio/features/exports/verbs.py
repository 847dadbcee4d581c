"""What a user does with exports: ask for one, read what was made, and put its LoRA where a program looks."""

from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from gal_studio.causes import unread
from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.registry import FORMS, find_form, unfit
from gal_studio.core.types import Job
from gal_studio.core.variants.registry import refuse, refuse_untrained
from gal_studio.features.exports.destination import Destination, Destinations
from gal_studio.features.exports.record import Export, exports_of, file_of
from gal_studio.state.files.placed import folder_of_person, placed
from gal_studio.studio import Studio
from gal_studio.studio.studio import verb
from gal_studio.studio.verbs.base import refuse_without_feature


@verb
def export_round(studio: Studio, round_id: str, form: str) -> Job:
    """Queue the export of a round: "diffusers", "kohya" (A1111, Forge), "comfyui" or "invokeai".

    A fresh process draws with the file and compares; `exports` tells what it found.
    """
    store, measured = studio.store, studio.measured_sentences(round_id)
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        wanted = find_form(form)
        refuse("export", round_)
        refuse_without_feature(round_)
        refuse_untrained(round_)
        if why := unfit(wanted, round_.settings.tune.method):
            raise StudioError(f"Round {round_.number} {why}.")
        exports_of(store).ask(round_id, wanted.name, measured)
        return studio._queue(round_, "export")


@verb
def exports(studio: Studio, round_id: str) -> tuple[Export, ...]:
    """The requested exports of a round, and those that were made of its present weights.

    Those in a format of a plug-in that is not installed here are left out.
    """
    store = studio.store
    weights = store.rounds.get(round_id).adapter or ""

    def is_there(one: Export) -> bool:
        return one.waits or (one.made_of == weights and file_of(store, round_id, one.form).is_file())

    made = exports_of(store).of_round(round_id)
    return tuple(one for one in made if FORMS.find(one.form) is not None and is_there(one))


@verb
def exported(studio: Studio, round_id: str, form: str) -> Path:
    """The zip file of an export: the LoRA with its card, pictures and a workflow."""
    wanted = find_form(form).name
    made = [each for each in exports(studio, round_id) if each.form == wanted and not each.waits]
    if not made:
        raise StudioError("This round is not exported in this format yet: press Prepare first.")
    return file_of(studio.store, round_id, form)


@verb
def destination(studio: Studio) -> Destination:
    """The program that was named last, by its export format, and the folder that LoRAs were put into."""
    return Destinations(studio.store.workspace).read()


@verb
def name_program(studio: Studio, form: str) -> Destination:
    """Remember for this workspace in which export format LoRAs are wanted."""
    named = replace(destination(studio), form=find_form(form).name)
    return Destinations(studio.store.workspace).save(named)


@verb
def put_lora(studio: Studio, round_id: str, form: str, folder: str) -> Path:
    """Copy the LoRA of an export that was made into a folder of this machine, such as ComfyUI's
    `models/loras`, and remember both; returns the file.

    The folder must be there. A file of that name that is not the same stays, and the copy gets a number.
    """
    made, into = exported(studio, round_id, form), folder_of_person(folder)
    path = placed(into, *_lora_of(made))
    Destinations(studio.store.workspace).save(Destination(find_form(form).name, str(into)))
    return path


def _lora_of(made: Path) -> tuple[str, bytes]:
    """The name and the content of the one LoRA in an export."""
    try:
        with ZipFile(made) as archive:
            found = [name for name in archive.namelist() if name.endswith(".safetensors") and "/" not in name]
            if len(found) == 1:
                return found[0], archive.read(found[0])
    except (BadZipFile, OSError) as error:
        raise StudioError(unread(made, error, "prepare it again", called="export")) from error
    raise StudioError("This export has no LoRA to copy, but a whole model: download it instead.")
