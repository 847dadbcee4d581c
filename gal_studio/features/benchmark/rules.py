"""When a round is measured, and on which prompts."""

from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.snapshot import ProjectSnapshot
from gal_studio.rounds.test_set import RoundTest, chosen_set, set_prompts
from gal_studio.state import Store

MOST_PROMPTS, MOST_SEEDS = 100, 20
SHARE_OF_A_ROUND = 1 / 2
"""A round is measured by itself if that takes at most this share of the round's own time."""


def is_wanted(of: RoundTest) -> bool:
    """Whether a round is to be measured when all of it is asked for, trained by then."""
    chosen = of.test_set.chosen
    if of.here.round.why_not("measure"):
        return False
    return not (chosen and chosen.measured == "never") and bool(of.missing)


def is_due(of: RoundTest) -> bool:
    """Whether a round that has its candidates is measured without being asked."""
    if not is_wanted(of) or of.here.id not in of.drawable:
        return False
    if of.test_set.chosen is not None and of.test_set.chosen.measured == "always":
        return True
    spent = sum(seconds for phase, seconds in of.here.record.seconds.items() if phase != "measure")
    needed = seconds_of(of)
    return needed is not None and needed <= SHARE_OF_A_ROUND * spent


def seconds_of(of: RoundTest) -> float | None:
    """How long the missing pictures will take, by the speed of the round's own; None if unknown."""
    spent, drawn = of.here.record.seconds, len(of.here.candidates)
    if not drawn or not spent.get("generate"):
        return None
    slower = _slower(of)
    pictures = sum(slower if planned.in_full else 1.0 for planned in of.missing)
    return pictures * (spent["generate"] + spent.get("embed", 0.0)) / drawn


def _slower(of: RoundTest) -> float:
    """How many times as many passes a picture takes without the fast model."""
    chosen, drawn = of.test_set.chosen, of.test_set.project.project.settings.generation.as_drawn
    return 2.0 * chosen.steps / drawn.steps if chosen is not None else 1.0


def change(store: Store, project: ProjectSnapshot, templates: list[str], seeds: int) -> None:
    """Choose other held-out prompts, and how many pictures of each; pictures of removed prompts stay."""
    if not 1 <= seeds <= MOST_SEEDS:
        raise StudioError(
            f"Images of each benchmark prompt is {seeds}: choose a whole number from 1 to {MOST_SEEDS}."
        )
    with store.database.transaction():
        test_set = chosen_set(store, project)
        wanted = test_set.named.expand([line for line in templates if line.strip()])
        if len(wanted) > MOST_PROMPTS:
            raise StudioError(f"The benchmark has {len(wanted)} prompts: use at most {MOST_PROMPTS}.")
        seen = [prompt for prompt in wanted if prompt in test_set.not_held_out]
        if seen:
            raise StudioError(
                f"{seen[0]!r} is a test prompt or a reference’s prompt, so it cannot be in the benchmark: "
                "choose another one."
            )
        set_prompts(store, test_set, wanted)
        store.measures.choose(
            project.project.id, replace(test_set.chosen or test_set.proposed[0], seeds=seeds)
        )
