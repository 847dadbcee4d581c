"""Views of projects and rounds."""

from gal_studio.assets import load_presets
from gal_studio.core.gal.balance import example_weight, mean_entropy
from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.reasons import ALL_BLANK
from gal_studio.core.gal.selection import SuggestionSet, explain_all, rank_anchors
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.intervals import wilson_interval
from gal_studio.core.naming import round_names
from gal_studio.core.seeds import generator
from gal_studio.core.types import AnchorScore, Candidate, Round
from gal_studio.rounds.lineage import accepted_candidates, missing, pool
from gal_studio.rounds.pairs import judged_candidates
from gal_studio.state import Store
from gal_studio.studio.views.types import CandidateView, ProjectView, RoundSummary, RoundView, ScoreView, Step


def project_view(store: Store, project_id: str) -> ProjectView:
    """A project with its references and anchors."""
    project = store.projects.get(project_id)
    titles = {preset.base_model: preset.title for preset in load_presets()}
    return ProjectView(
        **vars(project),
        model_title=titles.get(project.base_model, project.base_model),
        references=store.projects.references(project_id),
        prompts=store.projects.prompts(project_id),
        anchors=store.projects.anchors(project_id),
        archived=project_id in store.projects.archived(),
    )


def proposal(store: Store, round_id: str, policy: str | None = None) -> SuggestionSet:
    """What a policy suggests among the candidates drawn so far; by default the policy of the settings."""
    round_ = store.rounds.get(round_id)
    project = store.projects.get(round_.project_id)
    settings = store.rounds.settings(round_id).gal
    candidates = store.candidates.of_round(round_id)
    name = policy or settings.policy
    return find_policy(name)(
        candidates,
        score_pool(store.projects.anchors(project.id), candidates),
        generator(project.seed, "policy", name, round_.number),
        settings.top_k,
    )


def open_suggestions(store: Store, round_id: str) -> tuple[str, ...]:
    """The suggested candidates without a verdict, of anchors without an accepted picture."""
    verdicts = store.decisions.verdicts(round_id)
    anchor_of = {candidate.id: candidate.anchor_id for candidate in store.candidates.of_round(round_id)}
    decided = {anchor_of[candidate_id] for candidate_id, verdict in verdicts.items() if verdict == "accepted"}
    decided |= _accepted_in_base(store, round_id)
    return tuple(
        made.candidate_id
        for made in proposal(store, round_id).suggestions
        if made.candidate_id not in verdicts and made.anchor_id not in decided
    )


def _accepted_in_base(store: Store, round_id: str) -> set[str]:
    """The anchors with an accepted picture in the round that this one refines."""
    round_ = store.rounds.get(round_id)
    if round_.kind != "refine" or round_.parent_id is None:
        return set()
    return {chosen.anchor_id for chosen in accepted_candidates(store, round_.parent_id)}


def next_step(store: Store, round_id: str) -> Step:
    """The next step in a round."""
    round_ = store.rounds.get(round_id)
    if store.jobs.active(round_id):
        return "wait"
    if round_.adapter is None:
        return round_.kind
    if not store.candidates.count(round_id) or missing(store, round_id):
        return "generate"  # the request says what to do if no anchor is left
    if store.decisions.accepted(round_id) or not open_suggestions(store, round_id):
        return "next_round"
    return "accept"


def round_summaries(store: Store, project_id: str) -> tuple[RoundSummary, ...]:
    """A summary of each round of a project."""
    summaries = []
    rounds = store.rounds.of_project(project_id)
    names = round_names(rounds)
    for round_ in rounds:
        accepted = store.decisions.accepted(round_.id)
        shown = (name for name in accepted if store.candidates.get(name).image)
        cover = next(shown, None) or store.candidates.first(round_.id)
        summaries.append(
            RoundSummary(
                **vars(round_),
                name=names[round_.id],
                step=next_step(store, round_.id),
                accepted=len(accepted),
                candidates=store.candidates.count(round_.id),
                cover_candidate_id=cover,
            )
        )
    return tuple(summaries)


def round_view(store: Store, round_id: str) -> RoundView:
    """Everything that the Rounds screen shows of one round."""
    round_ = store.rounds.get(round_id)
    settings = store.rounds.settings(round_id)
    project = project_view(store, round_.project_id)
    candidates = store.candidates.of_round(round_id)
    scores = score_pool(project.anchors, candidates)
    made = proposal(store, round_id)
    prompts = {anchor.id: anchor.prompt for anchor in project.anchors}
    entropy = mean_entropy(scores)
    undo, redo = store.decisions.can_undo(round_id)
    return RoundView(
        round=round_,
        project=project,
        settings=settings,
        step=next_step(store, round_id),
        pool=pool(store, round_id),
        wanted=len(candidates) + len(missing(store, round_id)),
        scores=_score_views(scores, made, settings.gal.top_k),
        candidates=_candidate_views(store, round_, candidates, made, prompts),
        reference_positions=store.rounds.reference_places(round_id),
        openness=entropy,
        example_weight=example_weight(settings.gal.balance, settings.gal.balance_lambda, entropy),
        exhausted=made.exhausted and bool(candidates),
        sentence=_sentence(made, scores, candidates),
        losses=store.rounds.losses(round_id),
        previews=store.rounds.previews(round_id),
        accepted=len(store.decisions.accepted(round_id)),
        can_undo=undo,
        can_redo=redo,
        seconds=store.rounds.seconds(round_id),
        unet_forwards=store.rounds.unet_forwards(round_id),
    )


def _sentence(made: SuggestionSet, scores: tuple[AnchorScore, ...], candidates: tuple[Candidate, ...]) -> str:
    if not candidates:
        return ""
    return made.sentence if scores else ALL_BLANK


def _score_views(scores: tuple[AnchorScore, ...], made: SuggestionSet, top_k: int) -> tuple[ScoreView, ...]:
    ranked = rank_anchors(scores)
    reasons = explain_all(ranked, top_k)
    suggested = {chosen.anchor_id: chosen.candidate_id for chosen in made.suggestions}
    return tuple(
        ScoreView(
            anchor=score.anchor,
            score=score,
            interval=wilson_interval(score.overfit, score.candidates),
            rank=rank,
            suggested_candidate_id=suggested.get(score.anchor.id),
            reason=reasons[score.anchor.id],
        )
        for rank, score in enumerate(ranked, start=1)
    )


def _candidate_views(
    store: Store,
    round_: Round,
    candidates: tuple[Candidate, ...],
    made: SuggestionSet,
    prompts: dict[str, str],
) -> tuple[CandidateView, ...]:
    verdicts, masks = store.decisions.verdicts(round_.id), store.decisions.masks(round_.id)
    judged = judged_candidates(store, round_.id)
    suggested = {suggestion.candidate_id for suggestion in made.suggestions}
    return tuple(
        CandidateView(
            candidate=candidate,
            prompt=prompts[candidate.anchor_id],
            verdict=verdicts.get(candidate.id, "undecided"),
            suggested=candidate.id in suggested,
            mask=masks.get(candidate.id),
            has_map=candidate.id in judged,
        )
        for candidate in candidates
    )
