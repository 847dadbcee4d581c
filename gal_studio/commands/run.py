"""`gal-studio run`: run all rounds on your own references; see docs/project-file.md."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.causes import unread_folder
from gal_studio.commands.running import unattended
from gal_studio.commands.terminal.options import AsJson, Workspace, given_workspace
from gal_studio.commands.terminal.policies import named_policy
from gal_studio.commands.terminal.printed import note_left_out
from gal_studio.core.checks import shown
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.gal.policies.registry import policy_names
from gal_studio.core.models.names import MODEL_SETTINGS, CheckpointName, checkpoint_name
from gal_studio.core.settings import NATIVE, Settings
from gal_studio.state.files.paths import user_path
from gal_studio.studio import ProjectDraft, ReferenceDraft
from gal_studio.studio.create.caption_lists import unread_beside
from gal_studio.studio.create.captions import caption_beside
from gal_studio.studio.create.prior import prior_folder
from gal_studio.studio.create.references import mask_beside


@dataclass(frozen=True)
class Key:
    """A key of a project file: its type, what an error says to write, what it means, and its default.

    `former` is the name of earlier versions, which is still read.
    """

    kind: type
    write: str
    meaning: str
    default: str = ""
    former: str = ""


KEYS: Mapping[str, Key] = {
    "kind": Key(str, 'a word in quotes: "style" or "object"', "what the project trains", "must be given"),
    "name": Key(str, "a string in quotes", "the project’s name", "the first prompt"),
    "trigger_word": Key(
        str, 'a word in quotes, such as "<cute-cat>"', "of an object: the made-up word that names it"
    ),
    "preset": Key(str, "a word in quotes", "base model with matching settings", '"pocket"'),
    "base_model": Key(
        str,
        "a directory or a hub ID in quotes",
        "a hub ID, a diffusers directory (a relative one begins with `./`) or a `.safetensors` checkpoint",
        "the preset’s",
    ),
    "clip_model": Key(
        str,
        "a name in quotes",
        'an open_clip name and tag (`"ViT-B-32/openai"`), `"hf-hub:owner/name"` or `"local-dir:PATH"`',
        "the preset’s",
    ),
    "seed": Key(int, "a whole number", "the same seed gives the same images", "0"),
    "rounds": Key(int, "a whole number", "between two of them, the selection strategy accepts images", "2"),
    "policy": Key(
        str,
        f"a word in quotes: {', '.join(policy_names())}",
        "the selection strategy that accepts images in `run`",
        '"uncertainty"',
    ),
    "test_prompts": Key(
        list,
        "a list of strings in quotes",
        "your own test prompts; `{}` stands for the style or the objects",
        "18 of the kind",
        former="anchors",
    ),
    "references": Key(
        list,
        "tables that begin with [[references]]",
        "each with `image` and `prompt`, and if wanted `trigger_word`, `mask`, `crop`",
        "must be given",
    ),
    "regularization": Key(
        list,
        "tables that begin with [[regularization]]",
        "your own regularization images, each with `image` and `prompt`",
        "the model generates them",
        former="prior",
    ),
    "regularization_folder": Key(
        str, "a directory in quotes", "a folder of regularization images with captions", former="prior_folder"
    ),
    "start_from": Key(
        str,
        "a LoRA's .safetensors file in quotes",
        "a LoRA of any trainer, from which training starts",
        "the base model",
    ),
    "without_text_encoder": Key(
        bool, "true or false", "leaves out what that LoRA changes of a text encoder", "false"
    ),
    "settings": Key(dict, "tables such as [settings.tune]", "the settings below, by group", "the preset’s"),
}
"""The keys of a project file, as docs/reference.md lists them."""
FORMER_KEYS: Mapping[str, str] = {key.former: name for name, key in KEYS.items() if key.former}
LARGEST_FILE = 4 << 20  # bytes of a project file
_WINDOWS_PATH = re.compile(r'(?<!["\w])"[A-Za-z]:\\(?!\\)[^"\n]*"')
"""A path with a drive in double quotes, whose backslashes are single."""
_ESCAPED = re.compile(r"(?:hex value|[Uu]nescaped|escape).*\(at line (\d+)")
_BACKSLASH = re.compile(r'"[^"]*\\[^"]*"')
_REFERENCE = ("image", "prompt", "trigger_word", "mask", "crop")
_DRAFT = {
    "kind": "kind", "name": "name", "trigger_word": "trigger_word", "preset": "preset", "seed": "seed",
    "test_prompts": "anchors",
}  # fmt: skip
"""What a draft calls the keys that it takes as they are."""


@dataclass(frozen=True)
class ProjectFile:
    """The contents of a project file; `rounds` and `policy` are None if they are left out."""

    draft: ProjectDraft
    rounds: int | None
    policy: str | None


def run(
    context: typer.Context,
    project: Annotated[Path, typer.Argument(metavar="PROJECT.toml", help="See docs/project-file.md.")],
    out: unattended.Out,
    seed: Annotated[int | None, typer.Option(help="The project's seed.")] = None,
    rounds: unattended.Rounds = None,
    candidates: unattended.Candidates = None,
    steps: unattended.Steps = None,
    sampling_steps: unattended.SamplingSteps = None,
    policy: unattended.Policy = None,
    refine: unattended.Refine = False,
    measure: unattended.Measure = False,
    overwrite: unattended.Overwrite = False,
    instant: unattended.Instant = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Train a LoRA round by round on your own references."""
    file = read_project_file(project)
    Settings().updated(file.draft.changes)  # refuses unknown settings and wrong types
    given = unattended.setting_changes(steps, candidates, sampling_steps)
    changes = unattended.changed(file.draft.changes, given)
    draft = replace(file.draft, changes=changes, seed=file.draft.seed if seed is None else seed)
    count = next(number for number in (rounds, file.rounds, 2) if number is not None)
    chosen = named_policy(policy) or file.policy or unattended.own_policy(draft)
    folder = given_workspace(context, workspace) or out / "workspace"
    plan = unattended.RunPlan(draft, count, chosen, out, folder, refine, overwrite, instant, measure)
    unattended.personalize(plan, as_json)


