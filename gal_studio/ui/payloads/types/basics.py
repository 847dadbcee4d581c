"""Types that several payloads share. The page's types are written from these: `python -m tools.web_types`."""

from typing_extensions import TypedDict

from gal_studio.core.types import JobState, Kind, RoundKind, Verdict

ProjectKind = Kind
__all__ = ["Fact", "JobState", "Loss", "PictureRef", "ProjectKind", "RoundKind", "ShownPicture", "Verdict"]

Fact = tuple[str, str]
"""A name and its value, both as display text."""
Loss = tuple[float, float]
"""Step and loss."""


class Nothing(TypedDict):
    """A request or an answer without content."""


class PictureRef(TypedDict):
    """A picture by its id; the version changes with its content."""

    id: str
    version: str


class ShownPicture(PictureRef):
    """A picture that is shown, with its prompt."""

    prompt: str
    copy: bool
