"""What came of each round of a project: its accepted pictures, their weight."""

from dataclasses import dataclass

from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.round import Round
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Kind
from gal_studio.rounds.lineage import inherited_examples, round_weight
from gal_studio.state import Store


@dataclass(frozen=True)
class Outcome:
    """A round of the table of results.

    `drawn` are its pictures, a person's own included, and `accepted` those that were accepted, each with its
    prompt. `weight` is that of Eq. G8, and `best_recipe` that of Eq. G18. `without_choices`: images were
    accepted in the project, and its LoRA was trained on the references alone.
    """

    round: Round
    name: str
    kind: Kind
    drawn: tuple[Candidate, ...]
    accepted: tuple[tuple[Candidate, str], ...]
    weight: float
    best_recipe: Recipe
    without_choices: bool


def outcomes(store: Store, project_id: str) -> tuple[Outcome, ...]:
    """What came of each round of a project that is not archived, by number."""
    project = store.snapshots.project(project_id)
    return tuple(_outcome(here, project.names[here.id]) for here in project.shown)


def _outcome(here: RoundSnapshot, name: str) -> Outcome:
    accepted, prompts = set(here.decided.accepted), here.project.prompts
    return Outcome(
        round=here.round,
        name=name,
        kind=here.project.project.kind,
        drawn=here.tiles,
        accepted=tuple((one, prompts[one.anchor_id]) for one in here.tiles if one.id in accepted),
        weight=round_weight(here),
        best_recipe=here.best_recipe,
        without_choices=_is_without_choices(here),
    )


def _is_without_choices(here: RoundSnapshot) -> bool:
    trained = here.round.adapter is not None and not here.round.source and here.refined is None
    chosen = any(each.decided.accepted for each in here.project.shown)
    return trained and chosen and not inherited_examples(here)
