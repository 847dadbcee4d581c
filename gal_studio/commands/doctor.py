"""`gal-studio doctor`: report on this machine and its speed, or check and repair a workspace."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer

from gal_studio.assets import Preset, load_preset, load_presets, resolve_model
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.machine import describe_machine
from gal_studio.commands.terminal.options import AsJson, Workspace, given_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace
from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import INDEXES
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import counted
from gal_studio.json_files import read_json
from gal_studio.provenance import made_by
from gal_studio.state.files.default_workspace import default_workspace, is_workspace
from gal_studio.state.files.errors import time_of
from gal_studio.state.files.own_folder import DAMAGED, DATABASE, others
from gal_studio.state.files.paths import user_path
from gal_studio.studio.device import this_device
from gal_studio.studio.plug_ins import brought, problems
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace import check, restore
from gal_studio.workspace import repair as repairs

PROBE_SECONDS = 4.5  # each, for drawing and for training
BUSY_FROM = 0.5  # cores that other programs use: from there on the report says so
NOT_HERE = "not downloaded (on first use)"
_NO_COPY = "none of its copies is whole: save what can be read by `gal-studio export-project`"


@dataclass(frozen=True)
class Speed:
    """The speed of this machine with the settings of a preset, while others used so many of its cores."""

    images_a_second: float
    training_steps_a_second: float
    embeddings_a_second: float
    cores_of_others: float


class _Others:
    """How many cores other programs, such as a training, use on average since this was made."""

    def __init__(self) -> None:
        psutil.cpu_percent(None)
        self._started, self._own = time.monotonic(), _own_seconds()

    def cores(self) -> float:
        """To be asked once."""
        busy = (psutil.cpu_count() or 1) * psutil.cpu_percent(None) / 100
        own = (_own_seconds() - self._own) / max(time.monotonic() - self._started, 1e-6)
        return max(0.0, busy - own)


def _own_seconds() -> float:
    own = psutil.Process().cpu_times()
    return float(own.user + own.system)


def doctor(
    context: typer.Context,
    preset: Annotated[str, typer.Option(help="The preset whose speed is measured.")] = "pocket",
    no_probe: Annotated[bool, typer.Option("--no-probe", help="Do not measure the speed.")] = False,
    workspace: Workspace = None,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    restored: Annotated[
        str | None, typer.Option("--restore", metavar="COPY", help="Put this copy of the database back.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report on this machine, or check a workspace.

    With --workspace, that workspace is checked instead of the machine.
    The exit code is 1 when the workspace still needs a repair.
    """
    folder = given_workspace(context, workspace)
    if restored is not None:
        if folder is None:
            raise StudioError("--restore needs a workspace: give --workspace FOLDER.")
        print(in_lines(restore.restore(user_path(folder), restored)))
        return
    if folder is not None:
        report = check_workspace(folder, repair)
        print(json_text(report) if as_json else workspace_lines(report))
        raise typer.Exit(1 if report["left"] else 0)
    if repair:
        raise StudioError("--repair needs a workspace: give --workspace FOLDER.")
    report = examine(preset, probe=not no_probe)
    print(json_text(report) if as_json else describe(report))


def check_workspace(workspace: Path, repair: bool) -> dict[str, Any]:
    """Check a workspace, and repair it if wanted; reports problems, repairs, what is left, other files."""
    folder, restored = user_path(workspace), tuple[str, ...]()
    if damage := check.damage_of(folder / DATABASE) if (folder / DATABASE).is_file() else "":
        copy = next(iter(restore.whole_copies(folder)), None)
        if copy is None:
            offer = _NO_COPY
        else:
            offer = f"--repair puts its copy of {time_of(copy)} in its place, and keeps it in {DAMAGED}/"
        if copy is None or not repair:
            found = [f"{damage} ({offer})"]
            return {"projects": 0, "found": found, "done": [], "left": found, "others": []}
        restored = (f"{damage} {restore.restore(folder, copy.name)}",)
    with existing_workspace(workspace, writable=repair) as store:
        findings = check.examine(store, show=show_all)
        done = repairs.repair(store, findings) if repair else ()
        left = check.examine(store, show=show_all) if repair else findings
        is_broken = any(one.problem == "broken" for one in findings)
        copies = restore.describe_copies(folder) if is_broken else ()
        projects = len(store.projects.names())
        elsewhose = [path.relative_to(store.workspace).as_posix() for path in others(store.workspace)]
    return {
        "projects": projects,
        "found": [*restored, *(f"{one.sentence} ({repairs.remedy(one)})" for one in findings), *copies],
        "done": [*restored, *done, *(copies if repair else ())],
        "left": [f"{finding.sentence} ({repairs.remedy(finding)})" for finding in left],
        "others": elsewhose,
    }


