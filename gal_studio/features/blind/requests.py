"""Compare blind, as the page asks for it."""

from gal_studio.features.blind import verbs
from gal_studio.ui.requests import Requests

REQUESTS = Requests("results")
REQUESTS.verbs("read", verbs.compare_blind)
REQUESTS.verbs("write", verbs.choose_blind)
REQUESTS.verbs("write", verbs.undo_blind, only="pair")
