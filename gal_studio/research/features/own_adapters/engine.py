"""PatchDPO as published: refine an image adapter on pictures of many objects, and FLUX.2 klein's LoRA alike.

From each picture y of an object the model draws it again on a plain background (x), a vision model judges the
patches of both, and the adapter's cross-attention is trained on the pairs (Eq. P1 to P7).
"""

import hashlib
import json
import shutil
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gal_studio.assets import resolve_adapter, resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import foreground_patches
from gal_studio.core.patchdpo.patch_quality import (
    Limits,
    Map,
    pair_weights,
    quality,
    reproduction,
    rescale,
    smooth,
)
from gal_studio.core.seeds import generator, named_seed
from gal_studio.core.settings import NATIVE, GenerationSettings, RefineSettings, TuneSettings
from gal_studio.engine.families.family import References
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.patches.calibration import measure_limits
from gal_studio.engine.patches.foreground import foreground_mask
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.engine.patches.tower_encoder import TowerEncoder
from gal_studio.engine.sampling.given_pictures import views
from gal_studio.engine.sampling.reference_adapter import (
    ReferenceAdapter,
    attached,
    check_references,
    encode_each,
    load_adapter,
    trained_adapter,
)
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training import adapter_patchdpo
from gal_studio.engine.training.checkpoints import Checkpoint, CheckpointError
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.patchdpo import RefinePair
from gal_studio.engine.training.trainer import Run
from gal_studio.research.features.own_adapters.record import ENCODER, WEIGHTS, AdapterPlan
from gal_studio.research.features.own_adapters.subjects import FoundSubject, read_subjects
from gal_studio.second_try import renamed
from gal_studio.state.files.content_store import writing_beside
from gal_studio.state.files.errors import make_folder
from gal_studio.state.files.inside import inside, remove
from gal_studio.state.files.unfinished import beginning, is_unfinished
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress

LORA = "lora_patchdpo.safetensors"
STATE, MAPS = "training-state.safetensors", "maps"
VIEWS = 2
"""Other crops of y as a native model's references: of its whole latents it would paste the picture."""
LORA_RANK = 16
_NATIVE_RATE = 1e-4


@dataclass(frozen=True)
class AdapterTask:
    """What is trained, where it is written, and with which models. The vision model `vision` judges patches
    (`clip` is the CLIP behind the name "clip").
    """

    plan: AdapterPlan
    out: Path
    base_model: str
    model: ImageModel
    models: Models
    vision: str
    clip: str
    generation: GenerationSettings

    @property
    def is_native(self) -> bool:
        """Whether the base model takes references by itself, so that a LoRA is trained."""
        return self.plan.adapter.strip() == NATIVE

    @property
    def adapter_name(self) -> str:
        """Where the image adapter lies now, as `load_adapter` takes it."""
        return resolve_adapter(self.models.located(self.plan.adapter, is_adapter=True))

    def tower(self) -> PatchTower:
        """The vision model, which is opened when it is needed."""
        return self.models.vision(resolve_model(self.vision), resolve_model(self.clip))


def refine_adapter(task: AdapterTask) -> Generator[Progress, None, Path]:
    """Draw x for each y, score their patches, train, write, and return the file; it goes on where it was."""
    model = task.model
    written = task.out / (LORA if task.is_native else WEIGHTS)
    if written.exists():
        if (task.out / STATE).exists():  # it was killed when all was done but this
            _clear(task.out)
            return written
        raise StudioError(f"{task.out} already has a refined adapter: give another folder.")
    adapter: ReferenceAdapter | None = None
    if task.is_native:
        check_references(model.family, model.name, is_native=True)
    else:
        adapter = load_adapter(task.adapter_name, model, task.models.revisions, TowerEncoder)
    subjects = yield from _subjects(task)
    with attached(model, adapter) if adapter is not None else nullcontext():
        pictures = [subject.picture for subject in subjects]
        references = encode_each(model, adapter, pictures)
        drawn = yield from _drawn(task, subjects, references)
        pairs = yield from _judged(task, subjects, drawn)
        given = references if adapter is not None else _other_views(task, pictures)
        yield from _train(task, adapter, pairs, given)
        yield Progress("write", 0, 0)
        if adapter is not None:
            with writing_beside(task.out / "adapter.safetensors", task.out) as path:
                trained_adapter(model, adapter).save(path)
        else:
            save_lora(task, task.out / "adapter.safetensors")
    if adapter is not None and adapter.tower is None:
        shutil.copytree(adapter.encoder, inside(task.out, task.out / ENCODER), dirs_exist_ok=True)
    renamed(task.out / "adapter.safetensors", written)  # once all of it is there
    _clear(task.out)
    return written


