"""The jobs "pairs" and "quality": draw x for every pair, and judge patch by patch (Eq. P1, P4 to P6)."""

import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.patch_quality import Features, Judged
from gal_studio.core.prompts import subjects
from gal_studio.core.types import Job, Round
from gal_studio.engine.fusing import drawing
from gal_studio.engine.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.text import check_prompts
from gal_studio.state import Store, lineage, pairing
from gal_studio.state.projects import Project
from gal_studio.state.refinements import Pair
from gal_studio.worker.judging import (
    Judge,
    find_foreground,
    judge_candidate,
    judge_pair,
    mask_of_reference,
    refuse_absent_subjects,
)
from gal_studio.worker.limits import open_judge
from gal_studio.worker.models import Models
from gal_studio.worker.progress import Progress

AT_ONCE = 8  # pictures judged between two looks at Stop


@dataclass(frozen=True)
class _Task:
    """What the parts of these jobs share."""

    store: Store
    models: Models
    project: Project
    round: Round


def make_pairs(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Plan, draw and judge the pairs of a refinement; what is written is never drawn again."""
    task = _Task(store, models, store.projects.get(job.project_id), store.rounds.get(job.round_id))
    yield Progress("loading", 0, 0, "Opening the models")
    models.image_model(task.project.base_model)
    wanted = list(pairing.references_without_foreground(store, job.round_id))
    for done, entry in enumerate(wanted):
        yield Progress("foregrounds", done, len(wanted), "Finding the subject in the references")
        find_foreground(store, entry.image)
    base, settings = pairing.refined_round(store, job.round_id), store.rounds.settings(job.round_id).refine
    pairs = store.refinements.plan(job.round_id, pairing.planned_pairs(store, base, settings))
    missing = [pair for pair in pairs if pair.generated_image is None]
    if missing:
        yield from _draw(task, missing, len(pairs))
    yield from _judge_pairs(task)


def _draw(task: _Task, missing: Sequence[Pair], total: int) -> Generator[Progress, None, None]:
    """Draw x of every pair that lacks it, by the round that is refined, each from its own seed."""
    adapter = lineage.starting_adapter(task.store, task.round.id)
    if adapter is None:
        raise StudioError(f"Round {task.round.number} is not fine-tuned yet: press Fine-tune first.")
    model = task.models.image_model(task.project.base_model)
    check_prompts(model, [pair.prompt for pair in missing])
    settings = task.store.rounds.settings(task.round.id).sample
    requests = [DrawRequest(pair.prompt, pair.seed) for pair in missing]
    before, started = total - len(missing), time.monotonic()
    with (
        drawing(model, task.store.adapters.path(adapter)) as ready,
        closing(draw(ready, requests, settings)) as events,  # type: ignore[type-var]
    ):
        for event in events:
            if isinstance(event, DrawnBatch):
                drawn = missing[event.first : event.first + len(event.images)]
                images = [task.store.images.add_picture(picture) for picture in event.images]
                task.store.refinements.keep_drawn(
                    (pair.id, image) for pair, image in zip(drawn, images, strict=True)
                )
                task.store.rounds.add_seconds(task.round.id, "pairs", time.monotonic() - started)
                started = time.monotonic()
                yield Progress("pairs", before + event.first + len(images), total)
            else:
                done = min(event.done / event.total * len(missing), len(missing))
                yield Progress("pairs", before + done, total, event.notice)


def _judge_pairs(task: _Task) -> Generator[Progress, None, None]:
    """The maps of every pair that lacks them."""
    started = time.monotonic()
    pairs = task.store.refinements.pairs(task.round.id)
    name = pairing.vision_model(task.store, task.round.id)
    judged = task.store.refinements.judged_pairs(task.round.id, name)
    missing = [pair for pair in pairs if pair.id not in judged]
    if not missing:
        return
    yield Progress("maps", len(judged), len(pairs), "Opening the vision model")
    judge = open_judge(task.store, task.models, task.project, name)
    known = judge.features([pair.reference_image for pair in pairs])
    seen: dict[str, list[Features]] = {}
    for first in range(0, len(missing), AT_ONCE):
        part = missing[first : first + AT_ONCE]
        known |= judge.features([pair.generated_image for pair in part if pair.generated_image])
        for pair in part:
            judge_pair(judge, pair, _references_of(judge, pair, pairs, known), known)
            seen.setdefault(pair.subject, []).append(known[pair.generated_image or ""])
        yield Progress("maps", len(judged) + first + len(part), len(pairs), "Judging patch by patch")
    task.store.rounds.add_seconds(task.round.id, "maps", time.monotonic() - started)
    if len(missing) == len(pairs):
        references = {
            subject: _references_of(judge, next(p for p in pairs if p.subject == subject), pairs, known)
            for subject in seen
        }
        refuse_absent_subjects(judge, references, seen)


def _references_of(
    judge: Judge, pair: Pair, pairs: Sequence[Pair], known: dict[str, Features]
) -> list[Judged]:
    """What x of a pair is judged by: all pictures of its subject, or those accepted for its prompt."""
    own = {
        (other.reference_image, other.reference_mask): None
        for other in pairs
        if other.subject == pair.subject and (pair.subject or other.prompt == pair.prompt)
    }
    return [judge.reference(image, mask, known[image]) for image, mask in own]


def judge_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """The quality maps of all candidates of a round, against the references in their masks."""
    task = _Task(store, models, store.projects.get(job.project_id), store.rounds.get(job.round_id))
    yield Progress("loading", 0, 0, "Opening the vision model")
    name = pairing.vision_model(store, job.round_id)
    judge = open_judge(store, models, task.project, name)
    candidates = store.candidates.of_round(job.round_id)
    judged = store.refinements.judged_candidates(job.round_id, name)
    missing = [candidate for candidate in candidates if candidate.id not in judged]
    references = _references_by_subject(task, judge)
    together = [entry for entries in references.values() for entry in entries]
    seen: list[Features] = []
    for first in range(0, len(missing), AT_ONCE):
        part = missing[first : first + AT_ONCE]
        known = judge.features([candidate.image for candidate in part])
        for candidate in part:
            generated = known[candidate.image]
            judge_candidate(judge, candidate, generated, together, task.project.kind == "object")
        seen += known.values()
        yield Progress("maps", len(judged) + first + len(part), len(candidates), "Judging patch by patch")
    if missing and not judged:
        refuse_absent_subjects(judge, references, dict.fromkeys(references, seen))


def _references_by_subject(task: _Task, judge: Judge) -> dict[str, list[Judged]]:
    """The project's references with their features: in their foregrounds for objects, whole for a style."""
    references = task.store.projects.references(task.project.id)
    known = judge.features([entry.image for entry in references])
    by_subject: dict[str, list[Judged]] = {}
    for subject in subjects(references):
        for entry in subject.references:
            mask = mask_of_reference(task.store, entry) if task.project.kind == "object" else None
            features = known[entry.image]
            by_subject.setdefault(subject.trigger_word, []).append(
                judge.reference(entry.image, mask, features)
            )
    return by_subject
