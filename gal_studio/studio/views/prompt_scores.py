"""The scores of a round's test prompts, each with the reason why it is suggested or not."""

from gal_studio.core.gal.disagreement import disagreement
from gal_studio.core.intervals import wilson_interval
from gal_studio.rounds.suggestions import Proposal
from gal_studio.studio.views.types import ScoreView


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
                disagreement=disagreement(pool.groups.get(score.anchor.id, ())),
                left_out=policy.left_out(pool, score, picture) if picture else 0,
            )
        )
    return tuple(views)