def _clear(out: Path) -> None:
    """Remove what only an unfinished training needs, its state last, which says that it is unfinished.

    So are the parts of files that a killed one left: the folder has a mark of its own, which nothing sweeps.
    """
    for path in out.rglob(f"{beginning(out)}*"):
        if is_unfinished(path.name, out):
            remove(out, path)
    remove(out, out / MAPS)
    (out / STATE).unlink(missing_ok=True)


def save_lora(task: AdapterTask, path: Path) -> None:
    """Write the trained LoRA of a native model, and take it off the model."""
    card = AdapterCard("", task.model.name, 0, task.plan.seed, {})
    save_adapter(task.model, path, card)
    detach(task.model)


def _subjects(task: AdapterTask) -> Generator[Progress, None, Sequence[FoundSubject]]:
    """The pictures y: those of a folder, or of the names, as the base model draws them."""
    if task.plan.subjects:
        found = read_subjects(Path(task.plan.subjects))
        for sentence in found.skipped:
            yield Progress("loading", 0, 0, f"Skipped: {sentence}")
        return found.found
    prompts = [prompt_of(name) for name in task.plan.names]
    pictures = yield from _draw_all(task, "subjects", prompts)
    return [FoundSubject(name, one) for name, one in zip(task.plan.names, pictures, strict=True)]


def prompt_of(name: str) -> str:
    """The clean prompt of y and x."""
    return f"a {name} {RefineSettings().clean_background}"


def _drawn(
    task: AdapterTask, subjects: Sequence[FoundSubject], references: Sequence[References]
) -> Generator[Progress, None, list[Image.Image]]:
    """One picture x for each y (Eq. P1), on a plain background."""
    prompts = [prompt_of(subject.name) for subject in subjects]
    given = list(zip(subjects, references, strict=True))
    return (yield from _draw_all(task, "pairs", prompts, given))


def _draw_all(
    task: AdapterTask,
    kind: str,
    prompts: Sequence[str],
    given: Sequence[tuple[FoundSubject, References]] = (),
) -> Generator[Progress, None, list[Image.Image]]:
    """Draw pictures, one by one, each with the subject that is `given`; those of an interrupted run are read.

    A file's name has a hash of all that its picture depends on.
    """
    one = task.generation.updated({"batch_size": 1, "lowest_strength": 1.0, "latest_switch": 0.0})
    seed, how = "pair" if kind == "pairs" else "subject", _how(task, one)
    found = []
    for place, prompt in enumerate(prompts):
        subject, references = given[place] if given else (None, None)
        request = DrawRequest(prompt, named_seed(task.plan.seed, seed, place))
        shown = "" if subject is None else _hash(subject.picture.tobytes())
        made_of = json.dumps([how, request.prompt, request.seed, shown], sort_keys=True)
        path = task.out / kind / f"{place + 1:05d}-{_hash(made_of.encode())}.png"
        if not inside(task.out, path).is_file():
            make_folder(path.parent)
            for event in draw(task.model, [request], one, references):
                if isinstance(event, DrawnBatch):
                    with writing_beside(path, task.out) as beside:
                        event.images[0].save(beside, "PNG")
                yield Progress(kind, place, len(prompts), kept=place)
        with Image.open(path) as picture:
            found.append(picture.convert("RGB"))
        yield Progress(kind, place + 1, len(prompts))
    return found


