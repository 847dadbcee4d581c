"""JSON from outside is finite, and bounded before it is parsed."""

import json

import pytest

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError


@pytest.mark.parametrize(
    "text", ["[1e400]", '{"a": -1e999}', "[NaN]", "-Infinity", '"\\udead"', b'"\xff"', "[" * 90]
)
def test_what_not_every_reader_reads_alike_is_refused(text: bytes | str) -> None:
    with pytest.raises(StudioError):
        strict_json.loads(text)


@pytest.mark.parametrize("part", ["{},", "[[]],", '"",', "0,"])
def test_too_many_values_are_not_parsed(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"[{part * strict_json.MOST}0]"
    monkeypatch.setattr(json, "loads", lambda *_, **__: pytest.fail("it was parsed"))
    with pytest.raises(StudioError, match="not valid"):
        strict_json.loads(text)
    with pytest.raises(StudioError, match="not valid"):
        strict_json.loads("[" * strict_json.MOST * 2)


def test_commas_and_quotes_in_a_text_are_no_values() -> None:
    text = ',[{"\\' * strict_json.MOST
    assert strict_json.loads(json.dumps({"a": text})) == {"a": text}


def test_an_open_text_takes_linear_time() -> None:
    for end in ("", "\\", '\\"'):
        with pytest.raises(StudioError):
            strict_json.loads('["' + ',\\"' * 400_000 + end)
