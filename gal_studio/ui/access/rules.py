"""Who has access to the studio, and by which host names."""

from dataclasses import dataclass, field

from gal_studio.ui.access.credentials import Attempts, Credentials, Ticket
from gal_studio.ui.access.origins import OWN_NAMES
from gal_studio.ui.access.sessions import Sessions


@dataclass(frozen=True)
class Rules:
    """Who has access (without credentials: anyone who can reach the server), and by which host names.

    `programs` opens the named endpoints to those who have access. Where the credentials are a token, `ticket`
    signs in the browser that is opened here.
    """

    names: frozenset[str] = OWN_NAMES
    any_address: bool = False
    credentials: Credentials | None = None
    sessions: Sessions | None = None
    attempts: Attempts = field(default_factory=Attempts)
    programs: bool = False
    ticket: Ticket = field(default_factory=Ticket)
