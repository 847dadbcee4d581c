"""Explain in one plain sentence why an anchor or a picture was suggested or not.

Where the code says "anchor", "candidate" and "overfit", these sentences say "test prompt", "image" and
"copy", as the page does. Figures such as the entropy stay in `AnchorScore`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import Anchor, AnchorScore, Kind
from gal_studio.core.words import percent

Case = Literal["clean", "clean_one", "copies", "copies_one", "unfit", "from", "above", "up", "any", "mixed"]
SENTENCES: Mapping[Case, str] = {
    "clean": "No copies found in {n} images.",
    "clean_one": "Its only image is not a copy.",
    "copies": "No image to suggest: all {n} are copies{marked}.",
    "copies_one": "No image to suggest: the only one is a copy{marked}.",
    "unfit": "No image to suggest: {count}{others}.",
    "from": "Copies at LoRA strength {copied}{higher}; {good}.",
    "above": "Copies above LoRA strength {clean}, {below}; {good}.",
    "up": "{up}; {good}.",
    "any": "{count}, at any LoRA strength; {good}.",
    "mixed": "{count}; {good}.",
}
"""What is said of an anchor's pictures, by what is known of them; see `_case`."""
_LACKS = (
    ("misses the prompt", "miss the prompt"),
    ("scores too low", "score too low"),
)


def uncertainty_key(score: AnchorScore) -> float:
    """What orders anchors by Eq. G4: its value, or in a round of an earlier version min(p, 1-p).

    The latter is the fraction of flags, which are so few that equal fractions alone give equal floats. 0 for
    an anchor without a picture that may be suggested.
    """
    if not score.good:
        return 0.0
    if score.by_model:
        return score.entropy
    if score.is_counted:
        return min(score.overfit, score.candidates - score.overfit) / score.candidates
    return min(score.overfit_rate, 1.0 - score.overfit_rate)


def short_names(anchors: Sequence[Anchor]) -> dict[str, str]:
    """The anchors’ prompts, by id, without the words that all of them start or end with.

    One that begins its prompt has a capital.
    """
    words = {anchor.id: anchor.prompt.split() for anchor in anchors}
    shortest = min((len(prompt) for prompt in words.values()), default=0)
    if len({tuple(prompt) for prompt in words.values()}) < 2:
        return {anchor.id: anchor.prompt for anchor in anchors}
    first = _shared(list(words.values()), shortest - 1)
    last = _shared([prompt[::-1] for prompt in words.values()], shortest - 1 - first)
    heads = {name: " ".join(prompt[first : len(prompt) - last]) for name, prompt in words.items()}
    return heads if first else {name: head[:1].upper() + head[1:] for name, head in heads.items()}


def _shared(prompts: Sequence[Sequence[str]], limit: int) -> int:
    for number in range(limit):
        if len({prompt[number] for prompt in prompts}) > 1:
            return number
    return max(limit, 0)


def explain(score: AnchorScore, standing: str = "") -> str:
    """Explain an anchor; `standing` says of an uncertain one how others compare."""
    sentence = SENTENCES[_case(score)].format(
        n=score.candidates,
        count=count_copies(score),
        others=_others(score),
        marked=_marked(score),
        good=count_good(score),
        up=_up(score.copied_from),
        copied=strength_words(score.copied_from),
        higher=" and above" if score.copied_from < 1.0 else "",
        clean=strength_words(score.clean_up_to),
        below="some below" if score.copied_from == score.weakest else _none(score.copied_from),
    )
    is_mixed = score.overfit > 0 and score.good > 0
    return f"{f'{standing} ' if is_mixed and standing else ''}{sentence}{_explain_blank(score.blank)}"


def _case(score: AnchorScore) -> Case:
    if score.overfit == 0:
        return "clean_one" if score.candidates == 1 else "clean"
    if score.overfit == score.candidates:
        return "copies_one" if score.candidates == 1 else "copies"
    if not score.good:
        return "unfit"
    if score.weakest == 1.0 or score.by_person:
        return "mixed"
    if score.clean_up_to < score.copied_from:
        return "from"
    if score.clean_up_to < 1.0:
        return "above"
    return "any" if score.copied_from == score.weakest else "up"


def _none(strength: float) -> str:
    return f"none below {strength_words(strength)}"


