"""What other packages bring to the core, and what is wrong with it."""

from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.gal.scores.registry import SCORES
from gal_studio.core.models.forms.registry import FORMS


def problems() -> tuple[str, ...]:
    """One sentence for each policy, score or export format of another package that cannot be used."""
    return (*POLICIES.problems, *SCORES.problems, *FORMS.problems)


def brought() -> tuple[str, ...]:
    """What each policy, score and export format of another package is."""
    return (*POLICIES.brought, *SCORES.brought, *FORMS.brought)
