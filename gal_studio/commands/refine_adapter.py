"""`gal-studio refine --adapter`: PatchDPO as published, of an image adapter on pictures of many objects."""

import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gal_studio.assets import load_preset, resolve_model
from gal_studio.commands.tune_vision import SUFFIXES
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import foreground_patches
from gal_studio.core.patchdpo.patch_quality import pair_weights, quality, reproduction, rescale, smooth
from gal_studio.core.seeds import generator, named_seed
from gal_studio.core.settings import GenerationSettings, RefineSettings
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.errors import make_folder
from gal_studio.state.images.read import read_picture

LEAST = 4
"""Subjects: each is compared with others to scale its maps."""
SAID_EVERY = 25  # steps
WEIGHTS, ENCODER = "ip-adapter_patchdpo.safetensors", "image_encoder"


@dataclass(frozen=True)
class AdapterPlan:
    """What to train: the adapter of a preset's base model, or of another one, on a folder of pictures."""

    adapter: str
    subjects: Path
    out: Path
    preset: str
    base_model: str | None = None
    steps: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Subject:
    """A picture y of an object, cropped to a square, and what the object is called."""

    name: str
    picture: Image.Image


def refine_adapter(plan: AdapterPlan) -> dict[str, Any]:
    """Draw x for each y, judge their patches, train the adapter, and write it; an interrupted one goes on."""
    from gal_studio.engine.models.image_model import load_image_model
    from gal_studio.engine.sampling.reference_adapter import attached, encode_each, load_adapter

    if (plan.out / WEIGHTS).exists():
        raise StudioError(f"{plan.out} already has a refined adapter: give another folder.")
    preset = load_preset(plan.preset)
    subjects = read_subjects(plan.subjects)
    make_folder(plan.out)
    model = load_image_model(resolve_model(plan.base_model or preset.base_model))
    adapter = load_adapter(plan.adapter, model)
    _say(f"{len(subjects)} pictures of {len({one.name for one in subjects})} objects.")
    with attached(model, adapter):
        references = encode_each(model, adapter, [subject.picture for subject in subjects])
        drawn = _drawn(plan, model, preset, subjects, references)
        pairs = _judged(plan, preset, subjects, drawn)
        trained = _train(plan, model, adapter, pairs, references)
    trained.save(plan.out / WEIGHTS)
    shutil.copytree(adapter.encoder, plan.out / ENCODER, dirs_exist_ok=True)
    for kept in plan.out.glob("training-*.safetensors"):
        kept.unlink()
    name = str(plan.out.absolute())
    _say(f"Written to {plan.out}. Use it with adapter = {name!r} under [settings.references].")
    return {"adapter": name, "pairs": len(pairs), "steps": _steps(plan)}


def read_subjects(folder: Path) -> list[Subject]:
    """The pictures of a folder, each named by the text file beside it, by its folder, or by its own name."""
    if not folder.is_dir():
        raise StudioError(f"There is no folder {folder}: give one with pictures of objects.")
    found = list(_readable(folder, sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)))
    if len(found) < LEAST:
        raise StudioError(
            f"{folder} has {len(found)} usable pictures of objects: give at least {LEAST}, each of a named "
            "object."
        )
    return found


def _readable(folder: Path, paths: Sequence[Path]) -> Iterator[Subject]:
    for path in paths:
        try:
            picture, _ = read_picture(path)
        except StudioError as error:
            _say(f"Skipped: {error}")
            continue
        if all(low == high for low, high in picture.convert("RGB").getextrema()):  # type: ignore[misc]
            _say(f"Skipped: {path.name} is one flat colour.")
            continue
        if name := name_of(folder, path):
            side = min(picture.size)
            left, top = (picture.width - side) // 2, (picture.height - side) // 2
            yield Subject(name, picture.crop((left, top, left + side, top + side)))
        else:
            _say(f"Skipped: {path.name} does not say what it shows; call it such as red teapot 2.jpg.")


def name_of(folder: Path, path: Path) -> str:
    """What a picture shows: "red_teapot-02.jpg" shows a red teapot; empty if nothing says it."""
    caption = path.with_suffix(".txt")
    if caption.is_file():
        words = caption.read_text(encoding="utf-8", errors="replace")
    else:
        words = path.stem if path.parent == folder else path.parent.name
    return " ".join(re.sub(r"[\W\d_]+", " ", words).split())


