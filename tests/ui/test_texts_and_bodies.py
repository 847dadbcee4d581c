"""What a request may hold: texts that can be stored, in a body of at most one megabyte."""

from typing import Any

import pytest

from gal_studio.core import checks, strict_json
from gal_studio.core.errors import StudioError
from gal_studio.ui.access.gate import LARGEST_BODY, _largest
from gal_studio.ui.api.archives import IMPORT_PATH
from gal_studio.ui.api.calls import CALL_PATH
from gal_studio.ui.api.uploads import UPLOAD_PATH
from gal_studio.ui.api.writes import WRITES_PATH
from gal_studio.ui.panels.everything import REQUESTS


@pytest.mark.parametrize("text", ["ink\0.png", "\0\0", "cat\ud83d", "\udcff"])
def test_a_text_that_cannot_be_stored_is_refused_wherever_it_is(text: str) -> None:
    places: list[Any] = [text, [text], {text: 1}, {"a": [{"b": (1, text)}]}]
    for place in places:
        with pytest.raises(StudioError, match="cannot be stored"):
            checks.storable(place)
    with pytest.raises(StudioError, match=r"cannot be stored|is not understood"):
        REQUESTS["captions"].check({"captions": [{"name": text, "caption": "a cat"}]})


def test_other_texts_are_taken() -> None:
    asked = {"captions": [{"name": "a\u2028b\t.png", "caption": "a cat 🐈\nat home"}]}
    assert REQUESTS["captions"].check(asked) == asked


def test_only_files_are_longer_than_a_megabyte() -> None:
    for path in (WRITES_PATH, CALL_PATH, "/gradio_api/queue/join", "/anything"):
        assert _largest(path) == LARGEST_BODY <= 1 << 20
    assert min(map(_largest, (UPLOAD_PATH, IMPORT_PATH))) > LARGEST_BODY


def test_a_body_of_the_largest_size_has_a_bounded_number_of_values() -> None:
    with pytest.raises(StudioError):
        strict_json.loads(b"[" + b"{}," * (LARGEST_BODY // 3 - 1) + b"0]")
