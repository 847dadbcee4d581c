"""Why an anchor or a picture was suggested or not: one plain sentence each, for artists.

The page says "copy" where the code and the papers say "overfit".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gal_studio.core.types import Anchor, AnchorScore

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True)
class Tie:
    """The others that are just as uncertain, and the one whose tie-break decides or stands next."""

    others: int
    neighbour: str
    ahead: bool
    by_margin: bool
    across_cut: bool
    at_top: bool


def doubt(score: AnchorScore) -> Fraction:
    """min(p, 1-p) as an exact fraction: it orders anchors as Eq. G4 does, without rounding."""
    return Fraction(min(score.overfit, score.candidates - score.overfit), score.candidates)


def short_names(anchors: Sequence[Anchor]) -> dict[str, str]:
    """The anchors' prompts without the words that all share at the start or at the end, by anchor id."""
    words = {anchor.id: anchor.prompt.split() for anchor in anchors}
    shortest = min((len(prompt) for prompt in words.values()), default=0)
    if len({tuple(prompt) for prompt in words.values()}) < 2:
        return {anchor.id: anchor.prompt for anchor in anchors}
    first = _shared(list(words.values()), shortest - 1)
    last = _shared([prompt[::-1] for prompt in words.values()], shortest - 1 - first)
    return {name: " ".join(prompt[first : len(prompt) - last]) for name, prompt in words.items()}


def _shared(prompts: Sequence[Sequence[str]], limit: int) -> int:
    for number in range(limit):
        if len({prompt[number] for prompt in prompts}) > 1:
            return number
    return max(limit, 0)


def find_tie(
    ranked: Sequence[AnchorScore], position: int, chosen: int, names: Mapping[str, str]
) -> Tie | None:
    """What the anchor at `position` of the ranking is tied with; the pair around the cut comes first."""
    here = doubt(ranked[position])
    tied = [number for number, score in enumerate(ranked) if doubt(score) == here]
    if here == 0 or len(tied) == 1:
        return None
    above = [number for number in tied if number < position]
    below = [number for number in tied if number > position]
    if position < chosen:
        across = [number for number in below if number >= chosen]
        neighbour = (across or below or above[::-1])[0]
    else:
        across = [number for number in above if number < chosen]
        neighbour = (across[::-1] or above[::-1] or below)[0]
    return Tie(
        others=len(tied) - 1,
        neighbour=names[ranked[neighbour].anchor.id],
        ahead=neighbour > position,
        by_margin=abs(ranked[neighbour].mean_margin) != abs(ranked[position].mean_margin),
        across_cut=(neighbour < chosen) != (position < chosen),
        at_top=tied[0] == 0,
    )


def explain(score: AnchorScore, rank: int, suggested: int, tie: Tie | None) -> str:
    """Why the anchor has this rank (from 1) when the first `suggested` ones are proposed."""
    return f"{_rank(score, rank, suggested, tie)}{_left_out(score.blank)}"


def _left_out(blank: int) -> str:
    if not blank:
        return ""
    return f" {blank} blank {'picture is' if blank == 1 else 'pictures are'} left out."


def _rank(score: AnchorScore, rank: int, suggested: int, tie: Tie | None) -> str:
    if score.overfit == 0:
        none = "Its only picture is no copy" if score.candidates == 1 else f"No copies in {score.candidates}"
        return f"{none}: the model is sure of this one."
    if score.overfit == score.candidates:
        every = "Its only picture copies" if score.candidates == 1 else f"All {score.candidates} copy"
        return f"{every} the reference: there is no good picture to learn from yet."
    verb = "copies" if score.overfit == 1 else "copy"
    standing = ", ".join(_standing(score, rank, suggested, tie))
    return f"{score.overfit} of {score.candidates} {verb} the reference: {standing}."


def _standing(score: AnchorScore, rank: int, suggested: int, tie: Tie | None) -> list[str]:
    amount = f"({score.entropy:.2f} nats)"
    if rank > suggested and not (tie and tie.across_cut):
        chosen = "the one suggested" if suggested == 1 else f"the {suggested} suggested"
        below = f"less uncertain than {chosen} {amount}" if suggested else f"uncertain {amount}"
        return [below, *(_tie_break(tie, "") if tie else [])]
    if tie and tie.at_top and rank <= suggested:
        return [f"the most uncertain of all {amount}", *_tie_break(tie, "")]
    if tie:
        return _tie_break(tie, f" {amount}")
    return [f"the {'' if rank == 1 else _ordinal(rank) + ' '}most uncertain of all {amount}"]


def _tie_break(tie: Tie, amount: str) -> list[str]:
    whom = f"“{tie.neighbour}”"
    if tie.ahead:
        cause = "its margins are closer to zero" if tie.by_margin else "it comes first in the list of anchors"
        of_whom = f" of {whom}" if tie.others > 1 else ""
        end = f"ahead{of_whom} because {cause}"
    else:
        cause = (
            "whose margins are closer to zero"
            if tie.by_margin
            else "which comes first in the list of anchors"
        )
        end = f"behind {whom if tie.others > 1 else 'that one'}, {cause}"
    return [f"tied with {f'{tie.others} others' if tie.others > 1 else whom}{amount}", end]


def _ordinal(rank: int) -> str:
    return _ORDINALS[rank - 1] if rank <= len(_ORDINALS) else f"{rank}th"


def explain_picture(score: AnchorScore) -> str:
    """Why this picture of a suggested anchor (Eq. G6, ours)."""
    good = score.candidates - score.overfit
    if good == 1:
        return f"the only one of {score.candidates} that does not copy the reference."
    return f"closest to its prompt among the {good} of {score.candidates} that do not copy the reference."


ALL_BLANK = (
    "Every picture is one flat colour, so there is nothing to choose from: the training was too strong; "
    "fine-tune again with fewer steps or a lower learning rate."
)


def explain_pool(informative: int, top_k: int, anchors: int) -> str:
    """What the whole pool says; at the end of information that nothing is left (Eq. G7)."""
    if not anchors:
        return "Every anchor has its accepted picture: nothing is left to suggest, and you may go on."
    if not informative:
        return (
            "Nothing informative is left: every anchor copies always or never; "
            "you may go on, or accept what you like."
        )
    if informative < top_k:
        rest = "1 anchor is" if informative == 1 else f"{informative} anchors are"
        return f"Only {rest} still uncertain: beyond that nothing informative is left, and you may go on."
    first = "most uncertain one is" if top_k == 1 else f"{top_k} most uncertain are"
    return f"The model is unsure about {informative} of {anchors} anchors: the {first} suggested."
