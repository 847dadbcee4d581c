"""What is suggested in a round after the person's decisions, and the log of these choices."""

import logging
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy
from numpy.typing import NDArray

from gal_studio.core.gal.choices import NewChoice
from gal_studio.core.gal.policies.absent import Absent, Unjudged
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.pool import PoolSnapshot
from gal_studio.core.gal.policies.registry import POLICIES, find_policy
from gal_studio.core.gal.scores.registry import known_scores
from gal_studio.core.gal.selection import SuggestionSet
from gal_studio.core.gal.shortlist import Shortlist, shortlist
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import ProjectSnapshot, RoundSnapshot
from gal_studio.core.types import Author, Verdict
from gal_studio.rounds.lineage import accepted_candidates, drawn, rounds_above
from gal_studio.rounds.planned import has_ended, is_ladder, left, missing
from gal_studio.state.store import Store

logger = logging.getLogger("gal_studio.suggestions")
Floats = NDArray[numpy.float32]
Scores = Mapping[str, Mapping[str, float]]


NO_IMAGES = "No images are generated yet. Suggestions follow when all are."


@dataclass(frozen=True)
class Proposal:
    """What a policy suggests in a round, with the policy that did, and what it decided on."""

    policy: Policy
    pool: PoolSnapshot
    made: SuggestionSet

    @property
    def candidates(self) -> frozenset[str]:
        """The suggested candidates."""
        return frozenset(one.candidate_id for one in self.made.suggestions)


def proposal(here: RoundSnapshot, policy: str | None = None, top_k: int | None = None) -> Proposal:
    """What a policy suggests among the candidates drawn so far, with the next best in place of rejected ones.

    By default the policy and the number of the round's settings.
    """
    made = _proposal(here, policy, _pool(here, find_policy(policy or here.gal.policy), top_k))
    if here.candidates or not left(here):
        return made
    return replace(made, made=SuggestionSet((), False, NO_IMAGES))


def first_proposal(here: RoundSnapshot) -> SuggestionSet:
    """What was suggested before anything was decided."""
    pool = _pool(here, find_policy(here.gal.policy), None)
    return _proposal(here, None, replace(pool, rejected=frozenset(), accepted_anchors=frozenset())).made


def _proposal(here: RoundSnapshot, policy: str | None, pool: PoolSnapshot) -> Proposal:
    wanted = find_policy(policy or here.gal.policy)
    if not here.project.project.has_references:
        unjudged = Unjudged(wanted, here.project.project.kind)
        return Proposal(unjudged, pool, unjudged.suggest(pool))
    package = POLICIES.origin(wanted.name) or _own_module(wanted)
    if not package:
        return Proposal(wanted, pool, wanted.suggest(pool))
    try:
        made = wanted.suggest(pool)
        wanted.reasons(pool), wanted.ranked(pool)
    except (
        Exception
    ) as error:  # whatever a plug-in or a class of one's own does: the round is shown all the same
        logger.warning("the selection strategy %r of %s fails", wanted.name, package, exc_info=error)
        failing = Absent.failing(wanted, package, error)
        return Proposal(failing, pool, failing.suggest(pool))
    return Proposal(wanted, pool, made)


def _own_module(policy: Policy) -> str:
    """The module of a policy that a command or a program brings as a class; "" for one of the studio."""
    module = type(policy).__module__
    return "" if module.split(".")[0] == "gal_studio" else module


def _features_of(accepted: Sequence[tuple[RoundSnapshot, Candidate]]) -> dict[str, Floats]:
    """The features of pictures that were accepted in these rounds."""
    stored = [(each.pictures.features, one.id) for each, one in accepted]
    return {name: features[name] for features, name in stored if features is not None}


