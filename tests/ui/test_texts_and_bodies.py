"""What a request may hold: texts that can be stored, in a body of at most one megabyte."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from gal_studio.core import checks, strict_json
from gal_studio.core.errors import StudioError
from gal_studio.ui.access.gate import LARGEST_BODY, _largest
from gal_studio.ui.api.archives import IMPORT_PATH
from gal_studio.ui.api.calls import CALL_PATH
from gal_studio.ui.api.uploads import UPLOAD_PATH
from gal_studio.ui.api.writes import WRITES_PATH
from gal_studio.ui.panels.everything import REQUESTS
from tests.ui.access.doors import application
from tests.ui.conftest import Place


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


def unlimited(schema: dict[str, Any], of: dict[str, Any], path: str) -> Iterator[str]:
    """Where a JSON schema lets a text be of any length, or a list or a mapping of any number."""
    for name in (schema["$ref"].rsplit("/", 1)[1],) if "$ref" in schema else ():
        yield from unlimited(of[name], {each: one for each, one in of.items() if each != name}, path)
    for one in schema.get("anyOf", []):
        yield from unlimited(one, of, path)
    kind, limit = schema.get("type"), {"string": "maxLength", "array": "maxItems"}
    if kind in limit and not {limit[kind], "enum", "const"} & schema.keys():
        yield path
    for name, one in schema.get("properties", {}).items():
        yield from unlimited(one, of, f"{path}.{name}")
    if isinstance(values := schema.get("additionalProperties"), dict):
        yield from () if "maxProperties" in schema else (path,)
        yield from unlimited(schema.get("propertyNames", {"type": "string"}), of, f"{path}, a key")
        yield from unlimited(values, of, f"{path}, a value")
    if kind == "array":
        yield from unlimited(schema.get("items", {}), of, f"{path}, an item")


def test_every_text_and_every_list_of_a_request_has_a_limit() -> None:
    for request in REQUESTS.values():
        schema = TypeAdapter(request.question).json_schema()
        assert list(unlimited(schema, schema.get("$defs", {}), request.name)) == []


def test_every_parameter_of_an_address_has_a_limit(place: Place) -> None:
    routes = [route for route in application(place).routes if isinstance(route, APIRoute)]
    assert len(routes) > 20
    for route in routes:
        for given in route.dependant.query_params:
            kind = Annotated[given.field_info.annotation, None, *given.field_info.metadata]
            assert list(unlimited(TypeAdapter(kind).json_schema(), {}, f"{route.path} {given.name}")) == []
