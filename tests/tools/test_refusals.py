"""A refusal that follows from an error with several causes asks which one it was."""

from pathlib import Path

import pytest

from tools.refusals import LOOKED_FOR, UNASKED, places, unasked


def test_no_refusal_blames_before_it_asks() -> None:
    found = list(places())
    assert len(found) > 90 and not unasked(iter(found))


def test_what_need_not_ask_is_there() -> None:
    assert {*UNASKED, *LOOKED_FOR} <= {one.name for one in places() if not one.asks}


BLAMES = {
    "a file": 'try:\n  open(p)\n except OSError as error:\n  raise StudioError("It is damaged.") from error',
    "a library": 'try:\n  load(p)\n except Exception:\n  raise StudioError("It is incomplete.")',
    "an answer": 'try:\n  load(p)\n except (KeyError, OSError) as e:\n  return StudioError("Start it.")',
    "a path": 'if not p.is_file():\n  raise StudioError("There is no file.")',
}
ASKS = {
    "its words": "try:\n  open(p)\n except OSError as e:\n  raise StudioError(first_line(e)) from e",
    "another cause": "try:\n  open(p)\n except OSError as e:\n  if is_short(e):\n   raise\n  raise Bad()",
    "the system": "if not p.is_file():\n  raise StudioError(missing(p))",
}


@pytest.mark.parametrize("what", [*BLAMES, *ASKS])
def test_a_new_refusal_that_blames_is_found(what: str, tmp_path: Path) -> None:
    body = {**BLAMES, **ASKS}[what]
    (tmp_path / "new.py").write_text(f"def read(p):\n {body}\n")
    (found,) = places(tmp_path)
    assert found.name == "new.py read" and bool(unasked(iter([found]))) == (what in BLAMES), found
