"""What the studio asks about the benchmark."""

from gal_studio.features.benchmark.verbs import measure_if_wanted
from gal_studio.state.hooks import Hooks

HOOKS = Hooks(missing=measure_if_wanted)
