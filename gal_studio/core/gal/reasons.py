"""Explain in one plain sentence why an anchor or a picture was suggested or not.

Where the code says "anchor", "overfit" and "uncertain", these sentences say "test prompt", "looks like the
reference" and "undecided", as the page does. Figures such as the entropy stay in `AnchorScore`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gal_studio.core.types import Anchor, AnchorScore

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True)
class Tie:
    """How many other anchors are equally uncertain, and the tie-break against one of them, the neighbour."""

    others: int
    neighbour: str
    ahead: bool
    by_margin: bool
    across_cut: bool
    at_top: bool


def uncertainty_key(score: AnchorScore) -> Fraction:
    """min(p, 1-p) as an exact fraction, which orders anchors as Eq. G4 does but without rounding."""
    return Fraction(min(score.overfit, score.candidates - score.overfit), score.candidates)


def short_names(anchors: Sequence[Anchor]) -> dict[str, str]:
    """The anchors' prompts, by id, without the words that all of them start or end with."""
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
    """Find the tie of the anchor at `position`, if any; preferably with one on the other side of the cut."""
    key = uncertainty_key(ranked[position])
    tied = [number for number, score in enumerate(ranked) if uncertainty_key(score) == key]
    if key == 0 or len(tied) == 1:
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
    """Explain the rank (from 1) of an anchor when the first `suggested` anchors are suggested."""
    return f"{_explain_rank(score, rank, suggested, tie)}{_explain_blank(score.blank)}"


def _explain_blank(blank: int) -> str:
    if not blank:
        return ""
    return f" {blank} blank {'picture is' if blank == 1 else 'pictures are'} left out."


def _explain_rank(score: AnchorScore, rank: int, suggested: int, tie: Tie | None) -> str:
    if score.overfit == 0:
        none = "Its only picture does not look" if score.candidates == 1 else f"0 of {score.candidates} look"
        return f"{none} like the reference: the model is sure of this one."
    if score.overfit == score.candidates:
        every = "Its only picture" if score.candidates == 1 else f"All {score.candidates}"
        return f"{every} {_explain_copies(score)}: there is no good picture to learn from yet."
    count = f"{score.overfit} of {score.candidates} {_explain_copies(score)}"
    return f"{count}: {_explain_position(rank, suggested, tie)}"


def _explain_copies(score: AnchorScore) -> str:
    """What the copies do: show the reference, or look like it by prompt or to a person (Eq. G12)."""
    one, pictures, person = score.overfit == 1, score.by_pictures, score.by_person
    if pictures == score.overfit:
        return f"{'shows' if one else 'show'} the reference"
    like = f"{'looks' if one else 'look'} like the reference"
    if person == score.overfit:
        return f"{like}, as you marked"
    seen = [f"{pictures} of them {'shows' if pictures == 1 else 'show'} parts of it"] if pictures else []
    seen += [f"{person} of them as you marked"] if person else []
    return ", ".join([like, *seen])


def _explain_position(rank: int, suggested: int, tie: Tie | None) -> str:
    if rank > suggested and not (tie and tie.across_cut):
        if not suggested:
            return "the model is undecided here."
        chosen = "the one suggested" if suggested == 1 else f"the {suggested} suggested"
        return f"less undecided than {chosen}."
    if not tie:
        return f"{'' if rank == 1 else _ordinal(rank) + ' '}most undecided."
    others = f"{tie.others} others" if tie.others > 1 else f"“{tie.neighbour}”"
    if tie.at_top and rank <= suggested:
        return f"most undecided, like {others}{_tie_break(tie)}."
    return f"as undecided as {others}{_tie_break(tie)}."


def _tie_break(tie: Tie) -> str:
    """What orders this anchor and the neighbour, which are equally uncertain (Eq. G5)."""
    several, name = tie.others > 1, f"“{tie.neighbour}”"
    if tie.by_margin:
        here = f"its pictures are closer calls{f' than those of {name}' if several else ''}"
        there = f"{f'those of {name}' if several else 'the pictures there'} are closer calls"
    else:
        here = f"it comes before {name} in the list" if several else "it comes first in the list"
        there = f"{name if several else 'that one'} comes first in the list"
    return f"; {here if tie.ahead else there}"


def _ordinal(rank: int) -> str:
    return _ORDINALS[rank - 1] if rank <= len(_ORDINALS) else f"{rank}th"


def count_copies(score: AnchorScore) -> str:
    """How many pictures of an anchor are copies: a clause that any policy can begin its reason with."""
    return f"{score.overfit} of {score.candidates} look like the reference"


def explain_picture(score: AnchorScore, passed_over: int = 0) -> str:
    """Explain why this picture of a suggested anchor was chosen (Eq. G6, ours).

    `passed_over` are pictures that are closer to the prompt, and have least in common with the reference.
    """
    good = score.candidates - score.overfit
    if good == 1:
        return f"the only one of {score.candidates} that does not look like the reference."
    chosen = (
        f"closest to its prompt among the {good} of {score.candidates} that do not look like the reference"
    )
    return f"{chosen}{explain_passed_over(passed_over)}."


def explain_passed_over(count: int) -> str:
    """A clause on the pictures that are closer to the prompt than the chosen one; empty if there are none."""
    if not count:
        return ""
    closer = "one that is closer is" if count == 1 else f"{count} that are closer are"
    return f"; {closer} passed over, with least in common with the reference's pictures"


def explain_next_best(left_out: int, others: int, passed_over: int = 0) -> str:
    """Explain the choice of a picture after `left_out` good ones of its anchor were rejected (Eq. G6, ours).

    `others` good ones are left; of them `passed_over` are closer to the prompt, with least in common with the
    reference.
    """
    before = "the one" if left_out == 1 else f"the {left_out}"
    if not others:
        return f"the last good one of this test prompt, after {before} that you left out."
    return f"closest to its prompt after {before} that you left out{explain_passed_over(passed_over)}."


ALL_BLANK = (
    "Every picture is one flat colour, so there is nothing to choose from: the training was too strong; "
    "fine-tune again with fewer steps or a lower learning rate."
)


def explain_pool(informative: int, top_k: int, anchors: int) -> str:
    """Sum up the pool, and say so when fewer than `top_k` anchors are informative (Eq. G7)."""
    if not anchors:
        return "Every test prompt has an accepted picture: nothing is left to suggest. You can go on."
    if not informative:
        return (
            "The model is sure of every test prompt: all of its pictures look like the reference, or none. "
            "You can go on, or accept what you like."
        )
    if informative < top_k:
        return f"The model is undecided about only {informative} of {anchors} test prompts: you can go on."
    first = "most undecided one is" if top_k == 1 else f"{top_k} most undecided are"
    return f"The model is undecided about {informative} of {anchors} test prompts: the {first} suggested."
