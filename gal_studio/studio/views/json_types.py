"""What a view has in Python, and how the page gets it."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from gal_studio.core.records.views import version

Loss = tuple[float, float]
"""Step and loss."""
MOST_LOSSES = 600


@dataclass(frozen=True)
class Ts:
    """How the page's types write an annotated type that Python writes otherwise."""

    text: str


def thinned(losses: tuple[Loss, ...]) -> tuple[Loss, ...]:
    """A loss curve with at most about `MOST_LOSSES` points."""
    return tuple((step, round(loss, 5)) for step, loss in losses[:: max(1, -(-len(losses) // MOST_LOSSES))])


def short_name(model: str) -> str:
    """The last part of a path or of a name on the hub."""
    return model.rstrip("/").rsplit("/", 1)[-1]


ImageName = Annotated[str, PlainSerializer(version)]
"""A picture by its name in the store; the page gets its version."""
ModelName = Annotated[str, PlainSerializer(short_name)]
"""A model by its name or folder; the page gets the end of it."""
Seed = Annotated[int, PlainSerializer(str), BeforeValidator(int), Ts("string")]
"""JavaScript cannot hold every seed as a number."""
Losses = Annotated[tuple[Loss, ...], PlainSerializer(thinned)]
"""A loss curve; the page gets a thinned one."""
