"""Pictures of one prompt and seed in the other rounds of a project."""

from dataclasses import dataclass

from gal_studio.core.naming import round_names
from gal_studio.core.records.candidate import ShownPicture
from gal_studio.core.records.round import shown_rounds
from gal_studio.state import Store


@dataclass(frozen=True)
class Relative:
    """The picture of another round with the same prompt and seed."""

    round: str
    name: str
    picture: ShownPicture


def relatives_of(store: Store, candidate_id: str) -> tuple[Relative, ...]:
    """The candidates of other shown rounds with the same prompt and seed, in the order of the rounds."""
    own, here = store.candidates.get(candidate_id), store.candidates.round_of(candidate_id)
    project_id = store.rounds.get(here).project_id
    rounds = store.rounds.of_project(project_id)
    names = round_names(rounds)
    anchors = store.projects.anchors(project_id)
    prompt = next(anchor.prompt for anchor in anchors if anchor.id == own.anchor_id)
    alike = store.candidates.of_seed(own.anchor_id, own.seed)
    return tuple(
        Relative(round_.id, names[round_.id], ShownPicture.of(alike[round_.id], prompt=prompt))
        for round_ in shown_rounds(rounds)
        if round_.id in alike and round_.id != here and not round_.copy_of
    )
