"""What the studio asks about replays."""

from collections.abc import Iterable

from gal_studio.core.entry_points import is_name
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import deciders
from gal_studio.research.replays.record import replays_of
from gal_studio.state import Store
from gal_studio.state.hooks import Hooks


def by_hand(store: Store, project_id: str) -> str:
    """A replay that a person changes is no longer what it is compared as."""
    replay = replays_of(store).get(project_id)
    if replay is None:
        return ""
    return (
        f"This is a replay of {replay.source_name}: it decides and generates by itself, so that the two can "
        f"be compared. Continue in {replay.source_name}."
    )


def rows(store: Store, project_id: str) -> Iterable[object]:
    """What a replay draws again; refused if its policy can have no such name."""
    replay = replays_of(store).get(project_id)
    if replay is not None and replay.policy not in deciders() and not is_name(replay.policy):
        raise StudioError(f"There is no selection strategy {replay.policy!r}.")
    return replays_of(store).rounds(project_id)


HOOKS = Hooks(by_hand=by_hand, rows=rows)