def read_project_file(path: Path) -> ProjectFile:
    """Read and check a project file; its paths are relative to its folder."""
    table = _by_todays_names(path, read_table(path))
    for name, value in table.items():
        _check(path, name, value)
    if "kind" not in table:
        raise StudioError(f'{path.name} has no kind: write kind = "style" or kind = "object".')
    given = {own: table[name] for name, own in _DRAFT.items() if name in table}
    if "base_model" in table:
        given["base_model"] = _base_model(path, table["base_model"])
    if "clip_model" in table:
        given["clip_model"] = _model(path, table["clip_model"])
    if "start_from" in table:
        given["start_from"] = path.parent / user_path(table["start_from"])
    if "without_text_encoder" in table:
        given["without_text_encoder"] = table["without_text_encoder"]
    draft = ProjectDraft(
        references=tuple(_reference(path, row) for row in table.get("references", [])),
        changes=_settings(path, table.get("settings", {})),
        prior=_prior(path, table),
        **given,
    )
    return ProjectFile(draft, table.get("rounds"), table.get("policy"))


def read_table(path: Path, called: str = "project file") -> dict[str, Any]:
    """Read a TOML file that a person wrote; `called` is what the messages call it."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise StudioError(f"The {called} {path.name} has {size >> 10} kB: it is not a {called}.")
        text = path.read_text(encoding="utf-8-sig")
        if found := _WINDOWS_PATH.search(text):
            raise _windows_path(path, found[0])
        return tomllib.loads(text)
    except OSError as error:
        raise StudioError(unread_folder(path, error, called)) from error
    except RecursionError as error:
        raise StudioError(f"The {called} {path.name} is nested too deeply: correct it.") from error
    except ValueError as error:  # not TOML, not UTF-8, or a number of thousands of digits
        what = first_line(error)
        if (line := _ESCAPED.search(what)) and (found := _BACKSLASH.search(_line(path, int(line[1])))):
            raise _windows_path(path, found[0]) from error
        raise StudioError(f"The {called} {path.name} is not valid TOML ({what}): correct it.") from error


def _line(path: Path, number: int) -> str:
    return path.read_text(encoding="utf-8-sig").splitlines()[number - 1]


def _windows_path(path: Path, written: str) -> StudioError:
    return StudioError(
        f"{path.name} has the path {written} in double quotes, where a backslash has another meaning: use "
        "single quotes, or / in place of each backslash."
    )


def _by_todays_names(path: Path, table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with today's names of its keys."""
    for former, name in FORMER_KEYS.items():
        if former in table and name in table:
            raise StudioError(f"{path.name} has both {name} and {former}, its former name: keep {name}.")
    return {FORMER_KEYS.get(name, name): value for name, value in table.items()}


