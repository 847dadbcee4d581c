"""Explain in one plain sentence why an anchor or a picture was suggested or not.

Where the code says "anchor", "overfit" and "uncertain", these sentences say "test prompt", "copy" and
"undecided", as the page does. Figures such as the entropy stay in `AnchorScore`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gal_studio.core.types import Anchor, AnchorScore

Case = Literal["clean", "clean_one", "copies", "copies_one", "lacking", "less", "lesser", "even", "mixed"]
SENTENCES: Mapping[Case, str] = {
    "clean": "No copies in {n} pictures: the model can draw {thing}.",
    "clean_one": "Its only picture is no copy.",
    "copies": "All {n} are copies{marked}: there is no good picture to learn from yet.",
    "copies_one": "Its only picture is a copy{marked}: there is no good picture to learn from yet.",
    "lacking": "{count}; the others do not show the object: there is no good picture to learn from yet.",
    "less": "The model can draw {thing}, but only with less of the LoRA: {count}, none at {clean} or less.",
    "lesser": "The model can draw {thing}, but only with less of the LoRA: {count}.",
    "even": "The model can draw {thing} at full strength, but does not always: {count}.",
    "mixed": "Sometimes the model draws {thing}, sometimes the reference: {count}.",
}
"""What is said of an anchor's pictures, by what is known of them; see `_case`."""
_PREPOSITIONS = frozenset((
    "about", "above", "against", "among", "at", "behind", "below", "beside", "by", "from", "in", "inside",
    "near", "next", "of", "on", "outside", "over", "through", "under", "underneath", "with", "without",
))  # fmt: skip


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
    """min(p, 1-p), which orders anchors as Eq. G4 does; of flags the exact fraction, without rounding.

    0 for an anchor without a picture that may be suggested.
    """
    if not score.good:
        return Fraction(0)
    if score.is_counted:
        return Fraction(min(score.overfit, score.candidates - score.overfit), score.candidates)
    return Fraction(min(score.overfit_rate, 1.0 - score.overfit_rate))


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


def explain(score: AnchorScore, name: str, rank: int, suggested: int, tie: Tie | None) -> str:
    """Explain the rank (from 1) of an anchor of this short name when the first `suggested` are suggested."""
    said = SENTENCES[_case(score)].format(
        n=score.candidates,
        thing=_thing(name),
        count=count_copies(score),
        marked=_marked(score),
        clean=_times(score.clean_up_to),
    )
    is_mixed = score.overfit > 0 and score.good > 0
    position = _explain_position(rank, suggested, tie) if is_mixed else ""
    return f"{said}{position}{_explain_blank(score.blank)}"


def _case(score: AnchorScore) -> Case:
    if score.overfit == 0:
        return "clean_one" if score.candidates == 1 else "clean"
    if score.overfit == score.candidates:
        return "copies_one" if score.candidates == 1 else "copies"
    if not score.good:
        return "lacking"
    if score.weakest == 1.0:
        return "mixed"
    if score.clean_up_to == 1.0:
        return "even"
    return "less" if score.clean_up_to < score.copied_from else "lesser"


def count_copies(score: AnchorScore) -> str:
    """How many pictures of an anchor are copies, as the beginning of any reason: "3 of 10 are copies"."""
    verb = "is a copy" if score.overfit == 1 else "are copies"
    return f"{score.overfit} of {score.candidates} {verb}{_marked(score)}"


def _marked(score: AnchorScore) -> str:
    if not score.by_person:
        return ""
    return ", as you marked" if score.by_person == score.overfit else f" ({score.by_person} as you marked)"


def _thing(name: str) -> str:
    """The short name of an anchor within a sentence: "a pencil", "it in a museum", “Moon”."""
    first = name.split()[0].lower() if name.split() else ""
    if first in ("a", "an", "the"):
        return name[0].lower() + name[1:]
    return f"it {name}" if first in _PREPOSITIONS else f"“{name}”"


def _times(strength: float) -> str:
    return f"× {f'{strength:.2f}'.rstrip('0').removeprefix('0').rstrip('.')}"


def _explain_blank(blank: int) -> str:
    if not blank:
        return ""
    return f" {blank} blank {'picture does' if blank == 1 else 'pictures do'} not count."


def _explain_position(rank: int, suggested: int, tie: Tie | None) -> str:
    """What is added on the order: that others are more undecided, or what breaks a tie (Eq. G5)."""
    if tie and tie.across_cut:
        if tie.by_margin:
            why = f"{'but its' if tie.ahead else 'whose'} pictures are harder to tell from copies"
        else:
            why = f"{'but' if tie.ahead else 'which'} comes first in the list"
        return f" It is as undecided as “{tie.neighbour}”, {why}."
    if rank <= suggested or not suggested:
        return ""
    return f" The {'one suggested is' if suggested == 1 else f'{suggested} suggested are'} more undecided."


def explain_picture(score: AnchorScore, passed_over: int = 0) -> str:
    """Explain why this picture of a suggested anchor was chosen (Eq. G6, ours).

    `passed_over` are pictures that are closer to the prompt, and have least in common with the reference.
    """
    has, have = (" and shows the object", " and show the object") if score.lacking else ("", "")
    if score.good == 1:
        return f"the only one of {score.candidates} that is no copy{has}."
    chosen = f"the nearest to its prompt of the {score.good} that are no copies{have}"
    return f"{chosen}{explain_passed_over(passed_over)}."


def explain_passed_over(count: int) -> str:
    """A clause on the pictures that are closer to the prompt than the chosen one; empty if there are none."""
    if not count:
        return ""
    nearer = "one nearer picture is" if count == 1 else f"{count} nearer pictures are"
    return f"; {nearer} skipped, being the least like the reference"


def explain_next_best(left_out: int, others: int, passed_over: int = 0) -> str:
    """Explain the choice of a picture after `left_out` good ones of its anchor were rejected (Eq. G6, ours).

    `others` good ones are left; of them `passed_over` are closer to the prompt, with least in common with the
    reference.
    """
    before = "the one" if left_out == 1 else f"the {left_out}"
    if not others:
        return f"the last good one of this test prompt, after {before} that you left out."
    return f"the nearest to its prompt after {before} that you left out{explain_passed_over(passed_over)}."


ALL_BLANK = (
    "Every picture is one flat colour, so there is nothing to choose from. The training was too strong: "
    "fine-tune again with fewer steps or a lower learning rate."
)


def explain_pool(informative: int, top_k: int, anchors: int) -> str:
    """Sum up the pool, and say so when fewer than `top_k` anchors are informative (Eq. G7)."""
    if not anchors:
        return "Every test prompt has an accepted picture: nothing is left to suggest. You can go on."
    if not informative:
        return (
            "No test prompt is undecided: of each, all pictures are copies or none is. You can go on, or "
            "accept what you like."
        )
    if informative < top_k:
        verb = "is" if informative == 1 else "are"
        return f"Only {informative} of {anchors} test prompts {verb} undecided: you can go on."
    verb, first = ("is" if informative == 1 else "are"), f"{top_k} most undecided are"
    if top_k == 1:
        first = "most undecided one is"
    return f"{informative} of {anchors} test prompts {verb} undecided: the {first} suggested."
