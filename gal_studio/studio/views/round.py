"""Views of projects and rounds."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from gal_studio.assets import load_presets
from gal_studio.core.gal.balance import mean_entropy
from gal_studio.core.gal.ladder import LADDER
from gal_studio.core.gal.reasons import ALL_BLANK, short_names
from gal_studio.core.gal.recipes import on_ladder, recipe_words
from gal_studio.core.gal.scores.registry import known_scores
from gal_studio.core.palette import prompt_colour
from gal_studio.core.records.candidate import CandidateView, PictureRef, ShownPicture, Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.core.records.round import Round, RoundSummary, Step
from gal_studio.core.records.views import view_of
from gal_studio.core.references import parse_prompts
from gal_studio.core.snapshot import ProjectSnapshot, RoundSnapshot
from gal_studio.core.types import Anchor, MapPlace, Reference
from gal_studio.core.variants.variant import Action
from gal_studio.rounds.branches import set_aside
from gal_studio.rounds.closed import closed
from gal_studio.rounds.doubts import doubt
from gal_studio.rounds.fingerprints import is_trainable, repeated
from gal_studio.rounds.inputs import TrainingInputs, without_pairs
from gal_studio.rounds.kept_steps import usual_steps, why_none
from gal_studio.rounds.lineage import accepted_candidates, pool, round_weight, rounds_above
from gal_studio.rounds.marks import mark_effect
from gal_studio.rounds.planned import left, missing, most_pictures, rule_words
from gal_studio.rounds.suggestions import (
    Proposal,
    accepted_in_base,
    open_suggestions,
    shown_proposal,
    shown_shortlist,
    suggested_anchors,
)
from gal_studio.state import Store
from gal_studio.state.hooks import actions_of, guided
from gal_studio.studio.create.looks import lost_details
from gal_studio.studio.views.forecast import next_seconds
from gal_studio.studio.views.history import decision_history
from gal_studio.studio.views.scores import score_views
from gal_studio.studio.views.types import (
    AnchorView,
    FullRound,
    PreviewView,
    Rung,
    ShownRecipe,
    StepsView,
)
from gal_studio.studio.views.words.copies import why_weaker
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
        judges=project.judges,
    )


def project_of(store: Store, project_id: str) -> ProjectView:
    """A project, loaded with its references."""
    return project_view(store.snapshots.outline(project_id), store.projects.references(project_id))


OF_JUDGING: tuple[Action, ...] = ("generate", "next_round", "done")
"""What the page offers where LoRAs are judged, and nothing is trained or accepted."""


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


LADDER_VIEW = tuple(Rung(each.words, round(each.mean, 3)) for each in LADDER)


def round_view(store: Store, round_id: str, policy: str | None = None) -> FullRound:
    """Everything that the Rounds screen shows of one round.

    With a `policy`, what that one suggests, in place of the one of the settings.
    """
    with store.database.snapshot():
        here = store.snapshots.round(round_id, policy)
        inputs = without_pairs(store, here)
        project = project_view(here.project, inputs.references)
        busy = store.jobs.busy_rounds(project.id)
        losses, timings = store.rounds.losses(round_id), store.rounds.timings(project.base_model)
        own_step, own_closed = guided(store, here)
    made, more = shown_proposal(here, policy), left(here)
    found, trainable = shown_shortlist(here, made), is_trainable(inputs)
    history, variant, prompts = decision_history(here), here.variant, pool(here)
    complete, sentence = bool(here.tiles) and not more, _sentence(here, made, bool(more))
    scores, tiles = score_views(made, project), _candidate_views(here, made)
    return FullRound(
        round=here.round,
        project=project,
        settings=here.settings,
        id=here.id,
        number=here.round.number,
        tunes=variant.tunes,
        refines=variant.refines,
        with_references=variant.with_references,
        actions=OF_JUDGING if here.project.judges else actions_of(variant),
        trained=here.round.can_generate,
        source=here.round.source,
        step=next_step(here, busy, made),
        own_step=own_step,
        pool=anchor_views(prompts),
        each=here.settings.generation.candidates,
        most=most_pictures(here.settings, len(prompts)),
        ladder=LADDER_VIEW if variant.varies_strength and on_ladder(here.settings) else (),
        wanted=len(here.tiles) + more,
        complete=complete,
        coming=_coming(here),
        rule=rule_words(here),
        scores=scores,
        candidates=tiles,
        best_recipe=here.best_recipe,
        recipe=view_of(ShownRecipe, here.best_recipe),
        reference_positions=here.record.places,
        mean_entropy=mean_entropy(here.scores),
        example_weight=round_weight(here),
        sentence=sentence,
        summary=f"{sentence} {why_weaker(project, scores, tiles)}".strip(),
        shortlist=shortlist_words(found, project.kind, max(0, here.gal.top_k - len(here.decided.accepted)))
        if found
        else None,
        mark_effect=mark_effect(store, here),
        trains_on=_trains_on(here),
        copy_detectors=here.copy_detectors,
        check=variant.why_no_training(here.round.number)
        or ("" if more or made.made.ends else made.pool.check.sentence),
        losses=losses,
        previews=tuple(view_of(PreviewView, one) for one in here.record.previews),
        validations=here.record.validations,
        steps=_steps(here),
        accepted=len(here.decided.accepted),
        accepted_before=tuple(sorted(accepted_in_base(here))),
        trainable=trainable,
        repeats=_repeats(inputs),
        closed=closed(here, made, trainable, complete) | own_closed,
        next_seconds=next_seconds(here, timings),
        undo=next((step.words for step in reversed(history) if step.stands), ""),
        redo=next((step.words for step in history if not step.stands), ""),
        seconds=here.record.seconds,
    )


def anchor_views(anchors: Sequence[Anchor]) -> tuple[AnchorView, ...]:
    """Anchors with the words that tell them apart (`head`) and the words that all share (`tail`)."""
    return tuple(
        view_of(AnchorView, one, head=head, tail=_rest(one.prompt, head), colour=prompt_colour(one.order))
        for one, head in zip(anchors, short_names(anchors).values(), strict=True)
    )


def _rest(prompt: str, name: str) -> str:
    if prompt.lower().startswith(name.lower()):  # a name has a capital
        return prompt[len(name) :].strip()
    return prompt.removesuffix(name).strip() if prompt.endswith(name) else ""


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


def candidate_view(tile: Tile, head: str) -> CandidateView:
    """A candidate as the page gets it, with the `head` of its prompt."""
    scores = known_scores(tile.candidate)
    return CandidateView.of(tile.candidate, prompt=tile.prompt, head=head, recipe=tile.recipe, scores=scores)


def positions(view: FullRound) -> dict[str, MapPlace]:
    """The places of candidates and references on the map."""
    placed = [shown.candidate for shown in view.candidates]
    places = {c.id: (round(c.x, 3), round(c.y, 3)) for c in placed if c.x is not None and c.y is not None}
    if places:
        places |= {name: (round(x, 3), round(y, 3)) for name, (x, y) in view.reference_positions.items()}
    return places
