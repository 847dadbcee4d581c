"""Why the images of a trained round may not look like the references, in words without figures."""

from collections.abc import Sequence

from gal_studio.core.gal.recipe_rates import ENOUGH_TO_TELL, are_unlike_references
from gal_studio.core.gal.standard import KEPT_ENOUGH
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.taught.registry import find_taught
from gal_studio.core.types import Kind
from gal_studio.core.words import listed
from gal_studio.rounds.suggestions import accepted_anchors, first_proposal

FEW = 2
"""Rejected suggestions: fewer say nothing of a round."""
FEW_SHARE = 0.1
"""Of a round's images: so few with the style or object are hardly any."""


def doubt(here: RoundSnapshot) -> str:
    """Why its images may not look like the style or object, and what to do; empty if nothing says so.

    A person who rejects most of what was suggested first knows best; else Eq. G17 may see nothing of it at
    any strength, or find it in hardly an image. What a first round never learned is seen by a person alone:
    c(x) compares with that.
    """
    if not here.variant.tunes or here.round.adapter is None or here.round.source:
        return ""
    if absent := _absent(here.candidates):
        return absent
    kind = here.project.project.kind
    if _rejects_most(here):
        return f"You rejected most suggestions. Didn’t they look like your {kind}? {_others(kind)}."
    if not (are_unlike_references(here.candidates) or _has_few(here.candidates)):
        return ""
    if not any(above.variant.tunes for above in here.ancestors):
        return f"Hardly any image looks like your {kind}. {_others(kind)}, or train longer."
    return f"Your {kind} is weaker than in earlier rounds. Go back and accept images that show it fully."


def _absent(drawn: Sequence[Candidate]) -> str:
    """Which object most images lack that should show it, or that none shows all of several (Eq. G25)."""
    asked = [one for one in drawn if one.objects]
    if len(asked) < ENOUGH_TO_TELL:
        return ""
    words = dict.fromkeys(word for one in asked for word in one.objects)
    several = [one for one in asked if len(one.objects) > 1]
    together = sum(not one.missing for one in several)
    if len(several) >= ENOUGH_TO_TELL and together <= FEW_SHARE * len(several):
        number = f"Only {together} of {len(several)} images show" if together else "No image shows"
        return (
            f"{number} {listed([*words])} together: this model cannot generate them together. Make a project "
            "for each."
        )
    lacking = {word: sum(word in one.missing for one in asked) for word in words}
    told = [f"{word} in {count}" for word, count in lacking.items() if 2 * count > len(asked)]
    return (
        f"Objects are missing in most of {len(asked)} images: {listed(told)}. Train longer." if told else ""
    )


def _others(kind: Kind) -> str:
    others = "in other places" if find_taught(kind).is_subject else "with other subjects"
    return f"Start again with more references {others}"


def _has_few(drawn: Sequence[Candidate]) -> bool:
    """Whether at most a tenth of the images has the style or object (Eq. G17)."""
    known = [one.kept >= KEPT_ENOUGH for one in drawn if one.kept is not None]
    return len(known) >= ENOUGH_TO_TELL and sum(known) <= FEW_SHARE * len(known)


def _rejects_most(here: RoundSnapshot) -> bool:
    """Whether most prompts that were suggested first have a rejected suggestion and no accepted image."""
    rejected = here.decided.rejected
    if len(rejected) < FEW:
        return False
    accepted, first = accepted_anchors(here), first_proposal(here).suggestions
    left = [one for one in first if one.candidate_id in rejected and one.anchor_id not in accepted]
    return len(left) >= FEW and 2 * len(left) > len(first)
