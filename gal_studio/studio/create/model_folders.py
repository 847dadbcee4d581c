"""The pipeline that a folder or a file of it stands for: a hub's cache, a part of a model, its table."""

from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import INDEXES
from gal_studio.core.models.pasted import pasted
from gal_studio.json_files import index_in, read_json, read_plain
from gal_studio.state.files.answering import check_answers
from gal_studio.state.files.paths import user_path

_CACHED = "models--"


def given_model(name: str) -> str:
    """A pasted name, cleaned: a folder of the hub's cache is its newest snapshot, a part its pipeline.

    `models--owner--name` that is no folder here becomes the ID `owner/name`.
    """
    name = pasted(name)
    path = user_path(name) if name else Path()
    check_answers(path)
    if not (name and path.exists()):
        owner, _, model = name.removeprefix(_CACHED).partition("--")
        is_cached = name.startswith(_CACHED) and owner and model and "/" not in name
        return f"{owner}/{model}" if is_cached else name
    if path.is_file():
        return str(path.parent) if path.name in INDEXES else name
    if index_in(path):
        return name
    if path.name == "snapshots" and path.absolute().parent.name.startswith(_CACHED):
        path = path.parent
    if path.absolute().name.startswith(_CACHED) and (found := _snapshot(path)) is not None:
        return str(found)
    return str(path.absolute().parent) if _is_part(path.absolute()) else name


def refuse_what_is_no_pipeline(path: Path, name: str) -> None:
    """Refuse a file or folder that exists, by what it is."""
    if path.is_file():
        raise StudioError(
            f"The file {name} is not a model that the studio can open: give a .safetensors file, or the "
            f"folder that has a {INDEXES[0]}."
        )
    kind = _class_of(path)
    if path.is_dir() and kind:
        raise StudioError(
            f"The folder {name} is one part of a model ({kind}): give the folder of the whole pipeline, "
            f"which has a {INDEXES[0]}."
        )
    if found := _of_comfyui(path):
        shown = ", ".join(map(str, found[:_SHOWN])) + (" and others" if len(found) > _SHOWN else "")
        raise StudioError(
            f"The folder {name} is ComfyUI's: give one of its models ({shown}), with a pipeline as in "
            "“FILE with OWNER/MODEL”."
        )


_FOLDERS_OF_COMFYUI = ("diffusion_models", "unet", "checkpoints")
_SHOWN = 3


def _of_comfyui(path: Path) -> list[Path]:
    """The base models in ComfyUI's folder, or its `models`; none in another folder."""
    for root in (path, path / "models"):
        for folder in (root / name for name in _FOLDERS_OF_COMFYUI):
            found = [one for one in sorted(folder.glob("*")) if one.suffix.lower() in _WEIGHTS]
            if found:
                return found
    return []


_WEIGHTS = (".safetensors", ".sft", ".gguf")


def _snapshot(folder: Path) -> Path | None:
    """The snapshot of the main branch, or else the newest one."""
    try:
        main = folder / "snapshots" / read_plain(folder / "refs" / "main").decode().strip()
        if main.is_dir() and main.parent.name == "snapshots":
            return main
    except (OSError, ValueError):
        pass
    found = [path for path in (folder / "snapshots").glob("*") if path.is_dir()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _is_part(folder: Path) -> bool:
    """Whether the pipeline in the folder above lists this one as a component."""
    try:
        index = read_json(index_in(folder.parent) or folder)
    except (OSError, ValueError):
        return False
    return isinstance(index, dict) and isinstance(index.get(folder.name), list)


def _class_of(folder: Path) -> str:
    try:
        found = read_json(folder / "config.json")
    except (OSError, ValueError):
        return ""
    return str(found.get("_class_name", "")) if isinstance(found, dict) else ""
