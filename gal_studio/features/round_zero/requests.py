"""Round 0 on the page: generate it, perhaps with its references given otherwise."""

from gal_studio.features.round_zero import verbs
from gal_studio.ui.payloads import Id, OfRound
from gal_studio.ui.payloads.forms import SettingValues
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")


@REQUESTS.write
def instant_round(context: Context, round: Id, references: SettingValues | None = None) -> OfRound:
    """Draw the project's Round 0, with the references and no training; settings of theirs may change."""
    project = context.studio.store.rounds.get(round).project_id
    return verbs.instant_round(context.studio, project, references).round_id
