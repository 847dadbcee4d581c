"""What the studio asks about image adapters of one's own."""

from gal_studio.research.features.own_adapters.record import trained_adapters
from gal_studio.state.hooks import Hooks

HOOKS = Hooks(
    adapters=lambda store: [(one.name, one.plan.title) for one in trained_adapters(store.workspace)],
)
