"""Find a model's files by its name, and download them if needed; refuse what is not supported."""

from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.model_names import CheckpointName, checkpoint_name
from gal_studio.engine.families.description import Description, read_description
from gal_studio.engine.families.family import Family, ModelFiles
from gal_studio.engine.families.registry import family_of
from gal_studio.engine.models.hub import Revisions, is_directory, pipeline_configuration, pipeline_folder
from gal_studio.engine.models.one_file import read_one_file
from gal_studio.engine.models.variants import choose_variant, files_of


def locate(name: str, revisions: Revisions, half: bool) -> tuple[type[Family], ModelFiles]:
    """The family and the files of a model; `half` prefers files in half precision.

    The family checks the model before any weight is downloaded.
    """
    one_file = checkpoint_name(name)
    if one_file is not None:
        return _locate_one_file(one_file, revisions, half)
    folder, description = _describe(name, revisions)
    family = family_of(name, description.index)
    family.check(description)
    if not is_directory(name):
        folder = pipeline_folder(name, revisions, description.index, family.leave_out, half)
    return family, ModelFiles(folder, variant=choose_variant(files_of(folder), description.index, half))


def _locate_one_file(
    name: CheckpointName, revisions: Revisions, half: bool
) -> tuple[type[Family], ModelFiles]:
    one_file = read_one_file(Path(name.file))
    kind = one_file.kind()
    pipeline = name.pipeline or one_file.only_pipeline(kind)
    folder, description = _describe(pipeline, revisions)
    family = family_of(pipeline, description.index)
    one_file.check_fits(kind, family.name, description)
    family.check(description)
    if family.one_file == "denoiser" and not is_directory(pipeline):
        left_out = (*family.leave_out, family.part)
        folder = pipeline_folder(pipeline, revisions, description.index, left_out, half)
    variant = choose_variant(files_of(folder), set(description.index) - {family.part}, half)
    return family, ModelFiles(folder, one_file.path, variant if family.one_file == "denoiser" else None)


def _describe(name: str, revisions: Revisions) -> tuple[Path, Description]:
    """A pipeline's folder with its JSON files, and what they say."""
    if not is_directory(name):
        folder = pipeline_configuration(name, revisions)
    elif not Path(name).is_dir():
        raise StudioError(f"There is no model folder {name}: check the path.")
    else:
        folder = Path(name)
    return folder, read_description(name, folder)