def _pool(here: RoundSnapshot, policy: Policy, top_k: int | None) -> PoolSnapshot:
    """The round as its policy sees it."""
    features, project = here.pictures.features, here.project
    if policy.needs_features and features is None:
        raise ValueError(f"the policy {policy.name} needs features, which were not loaded")
    accepted = [(each, one) for each in (*rounds_above(here), here) for one in accepted_candidates(each)]
    pool = PoolSnapshot(
        candidates=here.candidates,
        first=here.first.candidates if here.first else (),
        scores=here.scores,
        top_k=here.gal.top_k if top_k is None else top_k,
        seed=project.project.seed,
        number=here.round.number,
        rejected=here.decided.rejected,
        accepted_anchors=accepted_anchors(here),
        accepted=tuple(one for _, one in accepted),
        features=dict(features or {}) | _features_of(accepted) if policy.needs_features else {},
        reference_features=here.pictures.reference_features or {},
        is_full=here.is_full,
        held_out=here.held_out,
        loss=here.loss_trend,
        kind=project.project.kind,
    )
    vars(pool).update(groups=here.groups, standard=here.standard, check=here.check)  # the same, and known
    return pool


def rounds_with_choices(project: ProjectSnapshot) -> tuple[RoundSnapshot, ...]:
    """The rounds of a project in which a person decided beside suggestions."""
    return tuple(each for each in project.rounds if each.choices)


def shown_proposal(here: RoundSnapshot, policy: str | None = None) -> Proposal:
    """What the page suggests, or another policy: nothing before all pictures of the round are drawn.

    Nothing is suggested either where LoRAs are judged: no training follows for which one would choose.
    """
    if policy is not None:
        return _shown_proposal(here, policy)
    if here not in _SHOWN:
        _SHOWN[here] = _shown_proposal(here)
    return _SHOWN[here]


_SHOWN: MutableMapping[RoundSnapshot, Proposal] = WeakKeyDictionary()
"""What is suggested in the rounds that are loaded: a round's view, its summary and a verdict ask for it."""


def _shown_proposal(here: RoundSnapshot, policy: str | None = None) -> Proposal:
    made, done, more = proposal(here, policy), len(drawn(here)), left(here)
    if here.project.judges:
        return replace(made, made=replace(made.made, suggestions=(), ends=True))
    if not (done and more):
        return made
    if is_ladder(here) and not has_ended(here):
        sentence = f"{done} images are generated, {done + more} at most. Suggestions follow."
    else:
        sentence = f"{done} of {done + more} images are generated: suggestions are made when all are."
    return replace(made, made=SuggestionSet((), False, sentence))


def shown_shortlist(here: RoundSnapshot, made: Proposal) -> Shortlist | None:
    """What to choose from where nothing is suggested; None where there are suggestions or no figures.

    Images of a training that diverged are no choice, and without references nobody knows which are copies.
    Nor is anything chosen where LoRAs are judged.
    """
    if made.made.suggestions or not here.candidates or left(here) or here.copy_detectors == "none":
        return None
    if made.pool.check.diverged or here.refined or here.project.judges:
        return None
    return shortlist(
        here.candidates, here.decided.rejected, accepted_anchors(here), is_trained=here.variant.tunes
    )


def accepted_anchors(here: RoundSnapshot) -> frozenset[str]:
    """The anchors with an accepted picture in this round, or in the round that it refines."""
    return frozenset(chosen.anchor_id for chosen in accepted_candidates(here)) | accepted_in_base(here)


def accepted_in_base(here: RoundSnapshot) -> frozenset[str]:
    """The anchors with an accepted picture in the round that this one refines."""
    base = accepted_candidates(here.refined) if here.refined else ()
    return frozenset(chosen.anchor_id for chosen in base)


def open_suggestions(here: RoundSnapshot, made: Proposal | None = None) -> tuple[str, ...]:
    """The suggested candidates without a verdict, of anchors without an accepted picture.

    `made` is what the page suggests, if it is known already.
    """
    settled = accepted_anchors(here)
    return tuple(
        suggestion.candidate_id
        for suggestion in (made or shown_proposal(here)).made.suggestions
        if suggestion.candidate_id not in here.decided.verdicts and suggestion.anchor_id not in settled
    )