def _check(path: Path, name: str, value: object) -> None:
    if name not in KEYS:
        raise StudioError(f"{path.name} has an unknown key {shown(name)}: choose among {', '.join(KEYS)}.")
    kind, words = KEYS[name].kind, KEYS[name].write
    texts = name == "test_prompts" and isinstance(value, list)
    if (
        not isinstance(value, kind)
        or (isinstance(value, bool) and kind is not bool)
        or (texts and not all(isinstance(text, str) for text in value))  # type: ignore[attr-defined]
    ):
        raise StudioError(f"{path.name} has {name} = {shown(value)}: write {words}.")


def _reference(path: Path, row: object) -> ReferenceDraft:
    """One reference; what it leaves out is read beside `cat.jpg`: `cat.txt`, `cat-masklabel.png`."""
    if not isinstance(row, dict) or not all(
        isinstance(value, str) for name, value in row.items() if name != "crop"
    ):
        raise StudioError(
            f"{path.name} has a reference {shown(row)}: write [[references]] with image and prompt."
        )
    if "image" not in row:
        raise StudioError(f"A reference in {path.name} has no image: each needs image and prompt.")
    for name in row:
        if name not in _REFERENCE:
            raise StudioError(
                f"A reference in {path.name} has an unknown key {shown(name)}: use {', '.join(_REFERENCE)}."
            )
    image = path.parent / user_path(row["image"])
    prompt = row["prompt"] if "prompt" in row else caption_beside(image)
    if prompt is None:
        raise StudioError(
            f"A reference in {path.name} has no prompt{unread_beside(image)}: write one, or put it into "
            f"{image.stem}.txt beside it."
        )
    mask = path.parent / user_path(row["mask"]) if "mask" in row else mask_beside(image)
    return ReferenceDraft(image, prompt, row.get("trigger_word", ""), mask, row.get("crop"))


def _prior(path: Path, table: Mapping[str, Any]) -> tuple[tuple[Path, str], ...]:
    """The user's own regularization images: those of the tables, then those of the folder."""
    given: list[tuple[Path, str]] = []
    for row in table.get("regularization", []):
        texts = isinstance(row, dict) and all(isinstance(value, str) for value in row.values())
        if not texts or set(row) != {"image", "prompt"}:
            raise StudioError(
                f"{path.name} has an incomplete regularization image {shown(row)}: give each "
                "[[regularization]] an image and a prompt."
            )
        given.append((path.parent / user_path(row["image"]), row["prompt"]))
    if "regularization_folder" in table:
        folder = path.parent / user_path(table["regularization_folder"])
        note_left_out(folder)
        given += prior_folder(folder)
    return tuple(given)


OWN_WORDS = ("clip", NATIVE)  # that stand for a model: the project's CLIP, and the base model itself


def _settings(path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of settings, with the models beside the project file by their paths."""
    found = dict(given)
    for group, name in MODEL_SETTINGS:
        table = found.get(group)
        if isinstance(table, dict) and isinstance(table.get(name), str) and table[name] not in OWN_WORDS:
            parts = table[name].split(" with ")
            found[group] = {**table, name: " with ".join(_model(path, part) for part in parts)}
    return found


def _base_model(path: Path, name: str) -> str:
    """The name of a base model, as `_model` has it, or a checkpoint, alone or with its pipeline."""
    one_file = checkpoint_name(name)
    if one_file is None:
        return _model(path, name)
    file, pipeline = path.parent / user_path(one_file.file), one_file.pipeline
    return str(CheckpointName(str(file.absolute()), _model(path, pipeline) if pipeline else ""))


def _model(path: Path, name: str) -> str:
    """The path of what lies beside the project file under this name; otherwise the name unchanged."""
    prefix = "local-dir:" if name.startswith("local-dir:") else ""
    bare = name.removeprefix(prefix)
    if bare.startswith(("assets:", "/", "~")):
        return prefix + str(user_path(bare)) if bare.startswith("~") else name
    beside = path.parent / user_path(bare)
    is_path = bool(prefix) or bare.startswith(".") or (bare != "" and beside.exists())
    return prefix + str(beside.absolute()) if is_path else name
