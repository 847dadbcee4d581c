"""Who has access to the studio, and by which host names."""

from dataclasses import dataclass, field

from gal_studio.ui.access.credentials import Attempts, Credentials, Sessions
from gal_studio.ui.access.origins import OWN_NAMES


@dataclass(frozen=True)
class Rules:
    """Who has access (without credentials: anyone who can reach the server), and by which host names.

    `programs` opens the named endpoints to those who have access.
    """

    names: frozenset[str] = OWN_NAMES
    any_address: bool = False
    credentials: Credentials | None = None
    sessions: Sessions | None = None
    attempts: Attempts = field(default_factory=Attempts)
    programs: bool = False
