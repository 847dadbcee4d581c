"""Views of projects and rounds."""

from collections.abc import Collection
from dataclasses import replace

from gal_studio.assets import load_presets
from gal_studio.core.gal.balance import mean_entropy
from gal_studio.core.gal.reasons import ALL_BLANK
from gal_studio.core.gal.recipes import recipe_words
from gal_studio.core.intervals import wilson_interval
from gal_studio.core.records.candidate import PictureRef, ShownPicture, Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.core.records.round import Round, RoundSummary, Step
from gal_studio.core.records.views import view_of
from gal_studio.core.references import parse_prompts
from gal_studio.core.snapshot import ProjectSnapshot, RoundSnapshot
from gal_studio.core.types import Reference
from gal_studio.rounds.branches import set_aside
from gal_studio.rounds.closed import closed
from gal_studio.rounds.doubts import doubt
from gal_studio.rounds.fingerprints import is_trainable, repeated
from gal_studio.rounds.inputs import TrainingInputs, without_pairs
from gal_studio.rounds.kept_steps import usual_steps, why_none
from gal_studio.rounds.lineage import accepted_candidates, pool, round_weight, rounds_above
from gal_studio.rounds.marks import mark_effect
from gal_studio.rounds.planned import left, missing, rule_words
from gal_studio.rounds.suggestions import (
    Proposal,
    open_suggestions,
    shown_proposal,
    shown_shortlist,
    suggested_anchors,
)
from gal_studio.state import Store
from gal_studio.studio.create.looks import lost_details
from gal_studio.studio.views.forecast import next_seconds
from gal_studio.studio.views.history import decision_history
from gal_studio.studio.views.types import RoundView, ScoreView, StepsView
from gal_studio.studio.views.words.shortlist import shortlist_words


def model_title(base_model: str) -> str:
    """What a base model is called: the title of its preset, otherwise its name."""
    titles = {preset.base_model: preset.title for preset in load_presets()}
    return titles.get(base_model, base_model)


def project_view(project: ProjectSnapshot, references: tuple[Reference, ...]) -> ProjectView:
    """A project with its references and anchors."""
    own = project.project
    return view_of(
        ProjectView,
        own,
        model_title=model_title(own.base_model),
        references=references,
        prompts=parse_prompts(own.kind, references, own.described, own.trigger_word),
        anchors=project.anchors,
        archived=project.archived,
        commits=dict(project.commits),
        starts_from="" if project.start is None else project.start.source,
    )


def project_of(store: Store, project_id: str) -> ProjectView:
    """A project, loaded with its references."""
    return project_view(store.snapshots.outline(project_id), store.projects.references(project_id))


def next_step(here: RoundSnapshot, busy: Collection[str], made: Proposal) -> Step:
    """The next step in a round; `busy` are the rounds that are worked on, `made` what the page suggests."""
    if here.id in busy:
        return "wait"
    if here.round.adapter is None and here.variant.training is not None:
        return here.variant.training
    if not here.candidates or missing(here):
        return "generate"  # the request says what to do if no anchor is left
    if not here.decided.accepted and open_suggestions(here, made):
        return "accept"
    return "next_round" if here.decided.accepted or not made.made.ends else "done"


def _repeats(inputs: TrainingInputs) -> str:
    here = inputs.here
    if here.round.copy_of and not any(not one.round.archived for one in here.children):
        after = Round("", here.project.project.id, here.id, here.round.number + 1, None, here.round.created)
        inputs = replace(inputs, here=here.project.with_round(after, here.wanted_settings))
    found = repeated(inputs)
    return inputs.here.project.names[found.id] if found else ""


def round_summaries(store: Store, project_id: str) -> tuple[RoundSummary, ...]:
    """A summary of each round of a project that is not archived."""
    project, busy = store.snapshots.project(project_id), store.jobs.busy_rounds(project_id)
    aside, model = set_aside(project), project.project.base_model
    lost = lost_details(store.reconstructions.of_references(project_id, model))
    return tuple(
        _summary(here, project.names[here.id], busy, here.id in aside, lost) for here in project.shown
    )


def _summary(here: RoundSnapshot, name: str, busy: Collection[str], aside: bool, lost: str) -> RoundSummary:
    made, accepted = shown_proposal(here), here.decided.accepted
    step, suggested = next_step(here, busy, made), len(suggested_anchors(here, made))
    images = {tile.id: tile for tile in here.tiles if tile.image}
    cover = next((one for one in (*accepted, *images) if one in images), None)
    return view_of(
        RoundSummary,
        here.round,
        name=name,
        step=step,
        accepted=len(accepted),
        suggested=suggested,
        wanted=suggested or here.gal.top_k,
        candidates=len(here.candidates),
        copies=sum([candidate.overfit for candidate in here.candidates]),
        cover=PictureRef.of(images[cover]) if cover else None,
        empty=_is_empty(here, step),
        refines=here.variant.refines,
        made_by=here.variant.made_by,
        aside=aside,
        doubt=doubt(here) or (lost if here.candidates else ""),
    )


def _is_empty(here: RoundSnapshot, step: Step) -> bool:
    if here.round.copy_of:
        return not any(not one.round.archived for one in here.children)
    return here.variant.tunes and step == "fine_tune" and not (here.round.adapter or here.candidates)


