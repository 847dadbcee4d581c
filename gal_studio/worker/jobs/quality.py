"""The job `quality`: make the heat maps of a round's candidates (Eq. P4 to P6)."""

from collections.abc import Generator

from gal_studio.core.types import Job
from gal_studio.rounds.patch_maps import judged_candidates, mask_of_reference, vision_model
from gal_studio.state import Store
from gal_studio.worker.models import Models
from gal_studio.worker.patches.foregrounds import find_in_references
from gal_studio.worker.patches.maps import score_candidate
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import (
    BATCH_SIZE,
    PatchScorer,
    look_for_subjects,
    only,
    references_by_subject,
)
from gal_studio.worker.task import Progress, Task, does, open_task


@does("quality")
def judge_round(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Make the quality maps of all candidates of a round, judged by the masked references."""
    task = open_task(store, models, job)
    yield Progress("loading", 0, 0, "Loading the vision model")
    yield from find_subjects(task)
    scorer = open_scorer(store, models, task.project, vision_model(task.settings))
    while not (yield from _score_missing(task, scorer)):
        pass  # a mask was painted meanwhile: what was judged by the one before is gone


def _score_missing(task: Task, scorer: PatchScorer) -> Generator[Progress, None, bool]:
    """Judge what has no map yet; ends early, with False, when a reference's mask is changed meanwhile."""
    store, round_id = task.store, task.round.id
    masks = _masks(task)
    candidates = store.candidates.of_round(round_id)
    judged = judged_candidates(store, round_id, task.settings, task.prompts)
    missing = [candidate for candidate in candidates if candidate.id not in judged]
    if not missing:
        return True
    references = references_by_subject(scorer, task.prompts, store.projects.references(task.project.id))
    prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(task.project.id)}
    named = {candidate.id: task.prompts.named_in(prompts[candidate.anchor_id]) for candidate in candidates}
    pictures = {
        word: [candidate.image for candidate in candidates if word in named[candidate.id]]
        for word in references
    }
    for _ in look_for_subjects(scorer, references, pictures):
        yield Progress("maps", len(judged), len(candidates), "Looking for the subjects")
    is_subject = task.project.taught.is_subject
    for first in range(0, len(missing), BATCH_SIZE):
        part = missing[first : first + BATCH_SIZE]
        known = scorer.features([candidate.image for candidate in part])
        for candidate in part:
            own = only(references, named[candidate.id])
            with store.database.transaction():
                if _masks(task) != masks:
                    return False
                score_candidate(scorer, candidate, known[candidate.image], own, is_subject)
        yield Progress("maps", len(judged) + first + len(part), len(candidates), "Making heat maps")
    return True


def _masks(task: Task) -> list[str | None]:
    references = task.store.projects.references(task.project.id)
    found = task.store.refinements.foregrounds([reference.image for reference in references])
    return [mask_of_reference(reference, found.get(reference.image)) for reference in references]


def find_subjects(task: Task) -> Generator[Progress, None, None]:
    """Find the foregrounds of the references that have none yet."""
    references = task.store.projects.references(task.project.id)
    known = task.store.refinements.foregrounds([reference.image for reference in references])
    unmasked = [each for each in references if each.mask is None and each.image not in known]
    wanted = unmasked if task.project.taught.is_subject else []
    name = vision_model(task.settings)
    found = find_in_references(
        task.store,
        lambda: open_scorer(task.store, task.models, task.project, name),
        references,
        wanted,
    )
    for done, _ in enumerate(found):
        yield Progress("foregrounds", done, len(wanted), "Finding the subject in the references")
