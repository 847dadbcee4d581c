"""The button *Compare runs*."""

from gal_studio.research.features.other_trainings import verbs
from gal_studio.ui.requests import Requests

REQUESTS = Requests("rounds")
REQUESTS.verbs("write", verbs.ask_trainings)