def round_view(store: Store, round_id: str, policy: str | None = None) -> RoundView:
    """Everything that the Rounds screen shows of one round.

    With a `policy`, what that one suggests, in place of the one of the settings.
    """
    with store.database.snapshot():
        here = store.snapshots.round(round_id, policy)
        inputs = without_pairs(store, here)
        project = project_view(here.project, inputs.references)
        busy = store.jobs.busy_rounds(project.id)
        losses, timings = store.rounds.losses(round_id), store.rounds.timings(project.base_model)
    made, more = shown_proposal(here, policy), left(here)
    found, trainable = shown_shortlist(here, made), is_trainable(inputs)
    history = decision_history(here)
    return RoundView(
        round=here.round,
        project=project,
        settings=here.settings,
        step=next_step(here, busy, made),
        pool=pool(here),
        wanted=len(here.tiles) + more,
        coming=_coming(here),
        rule=rule_words(here),
        scores=score_views(made),
        candidates=_candidate_views(here, made),
        best_recipe=here.best_recipe,
        reference_positions=dict(here.record.places),
        mean_entropy=mean_entropy(here.scores),
        example_weight=round_weight(here),
        exhausted=made.made.exhausted and bool(here.candidates),
        sentence=_sentence(here, made, bool(more)),
        shortlist=shortlist_words(found, project.kind, max(0, here.gal.top_k - len(here.decided.accepted)))
        if found
        else None,
        mark_effect=mark_effect(store, here),
        trains_on=_trains_on(here),
        check=here.variant.why_no_training(here.round.number)
        or ("" if more or made.made.ends else made.pool.check.sentence),
        losses=losses,
        previews=here.record.previews,
        validations=here.record.validations,
        steps=_steps(here),
        accepted=len(here.decided.accepted),
        trainable=trainable,
        repeats=_repeats(inputs),
        closed=closed(here, trainable, complete=bool(here.tiles) and not more),
        next_seconds=next_seconds(here, timings),
        undo_words=next((step.words for step in reversed(history) if step.stands), ""),
        redo_words=next((step.words for step in history if not step.stands), ""),
        seconds=dict(here.record.seconds),
        unet_forwards=here.round.unet_forwards,
    )


def _trains_on(here: RoundSnapshot) -> tuple[ShownPicture, ...]:
    """The accepted images of Eq. G9."""
    chosen = (one for each in rounds_above(here) for one in accepted_candidates(each))
    return tuple(ShownPicture.of(one, prompt=here.project.prompts[one.anchor_id]) for one in chosen)


def _steps(here: RoundSnapshot) -> StepsView:
    kept = here.record.kept_steps
    return StepsView(
        kept=tuple(one.step for one in kept),
        usual=usual_steps(here),
        used=next((one.step for one in kept if one.adapter == here.round.adapter), None),
        why_none=why_none(here),
    )


def _coming(here: RoundSnapshot) -> dict[str, tuple[int, ...]]:
    """The indices of the candidates that are drawn next, by anchor."""
    found: dict[str, list[int]] = {}
    for anchor, index in missing(here):
        found.setdefault(anchor.id, []).append(index)
    return {anchor: tuple(sorted(indices)) for anchor, indices in found.items()}


def _sentence(here: RoundSnapshot, made: Proposal, unfinished: bool) -> str:
    if not here.candidates:
        return ""
    return made.made.sentence if here.scores or unfinished else ALL_BLANK


def _candidate_views(here: RoundSnapshot, made: Proposal) -> tuple[Tile, ...]:
    decided, suggested = here.decided, made.candidates
    return tuple(
        Tile(
            candidate=candidate,
            prompt=here.project.prompts[candidate.anchor_id],
            verdict=decided.verdicts.get(candidate.id, "undecided"),
            suggested=candidate.id in suggested,
            recipe=recipe_words(here.variant, here.settings, candidate.recipe),
            mask=decided.masks.get(candidate.id),
            weight=decided.weights.get(candidate.id),
        )
        for candidate in here.tiles
    )


def score_views(proposal: Proposal) -> tuple[ScoreView, ...]:
    """The scores in the order of the policy, which says why each test prompt is suggested or not."""
    policy, pool, made = proposal.policy, proposal.pool, proposal.made
    pictures = {candidate.id: candidate for candidate in pool.candidates}
    suggested = {chosen.anchor_id: chosen for chosen in made.suggestions}
    reasons, views = policy.reasons(pool), []
    for rank, score in enumerate(policy.ranked(pool), start=1):
        chosen = suggested.get(score.anchor.id)
        is_top = rank <= pool.top_k and bool(made.suggestions)
        absence = policy.explain_absence(pool, score) if is_top and not chosen else ""
        picture = pictures[chosen.candidate_id] if chosen else None
        views.append(
            ScoreView(
                anchor=score.anchor,
                score=score,
                interval=wilson_interval(score.overfit_rate * score.candidates, score.candidates),
                rank=rank,
                suggested_candidate_id=chosen.candidate_id if chosen else None,
                reason=chosen.reason if chosen else f"{reasons[score.anchor.id]}{absence}",
                why=policy.why(pool, score, picture) if picture else "",
                left_out=policy.left_out(pool, score, picture) if picture else 0,
            )
        )
    return tuple(views)