def _drawn(
    plan: AdapterPlan, model: Any, preset: Any, subjects: Sequence[Subject], references: Sequence[Any]
) -> list[Image.Image]:
    """One picture x for each y (Eq. P1), on a plain background; those of an interrupted run are read."""
    from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw

    generation: GenerationSettings = preset.settings["object"].generation
    one = generation.updated({"batch_size": 1, "lowest_strength": 1.0, "latest_switch": 0.0})
    found = []
    for place, (subject, given) in enumerate(zip(subjects, references, strict=True)):
        path = plan.out / "pairs" / f"{place + 1:05d}.png"
        if not path.is_file():
            make_folder(path.parent)
            request = DrawRequest(prompt_of(subject), named_seed(plan.seed, "pair", place))
            for event in draw(model, [request], one, given):
                if isinstance(event, DrawnBatch):
                    with writing_beside(path, plan.out) as beside:
                        event.images[0].save(beside, "PNG")
            _say(f"drawn {place + 1} / {len(subjects)}")
        with Image.open(path) as picture:
            found.append(picture.convert("RGB"))
    return found


def prompt_of(subject: Subject) -> str:
    """The clean prompt of y and x."""
    return f"a {subject.name} {RefineSettings().clean_background}"


def _judged(
    plan: AdapterPlan, preset: Any, subjects: Sequence[Subject], drawn: Sequence[Image.Image]
) -> list[Any]:
    """The pairs with their weights (Eq. P4 to P7)."""
    from gal_studio.engine.patches.calibration import measure_limits
    from gal_studio.engine.patches.loading import load_vision
    from gal_studio.engine.training.patchdpo import RefinePair

    tower = load_vision(resolve_model(preset.vision_model), resolve_model(preset.clip_model))
    pictures = [subject.picture for subject in subjects]
    limits = tower.limits
    if limits is None:
        half = len(pictures) // 2
        limits = measure_limits(tower, pictures[:half], pictures[half:], generator(plan.seed, "limits"))
    pairs = []
    for subject, picture in zip(subjects, drawn, strict=True):
        y, x = tower.patches([subject.picture, picture])
        inside, foreground = (_patches(image, *y.shape[:2]) for image in (subject.picture, picture))
        good = rescale(smooth(quality(x, [(y, inside)]), foreground), limits)
        kept = rescale(smooth(reproduction(y, [x]), inside), limits)
        weights = pair_weights(kept, good, inside, foreground, RefineSettings().background_weight)
        pairs.append(RefinePair(subject.picture, picture, prompt_of(subject), weights))
    return pairs


def _patches(picture: Image.Image, height: int, width: int) -> Any:
    """The patches of a picture's foreground; None where all of it counts."""
    from gal_studio.engine.patches.foreground import foreground_mask

    with suppress(StudioError):
        mask = np.asarray(foreground_mask(picture), dtype=np.float64) / 255
        return foreground_patches(mask, height, width)
    return None


def _steps(plan: AdapterPlan) -> int:
    from gal_studio.engine.training.adapter_patchdpo import PUBLISHED

    return PUBLISHED.steps if plan.steps is None else plan.steps


def _train(
    plan: AdapterPlan, model: Any, adapter: Any, pairs: Sequence[Any], references: Sequence[Any]
) -> Any:
    from gal_studio.engine.sampling.reference_adapter import trained_adapter
    from gal_studio.engine.training import adapter_patchdpo
    from gal_studio.engine.training.checkpoints import Checkpoint, CheckpointError

    published = adapter_patchdpo.PUBLISHED
    side = adapter_patchdpo.PUBLISHED_SIDE if model.resolution > adapter_patchdpo.PUBLISHED_SIDE else None
    tune = published.updated({"steps": _steps(plan), "resolution": side})
    kept = plan.out / "training-state.safetensors"

    def keep(state: Checkpoint) -> None:
        with writing_beside(kept, plan.out) as path:
            state.save(path)

    def events(resume: Path | None) -> Iterator[Any]:
        options = tune, named_seed(plan.seed, "adapter"), resume, keep
        return adapter_patchdpo.refine_adapter(model, adapter, pairs, references, *options)

    try:
        _follow(events(kept if kept.is_file() else None))
    except CheckpointError:
        kept.unlink(missing_ok=True)
        _follow(events(None))
    return trained_adapter(model, adapter)


def _follow(events: Iterator[Any]) -> None:
    """Tell the loss, and how long the rest takes."""
    begun, first = time.monotonic(), 0
    for event in events:
        first = first or event.step
        if event.step % SAID_EVERY == 0 or event.step == event.total:
            pace = (time.monotonic() - begun) / max(1, event.step - first + 1)
            left = pace * (event.total - event.step) / 60
            _say(f"step {event.step} / {event.total}  loss {event.loss:.4f}  about {left:.0f} minutes left")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