def workspace_lines(report: dict[str, Any]) -> str:
    """The report as text."""
    lines = report["done"] or report["found"]
    if not lines:
        lines = [f"no problems in {counted(report['projects'], 'project')}; all files are intact."]
    if report["others"]:
        lines = [*lines, f"not of the studio, left as it is: {', '.join(report['others'])}"]
    return in_lines(*(f"Workspace   {line}" for line in lines))


def examine(preset_name: str, probe: bool = True) -> dict[str, Any]:
    """Everything that `doctor` reports, as plain data."""
    report: dict[str, Any] = {
        "machine": describe_machine(),
        "unused": this_device().unused,
        "made_by": made_by(),
        "workspace": _default_folder(),
        "models": {preset.name: _where(preset) for preset in load_presets()},
        **_plug_ins(),
    }
    if probe:
        preset = load_preset(preset_name)
        if report["models"].get(preset.name) == NOT_HERE:
            raise StudioError(
                f"The model of the preset {preset.name} is not on this computer: run `gal-studio download "
                f"{preset.name}` first, or skip the speed test with --no-probe."
            )
        speed = measure(preset)
        report["speed"] = {
            "preset": preset.name,
            "images_per_second": round(speed.images_a_second, 2),
            "training_steps_per_second": round(speed.training_steps_a_second, 2),
            "embeddings_per_second": round(speed.embeddings_a_second, 1),
            "cores_of_others": round(speed.cores_of_others, 1),
        }
        report["round_seconds"] = {
            kind: round(_round_seconds(preset, kind, speed)) for kind in preset.settings
        }
    return report


def describe(report: dict[str, Any]) -> str:
    """The report as text."""
    machine = report["machine"]
    lines = [
        f"Device      {machine['device']}",
        *([f"Card        {report['unused']}"] if report["unused"] else []),
        f"Processor   {machine['processor']}, {machine['cores']} cores",
        f"Memory      {machine['memory_free_gb']} of {machine['memory_gb']} GB free",
        f"System      {machine['system']}, Python {machine['python']}",
        "Versions    " + ", ".join(f"{name} {number}" for name, number in machine["versions"].items()),
    ]
    if report["workspace"] is not None:
        is_new = not is_workspace(Path(report["workspace"]))
        lines.append(f"Workspace   {report['workspace']}{' (made by the first start)' if is_new else ''}")
    lines += [f"Model       {name}: {where}" for name, where in report["models"].items()]
    lines += [f"Plug-in     {sentence}" for sentence in (*report["plug_ins"], *report["broken_plug_ins"])]
    if "speed" in report:
        speed = report["speed"]
        lines += [
            f"Speed       {speed['images_per_second']} img/s, {speed['training_steps_per_second']} "
            f"training steps/s with {speed['preset']}",
            *(
                f"A round     about {seconds // 60}:{seconds % 60:02d} minutes for a project of kind {kind}"
                for kind, seconds in report["round_seconds"].items()
            ),
        ]
        if speed["cores_of_others"] >= BUSY_FROM:
            lines.append(
                f"Warning     other programs, such as a training, used {speed['cores_of_others']} of "
                f"{machine['cores']} cores meanwhile: alone it is faster"
            )
    return in_lines(*lines)


def _default_folder() -> str | None:
    """Where the page keeps its projects if no --workspace is named; None for a user without a home folder."""
    try:
        return str(default_workspace())
    except StudioError:
        return None


def _plug_ins() -> dict[str, list[str]]:
    """Each plug-in that is used, in the page or in a worker, and a sentence for each that cannot be."""
    from gal_studio.engine.families.registry import FAMILIES

    return {
        "plug_ins": [*brought(), *FAMILIES.brought],
        "broken_plug_ins": [*problems(), *FAMILIES.problems],
    }


