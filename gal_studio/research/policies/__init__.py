"""Selection strategies of papers, to compare the studio's with."""

from gal_studio.research.policies.badge import BADGE
from gal_studio.research.policies.core_set import CORE_SET

__all__ = ["BADGE", "CORE_SET"]
