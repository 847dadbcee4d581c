"""The page has the words of what a project may learn from the studio: another kind is one file."""

import json

from gal_studio.core.taught.registry import TAUGHT
from gal_studio.ui.page.static import KINDS, files, served


def test_the_page_answers_as_the_studio_does() -> None:
    text = files()[KINDS].decode()
    told = json.loads(text.removeprefix("export const TAUGHT = ").removesuffix(";\n"))
    assert list(told) == list(TAUGHT.names())
    for one in TAUGHT:
        assert told[one.name] == {name: getattr(one, name) for name in told["style"]}
    assert '"one": "An object"' in served()["studio.js"].decode()