def _up(strength: float) -> str:
    if strength == 1.0:
        return "Some copies at full LoRA strength only"
    return f"Some copies at LoRA strength {strength_words(strength)} and above, none below"


def count_good(score: AnchorScore) -> str:
    """How many images of an anchor may be suggested, of those that are not copies."""
    others = score.candidates - score.overfit
    if score.off_prompt or score.too_weak:
        return f"{score.good} of {others} others {'is' if score.good == 1 else 'are'} good enough to train on"
    return "the other one is good" if others == 1 else "all others are good"


def count_copies(score: AnchorScore) -> str:
    """How many pictures of an anchor are copies, as the beginning of any reason: "3 of 10 are copies"."""
    return f"{count_of(score)} {'is a copy' if score.overfit == 1 else 'are copies'}{_marked(score)}"


def count_of(score: AnchorScore) -> str:
    """How many pictures of an anchor are copies, in figures alone: "3 of 10"."""
    return f"{score.overfit} of {score.candidates}"


def _others(score: AnchorScore) -> str:
    """What keeps an anchor's clean pictures from being suggested; empty if nothing does."""
    counted = zip((score.off_prompt, score.too_weak), _LACKS, strict=True)
    return "".join(f", {count} {words[count > 1]}" for count, words in counted if count)


def _marked(score: AnchorScore) -> str:
    if not score.by_person:
        return ""
    return ", as you marked" if score.by_person == score.overfit else f" ({score.by_person} as you marked)"


def strength_words(strength: float) -> str:
    """A LoRA strength as it is written everywhere: "0.85", "0.4", "1"."""
    return f"{round(strength, 2):g}"


def capitalized(words: str) -> str:
    """The words with a capital: they begin a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def _explain_blank(blank: int) -> str:
    if not blank:
        return ""
    return f" {blank} blank {'image is' if blank == 1 else 'images are'} not counted."


def explain_standing(ranked: Sequence[AnchorScore], chosen: int, names: Mapping[str, str]) -> list[str]:
    """Say of each anchor, in the order of Eq. G5, why the first `chosen` are suggested and the others not.

    The last one suggested is compared with the next in line, and each other one with those
    suggested, so that no two say the same. Where pictures are compared at schedules that all prompts share,
    the place says it. `names` are short ones by anchor ID. Nothing is said of an anchor that is alone or not
    undecided.
    """
    keys = [uncertainty_key(score) for score in ranked]
    known = sum(key > 0 for key in keys)
    if len(ranked) > 1 and all(score.by_model for score in ranked):
        places = ["Most", *(f"{ordinal(place)} most" for place in range(2, known + 1))][:known]
        return [f"{place} uncertain prompt." for place in places] + [""] * (len(ranked) - known)
    digits = _digits(ranked[: min(known, chosen + 1)])
    chances = [_chance(score, digits) for score in ranked[:known]]
    near = [_nearness(score, digits) for score in ranked[:known]]
    sentences = []
    for place in range(known):
        if place == 0:
            first = "Most uncertain prompt"
        elif place < chosen and near[place - 1] == near[place]:
            first = f"As uncertain as “{names[ranked[place - 1].anchor.id]}”"
        else:
            first = f"{ordinal(place + 1)} most uncertain"
        chance = f" (copy risk {chances[place]})" if chances[place] else ""
        if place >= chosen:
            alike = chosen > 0 and near[place] == near[chosen - 1]
            rest = _behind(ranked, place, chosen, names, alike)
        elif place == chosen - 1 < known - 1:
            share = chances[place + 1] or count_copies(ranked[place + 1])
            rest = _ahead(ranked, place, names, share)
        else:
            rest = "."
        sentences.append(f"{first}{chance}{rest}" if len(ranked) > 1 else "")
    return sentences + [""] * (len(ranked) - known)


def _ahead(ranked: Sequence[AnchorScore], place: int, names: Mapping[str, str], share: str) -> str:
    """What the last one suggested has ahead of the next in line, whose copies are `share`."""
    here, other = ranked[place], ranked[place + 1]
    name = names[other.anchor.id]
    if uncertainty_key(here) != uncertainty_key(other):
        return f", before “{name}” ({share})."
    if abs(here.mean_margin) != abs(other.mean_margin):
        return f"; “{name}” is just as uncertain, but easier to tell from copies."
    return f"; “{name}” is just as uncertain, but comes later in the list."


def _behind(
    ranked: Sequence[AnchorScore], place: int, chosen: int, names: Mapping[str, str], alike: bool
) -> str:
    """What one that is not suggested lacks; `alike`: the figures that are shown do not tell."""
    if not chosen:
        return "."
    here, last = ranked[place], ranked[chosen - 1]
    if uncertainty_key(here) != uncertainty_key(last):
        suggested = "the suggested one is" if chosen == 1 else f"the {chosen} suggested are"
        return f": {suggested} {'slightly ' if alike else ''}more uncertain."
    if abs(here.mean_margin) != abs(last.mean_margin):
        return f", like “{names[last.anchor.id]}”, whose images are harder to tell from copies."
    return f", like “{names[last.anchor.id]}”, which comes first in the list."


def _digits(compared: Sequence[AnchorScore]) -> int:
    """Digits after the point of mean chances in percent: one where those compared would look alike."""
    near = {abs(score.overfit_rate - 0.5) for score in compared if not score.is_counted}
    return int(len({round(100 * value) for value in near}) < len(near))


def _chance(score: AnchorScore, digits: int) -> str:
    """The mean chance of a copy of an anchor; empty if its rate is that of its flags."""
    return "" if score.is_counted else f"{100 * score.overfit_rate:.{digits}f}%"


def _nearness(score: AnchorScore, digits: int) -> float:
    """min(p, 1-p) in percent, as the chance or the count that is shown tells it."""
    return round(100 * uncertainty_key(score), 9 if score.is_counted else digits)


def ordinal(number: int) -> str:
    """An ordinal number: "1st", "2nd", "3rd", "11th"."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def explain_picture(score: AnchorScore, picture: Candidate, kind: Kind) -> str:
    """Explain why this picture of a suggested anchor was chosen, by which figures (Eq. G6, G18)."""
    known = {"copy risk": picture.chance, "prompt match": picture.asked, f"{kind} match": picture.kept}
    told = ", ".join(f"{name} {percent(value)}" for name, value in known.items() if value is not None)
    best = f"the best of {score.good} good ones"
    which = best if score.good > 1 else f"the only good one of {score.candidates}"
    return f"{which} by the studio’s scores ({told}). You may prefer another."


