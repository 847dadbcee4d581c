"""Pictures of free prompts: what may be asked for, and how one becomes a candidate of its round.

Such a candidate can be decided like any other, and counts in later trainings if it is accepted. No statistic
counts it (Eq. G3 to G8), and no suggestion names it: a person chose its prompt, seed and guidance, so that it
says nothing about what the model draws by itself.
"""

from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.round import Round
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.variants.registry import refuse_untrained
from gal_studio.features.trials.record import Trial, trials_of
from gal_studio.state.hooks import Drawn
from gal_studio.state.store import Store

LONGEST_PROMPT = 300  # characters, as of a test prompt
LARGEST_GUIDANCE = 30.0
MOST_WAITING = 50


def check(store: Store, new: Drawn) -> Round:
    """Refuse what cannot be drawn."""
    round_ = store.rounds.get(new.round_id)
    if new.step is None:
        refuse_untrained(round_)
    if not new.prompt.strip():
        raise StudioError("The prompt is empty: write what the image should show.")
    checks.text("The prompt", new.prompt, LONGEST_PROMPT)
    checks.text("The negative prompt", new.negative, LONGEST_PROMPT)
    checks.seed("The seed", new.seed)
    checks.real("The guidance", new.guidance_scale, 0.0, LARGEST_GUIDANCE)
    checks.of_type("The strength schedule", new.recipe, Recipe)
    references = round_.settings.references
    if round_.variant.with_references and references.is_native and new.recipe != AS_TRAINED:
        raise StudioError(
            "A model that reads references itself has no strength for them: leave both strengths at 1."
        )
    if len(trials_of(store).waiting(new.round_id)) >= MOST_WAITING:
        raise StudioError(f"{MOST_WAITING} images are waiting to be generated: wait for some of them.")
    return round_


def judged(here: RoundSnapshot, trial: Trial, copy_shift: float) -> Candidate:
    """A drawn trial as the images of its round are judged; `copy_shift` is that of the project's marks."""
    scores = dict(trial.scores)
    return Candidate(
        id="",
        anchor_id="",
        index=0,
        seed=trial.seed,
        image=trial.image,
        similarity_anchor=scores.pop("similarity_anchor"),
        similarity_reference=scores.pop("similarity_reference"),
        remark=trial.remark,
        more_scores=scores,
        copy_detectors=here.copy_detectors,
        own=True,
        recipe=trial.recipe,
        copy_shift=copy_shift,
        full=here.full,
    )


def use_as_candidate(store: Store, trial_id: str) -> str:
    """Make a candidate of its round from a trial; returns the candidate's ID. The same trial twice is one."""
    with store.database.transaction():
        trial = trials_of(store).get(trial_id)
        if trial.candidate_id is not None:
            return trial.candidate_id
        round_ = store.rounds.get(trial.round_id)
        _refuse_unfit(store, trial, round_)
        anchor_id = _anchor_of(store, round_.project_id, _named(store, round_.project_id, trial.prompt))
        number = store.candidates.next_own(round_.id, anchor_id)
        scores = dict(trial.scores)
        new = Candidate(
            id="",
            anchor_id=anchor_id,
            index=number,
            seed=trial.seed,
            image=trial.image,
            similarity_anchor=scores.pop("similarity_anchor"),
            similarity_reference=scores.pop("similarity_reference"),
            feature=trial.feature.astype(float),
            remark=trial.remark,
            more_scores=scores,
            recipe=trial.recipe,
            own=True,
        )
        (made,) = store.candidates.save(round_.id, [new])
        trials_of(store).used(trial.id, made)
    return made


def _refuse_unfit(store: Store, trial: Trial, round_: Round) -> None:
    if not trial.image:
        raise StudioError("This image is not generated yet: wait for it.")
    if not store.images.path(trial.image).is_file():
        raise StudioError("The file of this image is lost: generate it again.")
    if not store.candidates.count(round_.id):
        raise StudioError(
            f"Round {round_.number} has no images yet: press Generate first, then use this one beside them."
        )
    if trial.step is not None and trial.lora != round_.adapter:
        raise StudioError(
            f"The LoRA of step {trial.step} generated this image, but round {round_.number} has another one: "
            "use this step for the round first."
        )
    if trial.trained_as != (store.rounds.get(round_.id).trained_as or ""):
        raise StudioError(
            f"Round {round_.number} was trained again after this image was generated: generate it again."
        )


def _named(store: Store, project_id: str, prompt: str) -> str:
    """The prompt as a test prompt; refused without the subject, since the picture could not teach it."""
    prompts = store.projects.prompts(project_id)
    try:
        (named,) = prompts.expand((prompt,))
    except StudioError as error:
        words = ", ".join(prompts.trigger_words) or prompts.name
        raise StudioError(
            f"The prompt does not name what the project trains ({words}), so it cannot be trained on: "
            "generate it again with these words."
        ) from error
    return named


def _anchor_of(store: Store, project_id: str, prompt: str) -> str:
    """The test prompt with these words; a new one is switched off, so that no round draws it."""
    for anchor in store.projects.anchors(project_id):
        if anchor.prompt == prompt:
            return anchor.id
    store.projects.add_anchors(project_id, (prompt,))
    made = next(anchor for anchor in store.projects.anchors(project_id) if anchor.prompt == prompt)
    store.projects.enable_anchor(made.id, False)
    return made.id
