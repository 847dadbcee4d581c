"""Pictures of one prompt and seed in the other rounds of a project."""

from dataclasses import dataclass

from gal_studio.core.records.candidate import ShownPicture
from gal_studio.state import Store


@dataclass(frozen=True)
class Relative:
    """The picture of another round with the same prompt and seed."""

    round: str
    name: str
    picture: ShownPicture


def relatives_of(store: Store, candidate_id: str) -> tuple[Relative, ...]:
    """The candidates of other shown rounds with the same prompt and seed, in the order of the rounds."""
    here = store.snapshots.of_candidate(candidate_id)
    project = store.snapshots.project(here.project.project.id)
    own = next(one for one in here.tiles if one.id == candidate_id)
    prompt, found = project.prompts[own.anchor_id], []
    for each in project.shown:
        same = [
            one for one in each.tiles if (one.anchor_id, one.seed) == (own.anchor_id, own.seed) and one.image
        ]
        if same and each.id != here.id and not each.round.copy_of:
            found.append(Relative(each.id, project.names[each.id], ShownPicture.of(same[-1], prompt=prompt)))
    return tuple(found)
