"""A request that nobody needs, and a part of a poll: how many pictures a round has."""

from dataclasses import dataclass

from gal_studio.studio.views.types import FullRound
from gal_studio.ui.payloads import Id
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")


@dataclass(frozen=True)
class Count:
    """A number of pictures."""

    pictures: int


@REQUESTS.part
def counted(context: Context, view: FullRound) -> Count | None:
    """How many pictures the shown round has."""
    return Count(len(view.candidates))


@REQUESTS.read
def count_pictures(context: Context, round: Id) -> Count:
    """How many pictures a round has."""
    return Count(len(context.studio.round_view(round).candidates))
