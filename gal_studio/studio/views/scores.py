"""The scores of a round's test prompts: in the order of the policy, and with its reasons."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gal_studio.core.gal.reasons import short_names
from gal_studio.core.intervals import wilson_interval
from gal_studio.core.records.project import ProjectView
from gal_studio.rounds.suggestions import Proposal
from gal_studio.studio.views.types import FullRound, ScoreView
from gal_studio.studio.views.words.copies import briefly, plainly, repeated_thing


def score_views(proposal: Proposal, project: ProjectView) -> tuple[ScoreView, ...]:
    """The scores in the order of the policy, which says why each test prompt is suggested or not."""
    policy, pool, made = proposal.policy, proposal.pool, proposal.made
    pictures = {candidate.id: candidate for candidate in pool.candidates}
    suggested = {chosen.anchor_id: chosen for chosen in made.suggestions}
    ranked, reasons, thing, views = policy.ranked(pool), policy.reasons(pool), repeated_thing(project), []
    names = short_names([score.anchor for score in ranked])
    for rank, score in enumerate(ranked, start=1):
        anchor, chosen = score.anchor, suggested.get(score.anchor.id)
        is_top = rank <= pool.top_k and bool(made.suggestions)
        absence = policy.explain_absence(pool, score) if is_top and not chosen else ""
        picture = pictures[chosen.candidate_id] if chosen else None
        low, high = wilson_interval(score.overfit_rate * score.candidates, score.candidates)
        brief = briefly(thing, score.overfit, score.candidates, score.good)
        views.append(
            ScoreView(
                anchor_id=anchor.id,
                prompt=anchor.prompt,
                head=names[anchor.id],
                n=score.candidates,
                copies=score.overfit,
                rate=score.overfit_rate,
                low=low,
                high=high,
                entropy=score.entropy,
                rank=rank,
                suggested=chosen.candidate_id if chosen else None,
                chosen=chosen is not None,
                reason=chosen.reason if chosen else f"{reasons[anchor.id]}{absence}",
                why=policy.why(pool, score, picture) if picture else "",
                turn=score.turn and score.turn.rounded,
                left_out=policy.left_out(pool, score, picture) if picture else 0,
                brief=brief,
                plain=plainly(project, names[anchor.id], brief),
            )
        )
    return tuple(views)


_CLOSED: Mapping[str, Any] = {"suggested": None, "chosen": False, "why": "", "left_out": 0}
_ACCEPTED_BEFORE = "One of its images was accepted in the previous round and still counts."


def open_scores(view: FullRound) -> tuple[ScoreView, ...]:
    """The scores of a round as its page gets them; ranked only once all pictures are drawn.

    Nothing is suggested for prompts of which the refined round has an accepted picture.
    """
    if view.step == "wait" or not view.complete:
        return tuple(replace(one, rank=None, reason="", **_CLOSED) for one in view.scores)
    return tuple(
        replace(one, reason=_ACCEPTED_BEFORE, **_CLOSED) if one.anchor_id in view.accepted_before else one
        for one in view.scores
    )
