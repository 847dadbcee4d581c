"""The anchors of a project: made from templates, added, enabled and disabled."""

from collections.abc import Sequence

from gal_studio.assets import load_anchors
from gal_studio.core import checks
from gal_studio.core.entered import entered
from gal_studio.core.errors import StudioError
from gal_studio.core.references import Prompts
from gal_studio.state import Store

MOST_ANCHORS = 500
LONGEST_ANCHOR = 300


def anchor_prompts(prompts: Prompts, templates: Sequence[str] | None) -> tuple[str, ...]:
    """The prompts of the anchors; without templates, those of the bundled list.

    What other programs read beside words is left out (`gal_studio.core.entered.entered`).
    """
    written = load_anchors(prompts.kind) if templates is None else templates
    given = [line for line in map(entered, written) if line.strip()]
    for line in given:
        if len(line) > LONGEST_ANCHOR:
            raise StudioError(
                f"The test prompt {line[:40].strip() + '…'!r} has {len(line)} characters: "
                f"use at most {LONGEST_ANCHOR}, and one test prompt per line."
            )
        checks.text("The test prompt", line)
    if len(given) > MOST_ANCHORS:
        raise StudioError(f"There are {len(given)} test prompts: use at most {MOST_ANCHORS}.")
    return prompts.expand(given)


def add_anchors(store: Store, project_id: str, templates: Sequence[str], only: bool = False) -> None:
    """Add anchors, or enable those that exist; `only` disables all others."""
    with store.database.transaction():
        prompts = anchor_prompts(store.projects.prompts(project_id), templates)
        store.projects.add_anchors(project_id, prompts)
        anchors = store.projects.anchors(project_id)
        if len(anchors) > MOST_ANCHORS:
            raise StudioError(
                f"The project would have {len(anchors)} test prompts: keep at most {MOST_ANCHORS}."
            )
        if only:
            store.projects.enable_only(project_id, prompts)
            _check_enough(store, project_id)


def enable_anchor(store: Store, anchor_id: str, enabled: bool) -> None:
    """Enable or disable an anchor; at least as many as a round suggests stay enabled."""
    with store.database.transaction():
        project_id = store.projects.project_of_anchor(anchor_id)
        store.projects.enable_anchor(anchor_id, enabled)
        if not enabled:
            _check_enough(store, project_id)


def _check_enough(store: Store, project_id: str) -> None:
    wanted = store.projects.get(project_id).settings.gal.top_k
    if sum(anchor.enabled for anchor in store.projects.anchors(project_id)) < wanted:
        raise StudioError(
            f"A round suggests {wanted} test prompts, so at least {wanted} must stay enabled: "
            "add others first, or ask for fewer suggestions in the settings."
        )
