"""`gal-studio doctor`: what is here, how fast it is, and what a round will take."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.assets import Preset, load_preset, load_presets, resolve_model
from gal_studio.commands.machine import describe_machine
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Kind

PROBE_SECONDS = 4.5  # for each of drawing and training


@dataclass(frozen=True)
class Speed:
    """Measured on the preset's own settings."""

    images_a_second: float
    training_steps_a_second: float
    embeddings_a_second: float


def examine(preset_name: str, probe: bool = True) -> dict[str, Any]:
    """Everything that `doctor` tells, as plain data."""
    report: dict[str, Any] = {
        "machine": describe_machine(),
        "models": {preset.name: _where(preset) for preset in load_presets()},
    }
    if probe:
        preset = load_preset(preset_name)
        speed = measure(preset)
        report["speed"] = {
            "preset": preset.name,
            "images_per_second": round(speed.images_a_second, 2),
            "training_steps_per_second": round(speed.training_steps_a_second, 2),
            "embeddings_per_second": round(speed.embeddings_a_second, 1),
        }
        report["round_seconds"] = {
            kind: round(_round_seconds(preset, kind, speed)) for kind in preset.settings
        }
    return report


def tell(report: dict[str, Any]) -> str:
    """The report in lines for a person."""
    machine = report["machine"]
    lines = [
        f"Device      {machine['device']}",
        f"Processor   {machine['processor']}, {machine['cores']} cores",
        f"Memory      {machine['memory_free_gb']} of {machine['memory_gb']} GB free",
        f"System      {machine['system']}, Python {machine['python']}",
        "Versions    " + ", ".join(f"{name} {number}" for name, number in machine["versions"].items()),
    ]
    lines += [f"Model       {name}: {where}" for name, where in report["models"].items()]
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
    return "\n".join(lines)


def _where(preset: Preset) -> str:
    """Whether the preset's model is here, or is downloaded at its first use."""
    try:
        path = Path(resolve_model(preset.base_model))
    except StudioError:
        return "missing: install GAL Studio again"
    if path.is_dir():
        return "comes with the studio"
    from huggingface_hub import try_to_load_from_cache

    cached = isinstance(try_to_load_from_cache(preset.base_model, "model_index.json"), str)
    return "downloaded" if cached else "not here: it is downloaded at its first use"


def measure(preset: Preset) -> Speed:
    """A probe of about ten seconds: draw, embed and train with the preset's settings."""
    from PIL import Image

    from gal_studio.engine.features.clip import load_embedder
    from gal_studio.engine.models.image_model import load_image_model

    model = load_image_model(resolve_model(preset.base_model))
    embedder = load_embedder(resolve_model(preset.clip_model))
    pictures = [
        Image.new("RGB", (model.resolution, model.resolution), (index * 30, 90, 90)) for index in range(8)
    ]
    embedder.images(pictures)
    started = time.monotonic()
    embedder.images(pictures)
    embeddings = len(pictures) / max(time.monotonic() - started, 1e-6)
    return Speed(_drawing_speed(model, preset), _training_speed(model, preset, pictures[0]), embeddings)


def _drawing_speed(model: Any, preset: Preset) -> float:
    from gal_studio.engine.sampling.fused_adapter import drawing
    from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw

    settings = preset.settings["style"].generation
    requests = [DrawRequest("A cat", seed) for seed in range(settings.batch_size)]
    times = []  # of each step's end; the first step warms up
    with drawing(model) as ready:
        events = draw(ready, requests, settings)
        for event in events:
            times.append(time.monotonic())
            if isinstance(event, DrawnBatch) or (len(times) > 2 and times[-1] - times[0] > PROBE_SECONDS):
                break
        events.close()  # type: ignore[attr-defined]
    a_step = (times[-1] - times[0]) / (len(times) - 1)
    return len(requests) / (a_step * (settings.steps + 1))  # decoding costs about as much as a step


def _training_speed(model: Any, preset: Preset, picture: Any) -> float:
    from dataclasses import replace

    from gal_studio.engine.models.adapters import detach
    from gal_studio.engine.training.fine_tune import fine_tune
    from gal_studio.engine.training.latents import ExamplePicture

    settings = replace(preset.settings["style"].tune, checkpoint_every=100_000)
    events = fine_tune(model, [ExamplePicture(picture, "A cat in ink style", 1.0, True)], [], settings, 0)
    times = []
    for _ in events:
        times.append(time.monotonic())
        if len(times) > 2 and times[-1] - times[0] > PROBE_SECONDS:
            break
    events.close()  # type: ignore[attr-defined]
    detach(model)
    return (len(times) - 1) / max(times[-1] - times[0], 1e-6)


def _round_seconds(preset: Preset, kind: Kind, speed: Speed) -> float:
    """The first round: training, 18 anchors, features and about two seconds for the map."""
    settings = preset.settings[kind]
    candidates = 18 * settings.generation.candidates
    class_images = settings.tune.prior_images if kind == "object" else 0
    cost = 2.0 if class_images else 1.0  # each step trains on as many class images
    return (
        (candidates + class_images) / speed.images_a_second
        + cost * settings.tune.steps / speed.training_steps_a_second
        + candidates / speed.embeddings_a_second
        + 2.0
    )
