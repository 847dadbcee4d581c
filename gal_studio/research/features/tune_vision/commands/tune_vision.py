"""`gal-studio tune-vision`: train a vision model on your pictures to localize patches (Eq. P3)."""

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from PIL import Image

from gal_studio.assets import load_preset, resolve_model
from gal_studio.causes import missing
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson
from gal_studio.core.errors import StudioError
from gal_studio.core.seeds import generator
from gal_studio.provenance import made_by
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.errors import make_folder
from gal_studio.state.images.folder import is_picture
from gal_studio.state.images.read import read_picture
from gal_studio.studio import DEFAULT_PRESET

LEAST, MOST_HELD_OUT = 20, 200
KEPT_EDGE = 512  # pixels; no vision model has a larger input
SAID_EVERY = 25  # steps


def tune_vision(
    pictures: Annotated[Path, typer.Option(help="A folder with at least 20 images.")],
    out: Annotated[Path, typer.Option(help="The folder for the tuned model.")],
    vision_model: Annotated[
        str, typer.Option(help="clip, or the folder or hub ID of a DINO, DINOv2, SigLIP or timm model.")
    ] = "clip",
    clip_model: Annotated[
        str | None, typer.Option(help="The CLIP model that 'clip' means (default: the pocket preset's).")
    ] = None,
    steps: Annotated[int, typer.Option(help="Training steps.")] = 400,
    seed: Annotated[int, typer.Option(help="The seed of the tuning.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Tune a vision model on your images for PatchDPO."""
    if steps < 1:
        raise StudioError("The tuning needs at least one step: give --steps a positive number.")
    clip = clip_model or load_preset(DEFAULT_PRESET).clip_model
    measured = tune(TunePlan(vision_model, clip, pictures, out, steps, seed))
    if as_json:
        print(json_text(measured))


@dataclass(frozen=True)
class TunePlan:
    """What to tune and on which pictures; `vision_model` is "clip" (see `clip_model`) or a hub model."""

    vision_model: str
    clip_model: str
    pictures: Path
    out: Path
    steps: int
    seed: int


def tune(plan: TunePlan) -> dict[str, Any]:
    """Tune a vision model and save it; returns its localization accuracy and limits on held-out pictures.

    The same command resumes an interrupted tuning from its last checkpoint.
    """
    from gal_studio.engine.patches.loading import DESCRIPTION, load_vision, save_tower
    from gal_studio.engine.patches.tower import tuned_weights
    from gal_studio.research.features.tune_vision.engine import localization_accuracy

    if (plan.out / DESCRIPTION).exists():
        raise StudioError(f"{plan.out} already has a tuned vision model: give another folder.")
    base = _base(plan)
    shown, held_out = _split(_read(plan.pictures), plan.seed)
    make_folder(plan.out)
    tower = load_vision(resolve_model(plan.vision_model), resolve_model(plan.clip_model))
    before = localization_accuracy(tower, held_out, generator(plan.seed, "own place"))
    _say(f"Localization accuracy before: {before:.2f} (on {len(held_out)} held-out images)")
    kept = plan.out / f"tuning-{_fingerprint(f'{base} {plan.steps} {plan.seed}', shown)}.safetensors"
    blocks = _tune(plan, tower, shown, kept)
    after = localization_accuracy(tower, held_out, generator(plan.seed, "own place"))
    tower.limits = _measure_limits(tower, held_out, plan.seed)
    save_tower(tower, plan.out, base, tuned_weights(tower, blocks))
    kept.unlink(missing_ok=True)
    name = f"local-dir:{plan.out.absolute()}"
    _say(f"After: {after:.2f}. Use it with vision_model = {name!r} under [settings.refine].")
    return {"vision_model": name, "own_place_before": before, "own_place_after": after,
            "limits": asdict(tower.limits) if tower.limits else None,
            "pictures": len(shown), "held_out": len(held_out), "steps": plan.steps,
            "made_by": made_by()}  # fmt: skip


def _measure_limits(tower: Any, held_out: Sequence[Image.Image], seed: int) -> Any:
    """Eq. P6's limits on the held-out pictures; None if the model does not tell them apart.

    One half are the subjects, the other half the other subjects. Without limits, each project measures them.
    """
    from gal_studio.engine.patches.calibration import measure_limits

    half = len(held_out) // 2
    try:
        limits = measure_limits(tower, held_out[:half], held_out[half:], generator(seed, "limits"))
    except StudioError as error:
        _say(f"Each project will measure its own limits of the maps. {error}")
        return None
    _say(f"Limits of the maps: {limits.low:.2f} (another subject) to {limits.high:.2f} (the same place)")
    return limits


def _base(plan: TunePlan) -> str:
    """The name of the base model, as the description of the tuned model stores it."""
    from gal_studio.engine.features.open_clip_source import LOCAL
    from gal_studio.engine.patches.loading import CLIP, DESCRIPTION

    name = resolve_model(plan.vision_model)
    if name == CLIP:
        clip = resolve_model(plan.clip_model)
        return f"clip:{LOCAL}{Path(clip.removeprefix(LOCAL)).absolute()}" if LOCAL in clip else f"clip:{clip}"
    if name.startswith(LOCAL) or (Path(name) / DESCRIPTION).is_file():
        raise StudioError(f"{plan.vision_model} is already tuned: give the model that it was made from.")
    return str(Path(name).absolute()) if Path(name).is_dir() else name


def _tune(plan: TunePlan, tower: Any, pictures: Sequence[Image.Image], kept: Path) -> int:
    from gal_studio.research.features.tune_vision.engine import TowerSettings, tune_tower

    settings = TowerSettings(steps=plan.steps, checkpoint_every=SAID_EVERY)

    def source(count: int, rng: Any) -> list[Image.Image]:
        return [pictures[row] for row in rng.integers(len(pictures), size=count)]

    def keep(state: Any) -> None:
        with writing_beside(kept, plan.out) as path:
            state.save(path)

    resume = kept if kept.exists() else None
    for event in tune_tower(tower, source, settings, plan.seed, resume, keep):
        if event.step % SAID_EVERY == 0 or event.step == event.total:
            _say(f"step {event.step} / {event.total}  loss {event.loss:.3f}  found {event.found:.2f}")
    return settings.blocks


def _fingerprint(settings: str, pictures: Sequence[Image.Image]) -> str:
    parts = (settings.encode(), *(picture.tobytes() for picture in pictures))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def _read(folder: Path) -> list[Image.Image]:
    """The pictures of a folder in the order of their names; reports those that cannot be read."""
    if not os.path.isdir(folder):
        raise StudioError(missing(folder, "folder", f"give one with at least {LEAST} images"))
    read = list(_opened(sorted(filter(is_picture, folder.rglob("*")))))
    if len(read) < LEAST:
        raise StudioError(f"{folder} has {len(read)} readable images: the tuning needs at least {LEAST}.")
    return read


def _opened(paths: Sequence[Path]) -> Iterator[Image.Image]:
    for path in paths:
        try:
            picture, _ = read_picture(path)
        except StudioError as error:
            _say(f"Skipped: {error}")
            continue
        picture.thumbnail((KEPT_EDGE, KEPT_EDGE), Image.Resampling.LANCZOS)
        yield picture


def _split(pictures: Sequence[Image.Image], seed: int) -> tuple[list[Image.Image], list[Image.Image]]:
    """Split pictures into training pictures and a held-out fifth (at most 200)."""
    order = generator(seed, "held out").permutation(len(pictures))
    count = min(MOST_HELD_OUT, len(pictures) // 5)
    return [pictures[row] for row in order[count:]], [pictures[row] for row in order[:count]]


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
