"""docs/reference.md is what the program declares, and leaves nothing out."""

import dataclasses

from gal_studio.commands.run import KEYS
from gal_studio.core.settings import Settings
from tools.reference import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.reference"


def test_every_key_and_setting_is_there() -> None:
    text = page()
    groups = (getattr(Settings(), group.name) for group in dataclasses.fields(Settings))
    names = [*KEYS, *(one.name for group in groups for one in dataclasses.fields(group))]
    assert [name for name in names if f"| `{name}` |" not in text] == []
