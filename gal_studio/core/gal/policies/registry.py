"""The acquisition policies offered by the page and the command line, one line each."""

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.random import random
from gal_studio.core.gal.policies.uncertainty import uncertainty

POLICIES: dict[str, Policy] = {
    "uncertainty": uncertainty,
    "random": random,
}


def find_policy(name: str) -> Policy:
    """Look up a policy by name."""
    if name not in POLICIES:
        raise StudioError(f"There is no policy {name!r}: choose one of {', '.join(POLICIES)}.")
    return POLICIES[name]
