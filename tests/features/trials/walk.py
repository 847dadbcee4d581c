"""The screens of tried prompts, for the walk over all (`tests/ui/browser/walk.py`)."""

from collections.abc import Iterator
from typing import Any

from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import KeptStep
from gal_studio.studio import Studio
from tests.features.trials.browser.test_trials import draw_all


def prepare(studio: Studio, round_id: str) -> None:
    """A tried prompt, and a step by two strengths."""
    studio.try_prompt(round_id, "A lighthouse {}", 12, 4.0, Recipe.constant(1.3))
    studio.store.rounds.keep_step(round_id, KeptStep(20, 64 * "a", "f", 20))
    studio.try_steps(round_id, strengths=[0.4, 1.0])
    draw_all(studio, round_id)


def views(walk: Any) -> Iterator[str]:
    """The view, a step below the curves, and an image of each enlarged."""
    for view, one, what in (
        ("curves", ".kept-steps button.trial-face", "a step of the training, enlarged"),
        ("trials", ".trial button.trial-face", "a tried prompt, enlarged"),
    ):
        walk.page.click(f"[data-view={view}]")
        yield view
        walk.shown("dialog.viewer[open]", lambda one=one: walk.page.click(one))
        yield what
        walk.escape()
