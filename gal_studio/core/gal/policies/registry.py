"""The acquisition policies offered by the page and the command line: each file of this folder has one.

The `policies.py` of a feature may have more. Other packages bring theirs by entry points of the group
`gal_studio.policies` (docs/python.md).
"""

from gal_studio.core.entry_points import is_name
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.absent import Absent
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.known_policies import KNOWN
from gal_studio.core.registry import Registry

POLICIES: Registry[Policy] = Registry(
    "gal_studio.core.gal.policies",
    lambda value: isinstance(value, Policy),
    "a policy",
    first=("uncertainty", "published", "random"),
    group="gal_studio.policies",
    of_features="policies",
)
HUMAN, SUGGESTION, NOTHING = "human", "suggestion", "nothing"
_ABSENT: dict[str, Absent] = {}
"""What stands for policies that stored settings name and that are not installed here, by name."""


def policy_names() -> tuple[str, ...]:
    """The names of all policies."""
    return POLICIES.names()


def policy_words() -> dict[str, str]:
    """The labels of all policies by name."""
    return {policy.name: policy.label for policy in POLICIES}


def deciders() -> dict[str, str]:
    """Who can decide in a round, in words: the person, what is suggested, nobody, and every policy."""
    kept = {HUMAN: "Your decisions", SUGGESTION: "Suggestions", NOTHING: "Nothing accepted"}
    return {**kept, **policy_words()}


def policy_choices() -> dict[str, str]:
    """Their labels by name, with those that stored settings name and that are not installed here."""
    return {**{name: absent.label for name, absent in _ABSENT.items()}, **policy_words()}


def find_policy(name: str) -> Policy:
    """Look up a policy by name; of stored settings it may be one that is not installed here."""
    policy = POLICIES.find(name) or _ABSENT.get(name)
    if policy is None:
        raise StudioError(
            f"There is no selection strategy {name!r}: choose one of {', '.join(policy_names())}."
        )
    return policy


def allow_stored(name: object) -> None:
    """Let stored settings name a policy that is not installed here, such as one of another computer."""
    if isinstance(name, str) and is_name(name) and POLICIES.find(name) is None:
        _ABSENT.setdefault(name, Absent.of(name))


KNOWN.find, KNOWN.words, KNOWN.allow_stored = find_policy, policy_choices, allow_stored
