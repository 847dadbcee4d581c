"""A round as JSON: its chip, its scores, its candidates, and their places on the map."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.gal.ladder import LADDER
from gal_studio.core.gal.reasons import short_names
from gal_studio.core.gal.recipes import on_ladder
from gal_studio.core.gal.scores.registry import known_scores
from gal_studio.core.records.candidate import CandidateView, Tile
from gal_studio.core.records.project import ProjectView
from gal_studio.core.records.views import version, view_of
from gal_studio.core.types import CopyCurve, UsedDetectors
from gal_studio.core.variants.variant import Action
from gal_studio.rounds.planned import most_pictures
from gal_studio.state.hooks import actions_of
from gal_studio.studio.views.types import RoundFacts, RoundView, ScoreView
from gal_studio.studio.views.words.copies import briefly, plainly, repeated_thing, why_weaker
from gal_studio.ui.payloads import ShownRecipe, shown_recipe
from gal_studio.ui.payloads.projects import Anchor, anchor_payloads


@dataclass(frozen=True)
class ArchivedRound:
    """A round that is hidden, with those after it."""

    id: str
    name: str


@dataclass(frozen=True)
class Preview:
    """A picture that was drawn during a training."""

    step: int
    prompt: str
    version: str


@dataclass(frozen=True)
class Rung:
    """One of the strength schedules that the pictures of a round go down."""

    recipe: Annotated[str, Doc("How strongly the LoRA generates, in words; empty if as trained.")]
    strength: Annotated[float, Doc("The mean of that over the steps, in [0, 2].")]
    sign: Annotated[str, Doc('One that switches, such as "0.4 for 30%, then 1"; empty for a constant one.')]


@dataclass(frozen=True, kw_only=True)
class Round(RoundFacts):
    """The round that is shown, without its pictures."""

    id: str
    number: int
    tunes: Annotated[bool, Doc("Is it trained on the references and on what was accepted before it?")]
    refines: Annotated[bool, Doc("Is it a refinement of the round above it?")]
    with_references: Annotated[bool, Doc("Is it generated with the references instead of a LoRA?")]
    actions: Annotated[tuple[Action, ...], Doc("The buttons that are for such a round.")]
    trained: Annotated[bool, Doc("Can it generate? An instant round needs no training.")]
    source: Annotated[str, Doc("The file of a LoRA from elsewhere that it judges; empty if it is trained.")]
    pool: tuple[Anchor, ...]
    each: Annotated[int, Doc("Images of a test prompt by the settings: down the ladder at most.")]
    most: Annotated[int, Doc("Images of all test prompts by the settings, at most.")]
    ladder: Annotated[
        tuple[Rung, ...], Doc("The schedules of these indices, over and over; empty without a ladder.")
    ]
    complete: bool
    copy_detectors: Annotated[UsedDetectors, Doc("What finds copies; none without references.")]
    summary: Annotated[str, Doc("Why these test prompts are suggested and not others, or why fewer or none.")]
    undo: Annotated[str, Doc('What Undo would do, such as "accept A drum 04"; empty for nothing.')]
    redo: str
    recipe: Annotated[ShownRecipe, Doc("The best strength schedule of this round.")]
    previews: tuple[Preview, ...]


@dataclass(frozen=True)
class TurnCurve:
    """The mean copy risk at each mean strength of the LoRA, the strongest first, in [0, 1]."""

    strengths: tuple[float, ...]
    mean: tuple[float, ...]


@dataclass(frozen=True)
class Score:
    """Scores of one test prompt; rates in [0, 1], entropy in [0, ln 2]."""

    anchor_id: str
    prompt: str
    head: str
    n: int
    copies: int
    rate: float
    low: float
    high: float
    entropy: float
    rank: int | None
    suggested: str | None
    chosen: bool
    reason: str
    why: str
    turn: Annotated[TurnCurve | None, Doc("None where all images have one strength.")]
    left_out: Annotated[int, Doc("How many better images were left out before this one was suggested.")]
    brief: Annotated[str, Doc("How often it gives a copy, such as “sometimes your cat”; empty if unknown.")]
    plain: Annotated[str, Doc("The same as a sentence without its end.")]


_ACCEPTED_BEFORE = "One of its images was accepted in the round before and still counts."


def round_payload(view: RoundView) -> Round:
    """The current round, without its pictures."""
    variant = view.round.variant
    return view_of(
        Round,
        view,
        id=view.round.id,
        number=view.round.number,
        tunes=variant.tunes,
        refines=variant.refines,
        with_references=variant.with_references,
        actions=actions_of(variant),
        trained=view.round.can_generate,
        source=view.round.source,
        pool=anchor_payloads(view.pool),
        each=view.settings.generation.candidates,
        most=most_pictures(view.settings, len(view.pool)),
        ladder=_ladder_payload(view),
        copy_detectors=view.project.detectors(view.settings.gal),
        summary=f"{view.sentence} {why_weaker(view)}".strip(),
        undo=view.undo_words,
        redo=view.redo_words,
        recipe=shown_recipe(view.best_recipe, view.best_recipe.words),
        previews=tuple(Preview(one.step, one.prompt, version(one.image)) for one in view.previews),
    )


def _ladder_payload(view: RoundView) -> tuple[Rung, ...]:
    if not (view.round.variant.varies_strength and on_ladder(view.settings)):
        return ()
    return tuple(Rung(each.words, round(each.mean, 3), each.sign) for each in LADDER)


def score_payloads(view: RoundView, accepted_before: Collection[str] = ()) -> tuple[Score, ...]:
    """The scores of the anchors, in the order of priority; ranked only once all pictures are drawn.

    Nothing is suggested for the anchors in `accepted_before`: the refined round has an accepted picture of
    them.
    """
    names = short_names([score.anchor for score in view.scores])
    thing, ranked = repeated_thing(view.project), view.step != "wait" and view.complete
    return tuple(
        _score_payload(
            view.project,
            score,
            names[score.anchor.id],
            briefly(thing, score.score.overfit, score.score.candidates, score.score.good),
            ranked,
            ranked and score.anchor.id not in accepted_before,
        )
        for score in view.scores
    )


def _score_payload(
    project: ProjectView, view: ScoreView, head: str, brief: str, ranked: bool, open_: bool
) -> Score:
    suggested = view.suggested_candidate_id if open_ else None
    return Score(
        anchor_id=view.anchor.id,
        prompt=view.anchor.prompt,
        head=head,
        n=view.score.candidates,
        copies=view.score.overfit,
        rate=view.score.overfit_rate,
        low=view.interval[0],
        high=view.interval[1],
        entropy=view.score.entropy,
        rank=view.rank if ranked else None,
        suggested=suggested,
        chosen=suggested is not None,
        reason=(view.reason if open_ else _ACCEPTED_BEFORE) if ranked else "",
        why=view.why if suggested else "",
        turn=_turn_payload(view.score.turn),
        left_out=view.left_out if suggested else 0,
        brief=brief,
        plain=plainly(project, head, brief),
    )


def _turn_payload(turn: CopyCurve | None) -> TurnCurve | None:
    if turn is None:
        return None
    strengths, mean = (tuple(round(value, 3) for value in part) for part in (turn.strengths, turn.mean))
    return TurnCurve(strengths, mean)


def candidate_payload(tile: Tile, head: str) -> CandidateView:
    """One tile."""
    scores = known_scores(tile.candidate)
    return CandidateView.of(tile.candidate, prompt=tile.prompt, head=head, recipe=tile.recipe, scores=scores)


def positions(view: RoundView) -> dict[str, tuple[float, float]]:
    """The places of candidates and references on the map."""
    placed = [shown.candidate for shown in view.candidates]
    places = {c.id: (round(c.x, 3), round(c.y, 3)) for c in placed if c.x is not None and c.y is not None}
    if places:
        places |= {name: (round(x, 3), round(y, 3)) for name, (x, y) in view.reference_positions.items()}
    return places
