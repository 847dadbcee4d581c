"""What came of each round of a project: its accepted pictures, their weight, its exports."""

from collections.abc import Iterable
from dataclasses import dataclass

from gal_studio.core.models.forms.registry import FORMS
from gal_studio.core.naming import round_names
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.settings import Method
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Kind, Round
from gal_studio.features.exports.record import Export
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
    base_model: str
    method: Method
    drawn: tuple[Candidate, ...]
    accepted: tuple[tuple[Candidate, str], ...]
    weight: float
    best_recipe: Recipe
    exports: tuple[Export, ...]
    without_choices: bool


def outcomes(store: Store, project_id: str) -> tuple[Outcome, ...]:
    """What came of each round of a project that is not archived, by number."""
    with store.database.snapshot():
        project, exports = store.snapshots.project(project_id), store.exports.of_project(project_id)
    names = round_names([each.round for each in project.rounds])
    return tuple(
        _outcome(here, names[here.id], present_exports(store, here.round.adapter, exports.get(here.id, ())))
        for here in project.shown
    )


def _outcome(here: RoundSnapshot, name: str, exports: tuple[Export, ...]) -> Outcome:
    accepted, prompts = set(here.decided.accepted), here.project.prompts
    return Outcome(
        round=here.round,
        name=name,
        kind=here.project.project.kind,
        base_model=here.project.project.base_model,
        method=here.settings.tune.method,
        drawn=here.tiles,
        accepted=tuple((one, prompts[one.anchor_id]) for one in here.tiles if one.id in accepted),
        weight=round_weight(here),
        best_recipe=here.best_recipe,
        exports=exports,
        without_choices=_is_without_choices(here),
    )


def _is_without_choices(here: RoundSnapshot) -> bool:
    trained = here.round.adapter is not None and not here.round.source and here.refined is None
    chosen = any(each.decided.accepted for each in here.project.shown)
    return trained and chosen and not inherited_examples(here)


def present_exports(store: Store, adapter: str | None, exports: Iterable[Export]) -> tuple[Export, ...]:
    """The requested ones of a round's exports, and those that were made of its present weights.

    Those in a format of a plug-in that is not installed here are left out.
    """

    def is_made(one: Export) -> bool:
        return one.made_of == (adapter or "") and store.exported(one.round_id, one.form).is_file()

    return tuple(one for one in exports if FORMS.find(one.form) is not None and (one.waits or is_made(one)))
