"""What came of each round of a project: the table of results."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.gal.recipe_rates import is_unjudged, not_judged, recipe_advice, unlike_references
from gal_studio.core.records.candidate import ShownPicture
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.rounds.lineage import inherited_examples, round_weight
from gal_studio.state import Store


@dataclass(frozen=True)
class RoundResult:
    """A row of the table of results, with the accepted pictures; `weight` is that of Eq. G8."""

    id: str
    name: str
    parent_id: str | None
    candidates: int
    weight: float
    adapter: bool
    accepted: tuple[ShownPicture, ...]
    recipe: Annotated[str, Doc("The strength schedule to generate with; empty for full strength.")]
    without_choices: Annotated[bool, Doc("Trained on the references alone, though images were accepted.")]


def outcomes(store: Store, project_id: str) -> tuple[RoundResult, ...]:
    """What came of each round of a project that is not archived, by number."""
    project = store.snapshots.project(project_id)
    return tuple(_outcome(here, project.names[here.id]) for here in project.shown)


def _outcome(here: RoundSnapshot, name: str) -> RoundResult:
    accepted, prompts = set(here.decided.accepted), here.project.prompts
    return RoundResult(
        id=here.id,
        name=name,
        parent_id=here.round.parent_id,
        candidates=len(here.tiles),
        weight=round_weight(here),
        adapter=here.round.adapter is not None,
        accepted=tuple(
            ShownPicture.of(one, prompt=prompts[one.anchor_id]) for one in here.tiles if one.id in accepted
        ),
        recipe=_advice(here, name),
        without_choices=_is_without_choices(here),
    )


def _advice(here: RoundSnapshot, name: str) -> str:
    """How a round's LoRA draws best, and whether one from elsewhere is of other images; Round 0 has none."""
    if here.round.adapter is None:
        return ""
    kind = here.project.project.kind
    said = [recipe_advice(name, here.best_recipe, here.tiles, kind)]
    if here.round.source:
        said.append(unlike_references(name, here.tiles))
    if is_unjudged(here.tiles):
        said.append(not_judged(kind))
    return " ".join(filter(None, said))


def _is_without_choices(here: RoundSnapshot) -> bool:
    trained = here.round.adapter is not None and not here.round.source and here.refined is None
    chosen = any(each.decided.accepted for each in here.project.shown)
    return trained and chosen and not inherited_examples(here)
