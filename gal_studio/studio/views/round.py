"""Views of projects and rounds."""

from gal_studio.assets import load_presets
from gal_studio.core.gal.balance import example_weight, mean_entropy
from gal_studio.core.gal.reasons import ALL_BLANK
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.gal.uncertainty import group_by_anchor, score_pool
from gal_studio.core.naming import round_names
from gal_studio.core.types import AnchorScore, Candidate, Round
from gal_studio.rounds.lineage import missing, pool
from gal_studio.rounds.pairs import judged_candidates
from gal_studio.rounds.suggestions import open_suggestions, shown_proposal, suggested_anchors
from gal_studio.state import Store
from gal_studio.studio.requests.rounds import is_trainable
from gal_studio.studio.views.forecast import ahead
from gal_studio.studio.views.history import decision_history
from gal_studio.studio.views.prompt_scores import score_views
from gal_studio.studio.views.types import CandidateView, ProjectView, RoundSummary, RoundView, Step


def project_view(store: Store, project_id: str) -> ProjectView:
    """A project with its references and anchors."""
    project = store.projects.get(project_id)
    start = store.starts.of_project(project_id)
    titles = {preset.base_model: preset.title for preset in load_presets()}
    return ProjectView(
        **vars(project),
        model_title=titles.get(project.base_model, project.base_model),
        references=store.projects.references(project_id),
        prompts=store.projects.prompts(project_id),
        anchors=store.projects.anchors(project_id),
        archived=project_id in store.projects.archived(),
        commits=dict(store.projects.revisions(project_id)),
        starts_from="" if start is None else start.source,
    )


def next_step(store: Store, round_id: str, made: SuggestionSet | None = None) -> Step:
    """The next step in a round; `made` is what the page suggests, if it is known already."""
    round_ = store.rounds.get(round_id)
    if store.jobs.active(round_id):
        return "wait"
    if round_.adapter is None:
        return round_.kind
    if not store.candidates.count(round_id) or missing(store, round_id):
        return "generate"  # the request says what to do if no anchor is left
    if store.decisions.of_round(round_id).accepted or not open_suggestions(store, round_id, made):
        return "next_round"
    return "accept"


def round_summaries(store: Store, project_id: str) -> tuple[RoundSummary, ...]:
    """A summary of each round of a project that is not archived."""
    summaries = []
    names = round_names(store.rounds.of_project(project_id))
    for round_ in store.rounds.shown(project_id):
        accepted = store.decisions.of_round(round_.id).accepted
        shown = (name for name in accepted if store.candidates.get(name).image)
        cover = next(shown, None) or store.candidates.first(round_.id)
        made = shown_proposal(store, round_.id)
        summaries.append(
            RoundSummary(
                **vars(round_),
                name=names[round_.id],
                step=next_step(store, round_.id, made),
                accepted=len(accepted),
                suggested=len(suggested_anchors(store, round_.id, made)),
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
    tiles = store.candidates.with_own(round_id)
    candidates = tuple(candidate for candidate in tiles if not candidate.own)
    scores = score_pool(project.anchors, candidates)
    made = shown_proposal(store, round_id)
    prompts = {anchor.id: anchor.prompt for anchor in project.anchors}
    entropy = mean_entropy(scores)
    verdicts = store.decisions.of_round(round_id).verdicts
    rejected = {name for name, verdict in verdicts.items() if verdict == "rejected"}
    history = decision_history(store, round_id)
    return RoundView(
        round=round_,
        project=project,
        settings=settings,
        step=next_step(store, round_id, made),
        pool=pool(store, round_id),
        wanted=len(tiles) + len(missing(store, round_id)),
        scores=score_views(scores, made, settings.gal.top_k, group_by_anchor(candidates), rejected),
        candidates=_candidate_views(store, round_, tiles, made, prompts),
        reference_positions=store.rounds.reference_places(round_id),
        openness=entropy,
        example_weight=example_weight(settings.gal.balance, settings.gal.balance_lambda, entropy),
        exhausted=made.exhausted and bool(candidates),
        sentence=_sentence(made, scores, candidates, bool(missing(store, round_id))),
        losses=store.rounds.losses(round_id),
        previews=store.rounds.previews(round_id),
        accepted=len(store.decisions.of_round(round_id).accepted),
        trainable=is_trainable(store, round_),
        ahead=ahead(store, round_id),
        undo_words=next((step.words for step in reversed(history) if step.stands), ""),
        redo_words=next((step.words for step in history if not step.stands), ""),
        seconds=store.rounds.seconds(round_id),
        unet_forwards=store.rounds.unet_forwards(round_id),
    )


def _sentence(
    made: SuggestionSet, scores: tuple[AnchorScore, ...], candidates: tuple[Candidate, ...], unfinished: bool
) -> str:
    if not candidates:
        return ""
    return made.sentence if scores or unfinished else ALL_BLANK


def _candidate_views(
    store: Store,
    round_: Round,
    candidates: tuple[Candidate, ...],
    made: SuggestionSet,
    prompts: dict[str, str],
) -> tuple[CandidateView, ...]:
    verdicts, masks = store.decisions.of_round(round_.id).verdicts, store.decisions.of_round(round_.id).masks
    weights = store.decisions.of_round(round_.id).weights
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
            weight=weights.get(candidate.id),
        )
        for candidate in candidates
    )
