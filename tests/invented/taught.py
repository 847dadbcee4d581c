"""Something else that a project may learn: a mood, which a prompt calls as it calls a style."""

from typing import ClassVar

from gal_studio.core.taught.style import Style


class Mood(Style):
    """Asked for by words at the end of a prompt."""

    name: ClassVar[str] = "mood"
    like: ClassVar[str] = "style"
    look: ClassVar[str] = "mood"
    demo: ClassVar[str] = "One image and its mood"
    one: ClassVar[str] = "A mood"


MOOD = Mood()
