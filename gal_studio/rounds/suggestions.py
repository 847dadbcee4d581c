"""What is suggested in a round after the person's decisions, and the log of these choices."""

from collections.abc import Mapping, Sequence

from gal_studio.core.gal.learned import suggest_learned
from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.replacements import Decided, replace_left_out
from gal_studio.core.gal.scores.registry import known_scores
from gal_studio.core.gal.selection import SuggestionSet, rank_anchors
from gal_studio.core.gal.uncertainty import group_by_anchor, score_pool
from gal_studio.core.seeds import generator
from gal_studio.core.types import AnchorScore, Author, Candidate, Verdict
from gal_studio.rounds.learning import learned_preference
from gal_studio.rounds.lineage import accepted_candidates, missing, round_scores
from gal_studio.state.store import Store
from gal_studio.state.tables.overrides import NewChoice

Scores = Mapping[str, Mapping[str, float]]


def policy_proposal(store: Store, round_id: str, policy: str | None = None) -> SuggestionSet:
    """What a policy suggests among the candidates drawn so far; by default the policy of the settings, in the
    order learned from the person's choices if that is switched on.
    """
    round_ = store.rounds.get(round_id)
    settings = store.rounds.settings(round_id).gal
    candidates = store.candidates.of_round(round_id)
    name = policy or settings.policy
    scores = score_pool(store.projects.anchors(round_.project_id), candidates)
    if settings.learn_from_choices and policy is None and name == "uncertainty":
        preference = learned_preference(store, round_id)
        if preference is not None:
            return suggest_learned(preference, candidates, scores, settings.top_k)
    return find_policy(name)(
        candidates,
        scores,
        generator(store.projects.get(round_.project_id).seed, "policy", name, round_.number),
        settings.top_k,
    )


def proposal(store: Store, round_id: str, policy: str | None = None) -> SuggestionSet:
    """What a policy suggests, with the next best in place of pictures that were rejected."""
    made = policy_proposal(store, round_id, policy)
    rejected = store.decisions.of_round(round_id).rejected
    if rejected.isdisjoint(suggestion.candidate_id for suggestion in made.suggestions):
        return made
    groups = group_by_anchor(store.candidates.of_round(round_id))
    answered = answered_anchors(store, round_id)
    return replace_left_out(made, round_scores(store, round_id), groups, Decided(rejected, answered))


def shown_proposal(store: Store, round_id: str) -> SuggestionSet:
    """What the page suggests: nothing before all pictures of the round are drawn."""
    drawn, left = len(store.candidates.drawn(round_id)), len(missing(store, round_id))
    if drawn and left:
        sentence = f"{drawn} of {drawn + left} pictures are drawn: suggestions are made when all are."
        return SuggestionSet((), False, sentence)
    return proposal(store, round_id)


def answered_anchors(store: Store, round_id: str) -> frozenset[str]:
    """The anchors with an accepted picture in this round, or in the round that it refines."""
    here = accepted_candidates(store, round_id)
    return frozenset(chosen.anchor_id for chosen in here) | accepted_in_base(store, round_id)


def accepted_in_base(store: Store, round_id: str) -> frozenset[str]:
    """The anchors with an accepted picture in the round that this one refines."""
    round_ = store.rounds.get(round_id)
    if round_.kind != "refine" or round_.parent_id is None:
        return frozenset()
    return frozenset(chosen.anchor_id for chosen in accepted_candidates(store, round_.parent_id))


def open_suggestions(store: Store, round_id: str, made: SuggestionSet | None = None) -> tuple[str, ...]:
    """The suggested candidates without a verdict, of anchors without an accepted picture.

    `made` is what the page suggests, if it is known already.
    """
    verdicts, answered = store.decisions.of_round(round_id).verdicts, answered_anchors(store, round_id)
    return tuple(
        suggestion.candidate_id
        for suggestion in (made or shown_proposal(store, round_id)).suggestions
        if suggestion.candidate_id not in verdicts and suggestion.anchor_id not in answered
    )


def suggested_anchors(store: Store, round_id: str, made: SuggestionSet) -> frozenset[str]:
    """The anchors for which the page suggests a picture, decided or not, of what it suggests."""
    suggested = {suggestion.anchor_id for suggestion in made.suggestions}
    return frozenset(suggested) - accepted_in_base(store, round_id)


def record_verdicts(
    store: Store,
    round_id: str,
    batch: Sequence[tuple[str, Verdict]],
    author: Author,
    masks: Mapping[str, str] | None = None,
) -> None:
    """Record verdicts as one step, and beside them what was suggested then, unless a policy decides."""
    with store.database.transaction():
        if author == "policy":
            store.decisions.record(round_id, batch, author, masks)
            return
        before = store.decisions.of_round(round_id).verdicts
        fresh = [(name, verdict) for name, verdict in batch if before.get(name) != verdict]
        choices = _choices(store, round_id, fresh)
        step = store.decisions.record(round_id, batch, author, masks)
        if step is not None and choices:
            store.overrides.add(step, choices)


def _choices(store: Store, round_id: str, batch: Sequence[tuple[str, Verdict]]) -> list[NewChoice]:
    """Each accepted picture and each suggested one that is rejected; suggested ones first."""
    if all(verdict == "undecided" for _, verdict in batch) or missing(store, round_id):
        return []  # nothing is suggested before all pictures are drawn
    made, refined = shown_proposal(store, round_id), accepted_in_base(store, round_id)
    suggested = {one.anchor_id: one.candidate_id for one in made.suggestions if one.anchor_id not in refined}
    candidates = {candidate.id: candidate for candidate in store.candidates.with_own(round_id)}
    ranked = rank_anchors(round_scores(store, round_id))
    asked = {score.anchor.id for score in ranked}  # an own prompt answers no suggestion
    answered = set(answered_anchors(store, round_id))
    choices = []
    for name, verdict in sorted(batch, key=lambda decided: decided[0] not in suggested.values()):
        anchor = candidates[name].anchor_id
        if candidates[name].own and anchor not in asked:
            continue
        offered = suggested.get(anchor)
        if verdict == "accepted" or (verdict == "rejected" and name == offered):
            scores = _scores_now(store, ranked, candidates[name], candidates.get(offered or ""))
            choices.append(
                NewChoice(
                    anchor_id=anchor,
                    suggested_id=offered,
                    chosen_id=name,
                    verdict=verdict,
                    first=anchor not in answered,
                    scores=scores,
                )
            )
        if verdict == "accepted":
            answered.add(anchor)
    return choices


def _scores_now(
    store: Store, ranked: Sequence[AnchorScore], chosen: Candidate, suggested: Candidate | None
) -> Scores:
    """The scores of a test prompt, of its suggested picture and of the chosen one."""
    rank, score = next(
        ((place, score) for place, score in enumerate(ranked, 1) if score.anchor.id == chosen.anchor_id),
        (0, None),
    )
    prompt = {} if score is None else {
        "rank": rank, "pictures": score.candidates, "copies": score.overfit, "entropy": score.entropy,
    }  # fmt: skip
    return {
        "prompt": prompt,
        "suggested": {} if suggested is None else _scores_of(store, suggested),
        "chosen": _scores_of(store, chosen),
    }


def _scores_of(store: Store, candidate: Candidate) -> dict[str, float]:
    scores = {**known_scores(candidate), "margin": candidate.margin, "copy": float(candidate.overfit)}
    maps = store.refinements.maps(candidate.id, "quality").values()
    if maps:  # the best subject of those that were judged
        scores["patch_quality"] = max(float(stored.values.mean()) for stored in maps)
    return scores
