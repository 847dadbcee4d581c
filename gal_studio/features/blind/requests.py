"""Compare blind, as the page asks for it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import Doc

from gal_studio.core.errors import StudioError
from gal_studio.core.measures.blind import Chosen, Setting
from gal_studio.core.records.candidate import PictureRef
from gal_studio.features.blind import verbs
from gal_studio.ui.payloads import Id, Only
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("results")


@dataclass(frozen=True)
class BlindPair:
    """Two images of the same prompt and seed, which do not say what generated them."""

    prompt: str
    left: PictureRef
    right: PictureRef


@dataclass(frozen=True)
class BlindSide:
    """What can be compared."""

    key: str
    name: str


@dataclass(frozen=True)
class BlindTold:
    """What was chosen so far, and how often the studio's figures agreed in this workspace; "" if nothing."""

    told: str
    agreed: str


@dataclass(frozen=True)
class Blind(BlindTold):
    """Two of the sides, by their keys, with the pairs that come next."""

    sides: tuple[BlindSide, ...]
    first: str
    second: str
    pairs: tuple[BlindPair, ...]
    more: Annotated[int, Doc("The pairs that are left after these.")]
    can_undo: Annotated[bool, Doc("Whether the last answer of the project is one of these sides.")]


@REQUESTS.read
def compare_blind(
    context: Context,
    project: Id,
    round: Id = "",
    first: Id = "",
    second: Id = "",
    seed: Annotated[int, Field(ge=0, lt=2**53)] = 0,
) -> Blind:
    """The next pairs of two sides, by default of the best one of a round, or of all, and the next best."""
    one, other = (_setting(context, project, key) for key in (first, second))
    found = verbs.compare_blind(context.studio, project, seed, one, other, round or None)
    return Blind(
        told=found.sentence,
        agreed=_agreed(context),
        sides=tuple(BlindSide(_key(one), name) for one, name in found.names.items()),
        first=_key(found.settings[0]) if found.settings else "",
        second=_key(found.settings[1]) if found.settings else "",
        pairs=tuple(map(_pair, found.pairs)),
        more=found.more,
        can_undo=found.can_undo,
    )


@REQUESTS.write
def choose_blind(context: Context, project: Id, left: Id, right: Id, chosen: Chosen) -> BlindTold:
    """Choose one of two images, or neither."""
    found = verbs.choose_blind(context.studio, project, left, right, chosen)
    return BlindTold(found.sentence, _agreed(context))


@REQUESTS.write
def undo_blind(context: Context, project: Id) -> Annotated[BlindPair | None, Only("pair")]:
    """Undo the last answer; the pair comes back."""
    found = verbs.undo_blind(context.studio, project)
    return _pair(found) if found else None


def _pair(pair: verbs.BlindPair) -> BlindPair:
    return BlindPair(pair.prompt, PictureRef.of(pair.left.candidate), PictureRef.of(pair.right.candidate))


def _agreed(context: Context) -> str:
    return context.studio.store.blind.agreement().sentence


def _key(setting: Setting) -> str:
    round_id, recipe = setting
    return f"{round_id} {recipe.brief}"


def _setting(context: Context, project: str, key: str) -> Setting | None:
    """The setting of a key; None for none."""
    if not key:
        return None
    view = context.views.measures(project)
    reports = (*view.reports.values(), *(one for made in view.by_schedule.values() for one in made))
    found = next((one for each in reports if (one := each.arm.setting) and _key(one) == key), None)
    if found is None:
        raise StudioError("This is not measured any more: close Compare blind, and open it again.")
    return found
