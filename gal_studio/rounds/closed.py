"""Why an action of a round does nothing now, and what to do instead: page and verbs give the same answer."""

from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.variants.variant import Action
from gal_studio.rounds import lineage
from gal_studio.rounds.suggestions import Proposal, open_suggestions, suggested_anchors
from gal_studio.state.hooks import closed_by_features

MAKE_ROUND = "make_round"
"""What stands for the actions that make a round of a variant with a `hint`."""
NO_SUGGESTION = "There is no suggestion yet"
ALL_REVIEWED = "Every suggestion is reviewed"


def closed(here: RoundSnapshot, made: Proposal, trainable: bool, complete: bool) -> dict[Action, str]:
    """A sentence for each action that is closed, whatever else is done.

    The page suggests what was `made`. It is `trainable` where its training would learn anything new, and
    `complete` are its images.
    """
    number = here.round.number
    found = {
        MAKE_ROUND: lineage.why_none_after(here),
        "accept": _no_suggestion(here, made),
        "next_round": "" if here.candidates else lineage.no_images(number),
        "continue_training": here.round.why_not("continue"),
        **closed_by_features(here, complete),
    }
    if not trainable:
        found["fine_tune"] = here.round.why_not("train") or trained_already(number)
        found["run"] = (here.round.why_not("train") or run_already(number)) if complete else ""
    if not here.round.can_generate:
        found["generate"] = here.variant.untrained(number)
    elif complete:
        found["generate"] = drawn_already(number)
    return {action: why for action, why in found.items() if why}


def _no_suggestion(here: RoundSnapshot, made: Proposal) -> str:
    if not suggested_anchors(here, made):
        return NO_SUGGESTION
    return "" if open_suggestions(here, made) else ALL_REVIEWED


def trained_already(number: int) -> str:
    """That a training would only repeat the last one."""
    return (
        f"Round {number} is already trained on these images with these settings: change a setting to train "
        "it again."
    )


def drawn_already(number: int) -> str:
    """That all images of a round are there."""
    return (
        f"Round {number} has all its images: go on to the next round, or choose more images per prompt in "
        "the settings."
    )


def run_already(number: int) -> str:
    """That a round lacks nothing."""
    return f"Round {number} has been run: choose images, then go on to the next round."
