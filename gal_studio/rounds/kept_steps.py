"""The LoRAs that were kept of a training: which there are, and how they are compared with one another."""

from gal_studio.core.errors import StudioError
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.snapshot import KeptStep, RoundSnapshot
from gal_studio.core.words import listed
from gal_studio.rounds.lineage import pool

MOST_COMPARED = 6
"""Steps that are compared where none are named."""
STRENGTHS = (0.4, 0.7, 1.0)
"""LoRA strengths at which each step is drawn where none are named."""


def kept_step(here: RoundSnapshot, step: int) -> KeptStep:
    """The LoRA of a step; refused if it was not kept."""
    found = {one.step: one for one in here.record.kept_steps}
    if step not in found:
        known = (
            f"choose {listed([str(one) for one in sorted(found)], 'or')}"
            if found
            else why_none(here) or "no step was kept"
        )
        raise StudioError(f"The LoRA of step {step} is not kept: {known[:1].lower()}{known[1:].rstrip('.')}.")
    return found[step]


def why_none(here: RoundSnapshot) -> str:
    """Why no step of a round's training is kept, and what to do; empty if some are, or none ever can be."""
    tune, round_ = here.settings.tune, here.round
    if here.record.kept_steps or round_.why_not("train"):
        return ""
    if tune.method == "full":
        return "This round trains the whole model, whose steps are not kept: each would be as large."
    if not tune.validate_every:
        return "Set “Validate every” under Advanced: the next training then keeps the LoRA of each such step."
    if round_.adapter is not None and round_.ends_at is None:
        return "The steps of this training are no longer kept: train again to compare them."
    return ""


def usual_steps(here: RoundSnapshot) -> tuple[int, ...]:
    """Kept steps from the whole training, the last one among them."""
    steps = [one.step for one in here.record.kept_steps]
    count = min(MOST_COMPARED, len(steps))
    return tuple(steps[(place + 1) * len(steps) // count - 1] for place in range(count))


def usual_prompt(here: RoundSnapshot) -> str:
    """A test prompt that nothing was trained on: the first one of the validations; else the reference's."""
    held_out = pool(here)
    return held_out[0].prompt if held_out else ""


def usual_seed(here: RoundSnapshot, prompt: str) -> int:
    """The seed of a test prompt's first image, as in the round and its validations; 0 of other prompts."""
    known = prompt in here.project.prompts.values()
    return candidate_seed(here.project.project.seed, prompt, 0) if known else 0