def _where(preset: Preset) -> str:
    """Whether the model of the preset is bundled, downloaded, or still to be downloaded."""
    try:
        path = Path(resolve_model(preset.base_model))
    except StudioError:
        return "missing: install GAL Studio again"
    if path.is_dir():
        return "bundled"
    from huggingface_hub import try_to_load_from_cache

    cached = (try_to_load_from_cache(preset.base_model, index) for index in INDEXES)
    found = next((Path(path) for path in cached if isinstance(path, str)), None)
    return "downloaded" if found is not None and _has_weights(found) else NOT_HERE


def _has_weights(index: Path) -> bool:
    """Whether a pipeline's weights lie beside its index, which is fetched as soon as a model is chosen."""
    from gal_studio.engine.families.description import plain_index
    from gal_studio.engine.families.registry import family_of
    from gal_studio.engine.hub.needs import lacking_weights
    from gal_studio.engine.hub.weights import weighted

    components = plain_index(read_json(index))
    family = family_of(index.parent.name, components)
    return not lacking_weights(index.parent, weighted(components, family.leave_out))


def measure(preset: Preset) -> Speed:
    """Draw, embed and train for about ten seconds with the settings of the preset."""
    from PIL import Image

    from gal_studio.engine.features.clip import load_embedder
    from gal_studio.engine.models.image_model import load_image_model

    model = load_image_model(resolve_model(preset.base_model))
    embedder = load_embedder(resolve_model(preset.clip_model))
    pictures = [
        Image.new("RGB", (model.resolution, model.resolution), (index * 30, 90, 90)) for index in range(8)
    ]
    embedder.images(pictures)
    others, started = _Others(), time.monotonic()
    embedder.images(pictures)
    embeddings = len(pictures) / max(time.monotonic() - started, 1e-6)
    drawing, training = _drawing_speed(model, preset), _training_speed(model, preset, pictures[0])
    return Speed(drawing, training, embeddings, others.cores())


def _drawing_speed(model: Any, preset: Preset) -> float:
    from gal_studio.engine.sampling.fused_adapter import drawing
    from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw

    settings = preset.settings["style"].generation
    requests = [DrawRequest("A cat", seed) for seed in range(settings.batch_size)]
    times, at_once = [], len(requests)  # the end of each step; the first step warms up
    with drawing(model) as ready:
        events = draw(ready, requests, settings)
        for event in events:
            times.append(time.monotonic())
            if isinstance(event, DrawnBatch) or (len(times) > 2 and times[-1] - times[0] > PROBE_SECONDS):
                break
            at_once = -(-len(requests) * settings.steps // event.total)  # fewer where memory is short
        events.close()  # type: ignore[attr-defined]
    a_step = (times[-1] - times[0]) / (len(times) - 1)
    return at_once / (a_step * (settings.steps + 1))  # decoding takes about as long as a step


def _training_speed(model: Any, preset: Preset, picture: Any) -> float:
    from dataclasses import replace

    from gal_studio.engine.models.adapters import detach
    from gal_studio.engine.training.fine_tune import fine_tune
    from gal_studio.engine.training.latents import ExamplePicture

    settings = replace(preset.settings["style"].tune, checkpoint_every=100_000)
    events = fine_tune(model, [ExamplePicture(picture, "A cat in ink style", 1.0)], [], settings, 0)
    times = []
    for _ in events:
        times.append(time.monotonic())
        if len(times) > 2 and times[-1] - times[0] > PROBE_SECONDS:
            break
    events.close()  # type: ignore[attr-defined]
    detach(model)
    return (len(times) - 1) / max(times[-1] - times[0], 1e-6)


def _round_seconds(preset: Preset, kind: Kind, speed: Speed) -> float:
    """The estimated time of a first round: training, 18 anchors, features, and two seconds for the map."""
    settings = preset.settings[kind]
    candidates = 18 * settings.generation.candidates
    tune = settings.tune
    prior = find_taught(kind).prior_images(tune)
    cost = 2.0 if prior else 1.0  # each step trains on as many prior pictures as examples
    return (
        (candidates + prior) / speed.images_a_second
        + cost * tune.steps / speed.training_steps_a_second
        + candidates / speed.embeddings_a_second
        + 2.0
    )
