"""What other packages bring to the core, and what is wrong with it."""

from gal_studio.core import features
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.gal.scores.registry import SCORES
from gal_studio.core.models.forms.registry import FORMS


def problems() -> tuple[str, ...]:
    """One sentence for each plug-in that the core cannot use."""
    return (*features.problems(), *POLICIES.problems, *SCORES.problems, *FORMS.problems)


def brought() -> tuple[str, ...]:
    """What each feature, policy, score and export format of another package is."""
    return (*features.brought(), *POLICIES.brought, *SCORES.brought, *FORMS.brought)