def _how(task: AdapterTask, generation: GenerationSettings) -> list[Any]:
    """What all drawn pictures depend on: models with their commits, how they are held, and settings."""
    adapter = "" if task.is_native else task.adapter_name
    commits = {
        name: one for name, one in task.models.revisions.items() if name in f"{task.base_model} {adapter}"
    }
    return [task.base_model, adapter, commits, task.model.machine.essential, asdict(generation)]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _judged(
    task: AdapterTask, subjects: Sequence[FoundSubject], drawn: Sequence[Image.Image]
) -> Generator[Progress, None, list[RefinePair]]:
    """The pairs with their weights (Eq. P4 to P7); those of an interrupted run are read.

    Maps that a device computes again may differ in their last bits, and its training would begin anew.
    """
    given = [_hash(image.tobytes()) for image in (*(one.picture for one in subjects), *drawn)]
    made_of = json.dumps([task.vision, task.clip, task.plan.seed, given])
    folder = make_folder(inside(task.out, task.out / MAPS / _hash(made_of.encode())))
    scorer: _PatchScorer | None = None
    pairs = []
    for place, (subject, picture) in enumerate(zip(subjects, drawn, strict=True), start=1):
        path = folder / f"{place:05d}.npy"
        if not inside(task.out, path).is_file():
            scorer = scorer or _opened_scorer(task, [one.picture for one in subjects])
            with writing_beside(path, task.out) as beside, beside.open("wb") as file:
                np.save(file, scorer.weights(subject.picture, picture))
        pairs.append(RefinePair(subject.picture, picture, prompt_of(subject.name), np.load(path)))
        yield Progress("maps", place, len(subjects))
    return pairs


@dataclass(frozen=True)
class _PatchScorer:
    """The vision model with the limits of its maps (Eq. P6)."""

    tower: PatchTower
    limits: Limits

    def weights(self, reference: Image.Image, drawn: Image.Image) -> Map:
        """Of the pair (y, x)."""
        y, x = self.tower.patches([reference, drawn])
        inside, foreground = (_patches(image, *y.shape[:2]) for image in (reference, drawn))
        good = rescale(smooth(quality(x, [(y, inside)]), foreground), self.limits)
        kept = rescale(smooth(reproduction(y, [x]), inside), self.limits)
        return pair_weights(kept, good, inside, foreground, RefineSettings().background_weight)


def _opened_scorer(task: AdapterTask, pictures: Sequence[Image.Image]) -> _PatchScorer:
    tower, half = task.tower(), len(pictures) // 2
    limits = tower.limits
    if limits is None:
        limits = measure_limits(tower, pictures[:half], pictures[half:], generator(task.plan.seed, "limits"))
    return _PatchScorer(tower, limits)


def _patches(picture: Image.Image, height: int, width: int) -> Any:
    """The patches of a picture's foreground; None where all of it counts."""
    with suppress(StudioError):
        mask = np.asarray(foreground_mask(picture), dtype=np.float64) / 255
        return foreground_patches(mask, height, width)
    return None


def _other_views(task: AdapterTask, pictures: Sequence[Image.Image]) -> list[References]:
    """What a native model is given in training: crops of each y, so that pasting it is no solution."""
    rng = generator(task.plan.seed, "views")
    side = _tune(task).resolution or task.model.resolution
    crops = [crop for picture in pictures for crop in views(picture, VIEWS, side, rng)]
    return encode_each(task.model, None, crops)


def _tune(task: AdapterTask) -> TuneSettings:
    model, side = task.model, adapter_patchdpo.PUBLISHED_SIDE
    tune = adapter_patchdpo.PUBLISHED.updated(
        {"steps": task.plan.steps, "resolution": side if model.resolution > side else None}
    )
    return replace(tune, rank=LORA_RANK, learning_rate=_NATIVE_RATE) if task.is_native else tune


def _train(
    task: AdapterTask,
    adapter: ReferenceAdapter | None,
    pairs: Sequence[RefinePair],
    references: Sequence[References],
) -> Generator[Progress, None, None]:
    kept = task.out / STATE

    def keep(state: Checkpoint) -> None:
        with writing_beside(kept, task.out) as path:
            state.save(path)

    def events(resume: Path | None) -> Iterator[TuneEvent]:
        run = Run(resume_from=resume, checkpoint=keep)
        seed = named_seed(task.plan.seed, "adapter")
        return adapter_patchdpo.refine_adapter(task.model, adapter, pairs, references, _tune(task), seed, run)

    try:
        yield from _followed(events(kept if kept.is_file() else None))
    except CheckpointError:
        kept.unlink(missing_ok=True)
        yield from _followed(events(None))


def _followed(events: Iterator[TuneEvent]) -> Generator[Progress, None, None]:
    """Tell the loss, and how long the rest takes."""
    begun, first = time.monotonic(), 0
    with closing(events) as running:  # type: ignore[type-var]
        for event in running:
            first = first or event.step
            pace = (time.monotonic() - begun) / max(1, event.step - first + 1)
            left = pace * (event.total - event.step) / 60
            words = event.notice or f"loss {event.loss:.4f}, about {left:.0f} minutes left"
            yield Progress("refine", event.step, event.total, words)
