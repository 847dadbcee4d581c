"""What the studio asks about other trainings."""

from gal_studio.research.features.other_trainings.record import ensembles_of
from gal_studio.research.features.other_trainings.rules import lacks_trainings
from gal_studio.state import Store
from gal_studio.state.hooks import Hooks


def before_deciding(store: Store, round_id: str, policy: str) -> str:
    """A policy that needs several trainings decides once they are compared."""
    here, drawn = store.snapshots.round(round_id), ensembles_of(store).of_round(round_id)
    return "ask" if lacks_trainings(here, policy, drawn, here.gal.trainings) else ""


HOOKS = Hooks(before_deciding=before_deciding)