def suggested_anchors(here: RoundSnapshot, made: Proposal) -> frozenset[str]:
    """The anchors for which the page suggests a picture, decided or not, of what it suggests."""
    return frozenset(one.anchor_id for one in made.made.suggestions) - accepted_in_base(here)


def record_verdicts(
    store: Store,
    here: RoundSnapshot,
    batch: Sequence[tuple[str, Verdict]],
    author: Author,
    masks: Mapping[str, str] | None = None,
) -> None:
    """Record verdicts as one step, and beside them what was suggested then, unless a policy decides.

    `here` must have been loaded in the same transaction.
    """
    choices: tuple[NewChoice, ...] = ()
    if author != "policy":
        before = here.decided.verdicts
        choices = _choices(here, [(name, verdict) for name, verdict in batch if before.get(name) != verdict])
    step = store.decisions.record(here.id, batch, author, masks, known=here.decided)
    if step is not None and choices:
        names = {name for one in choices for name in (one.chosen_id, one.suggested_id) if name is not None}
        quality = store.refinements.best_quality(sorted(names))
        store.overrides.add(step, [_with_quality(choice, quality) for choice in choices])


def _choices(here: RoundSnapshot, batch: Sequence[tuple[str, Verdict]]) -> tuple[NewChoice, ...]:
    """Each accepted picture and each suggested one that is rejected; suggested ones first."""
    if all(verdict == "undecided" for _, verdict in batch) or missing(here):
        return ()  # nothing is suggested before all pictures are drawn
    made, refined = shown_proposal(here), accepted_in_base(here)
    suggested = {
        one.anchor_id: one.candidate_id for one in made.made.suggestions if one.anchor_id not in refined
    }
    candidates = {candidate.id: candidate for candidate in here.tiles}
    asked = {score.anchor.id for score in here.scores}  # an own prompt answers no suggestion
    settled = set(accepted_anchors(here))
    choices = []
    for name, verdict in sorted(batch, key=lambda decided: decided[0] not in suggested.values()):
        anchor = candidates[name].anchor_id
        if candidates[name].own and anchor not in asked:
            continue
        offered = suggested.get(anchor)
        if verdict == "accepted" or (verdict == "rejected" and name == offered):
            choices.append(
                NewChoice(
                    anchor_id=anchor,
                    suggested_id=offered,
                    chosen_id=name,
                    verdict=verdict,
                    first=anchor not in settled,
                    scores=_scores_now(made, candidates[name], candidates.get(offered or "")),
                )
            )
        if verdict == "accepted":
            settled.add(anchor)
    return tuple(choices)


def _scores_now(made: Proposal, chosen: Candidate, suggested: Candidate | None) -> Scores:
    """The scores of a test prompt, of its suggested picture and of the chosen one."""
    prompt = next(
        (
            {"rank": rank, "pictures": score.candidates, "copies": score.overfit, "entropy": score.entropy}
            for rank, score in enumerate(made.pool.ranked, start=1)
            if score.anchor.id == chosen.anchor_id
        ),
        {},
    )
    return {
        "prompt": prompt,
        "suggested": {} if suggested is None else _scores_of(suggested),
        "chosen": _scores_of(chosen),
    }


def _scores_of(candidate: Candidate) -> dict[str, float]:
    return {**known_scores(candidate), "margin": candidate.margin, "copy": float(candidate.overfit)}


def _with_quality(choice: NewChoice, quality: Mapping[str, float]) -> NewChoice:
    """Add the patch quality of the two pictures of a choice, where they were judged."""
    scores = {name: dict(values) for name, values in choice.scores.items()}
    for name, picture in (("suggested", choice.suggested_id), ("chosen", choice.chosen_id)):
        if picture is not None and picture in quality:
            scores[name]["patch_quality"] = quality[picture]
    return replace(choice, scores=scores)
