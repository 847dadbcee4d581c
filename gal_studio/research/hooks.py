"""What the studio asks about replays."""

from gal_studio.state import Store
from gal_studio.state.hooks import Hooks


def by_hand(store: Store, project_id: str) -> str:
    """A replay that a person changes is no longer what it is compared as."""
    replay = store.replays.get(project_id)
    if replay is None:
        return ""
    return (
        f"This is a replay of {replay.source_name}: it decides and generates by itself, so that the two can "
        f"be compared. Continue in {replay.source_name}."
    )


HOOKS = Hooks(by_hand=by_hand)
