"""The acquisition policies offered by the page and the command line, one line each."""

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.diverse import DIVERSE
from gal_studio.core.gal.policies.learned import LEARNED
from gal_studio.core.gal.policies.margin import MARGIN
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.published import PUBLISHED
from gal_studio.core.gal.policies.random import RANDOM
from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY

POLICIES: list[Policy] = [
    UNCERTAINTY,
    DIVERSE,
    MARGIN,
    PUBLISHED,
    RANDOM,
    LEARNED,
]


def policy_names() -> tuple[str, ...]:
    """The names of all policies."""
    return tuple(policy.name for policy in POLICIES)


def policy_words() -> dict[str, str]:
    """The labels of all policies by name."""
    return {policy.name: policy.label for policy in POLICIES}


def find_policy(name: str) -> Policy:
    """Look up a policy by name."""
    for policy in POLICIES:
        if policy.name == name:
            return policy
    raise StudioError(f"There is no policy {name!r}: choose one of {', '.join(policy_names())}.")