def explain_next_best(left_out: int, others: int) -> str:
    """Explain the choice of a picture after `left_out` good ones of its anchor were rejected (Eq. G6, ours).

    `others` good ones are left.
    """
    before = "the one" if left_out == 1 else f"the {left_out}"
    if not others:
        return "the last usable image for this prompt."
    return f"the best one after {before} you rejected."


ALL_BLANK = (
    "Every image is one flat color. The training was too strong: train again with fewer steps or a "
    "lower learning rate."
)


def explain_pool(informative: int, top_k: int, scores: Sequence[AnchorScore]) -> str:
    """Sum up the pool, and say so when fewer than `top_k` anchors are informative (Eq. G7)."""
    anchors = len(scores)
    if not anchors:
        return "Every test prompt has an accepted image."
    mixed = sum(0 < score.overfit < score.candidates for score in scores)
    uncopied = sum(not score.overfit for score in scores)
    if not informative and uncopied == anchors:
        good = sum(score.good for score in scores)
        which = f"any of the {good} good images" if good > 1 else "any images you like"
        return f"Nothing to suggest: no test prompt gave a copy. Accept {which}, or stop here."
    if not informative and mixed and 2 * uncopied >= anchors:
        return (
            f"Nothing to suggest: {uncopied} of the {anchors} test prompts never gave a copy, the others no "
            "good image. Accept any images you like, or stop here."
        )
    if not informative and mixed:
        return (
            "Nothing good enough to suggest. Generate more images, train fewer steps, or accept any you like."
        )
    if not informative:
        return "Nothing to suggest: every prompt is either all copies or none. Accept any images you like."
    if informative < top_k:
        only = "1 suggestion" if informative == 1 else f"{informative} suggestions"
        return f"Only {only} this time: no other test prompt gave both copies and good images."
    first = "The most uncertain one is" if top_k == 1 else f"The {top_k} most uncertain are"
    if anchors == 1:
        return "The only test prompt gave both copies and good images. It is suggested."
    return f"{informative} of the {anchors} test prompts gave both copies and good images. {first} suggested."
