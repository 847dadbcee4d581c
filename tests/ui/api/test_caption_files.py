"""Captions that come with pictures on the page are read by the studio."""

import json
from collections.abc import Iterator

import pytest

from gal_studio.ui.access.rules import Rules
from gal_studio.ui.api.caption_files import CAPTIONS_PATH, LARGEST_CAPTIONS
from tests.ui.access.doors import Answer, ask
from tests.ui.conftest import Place, Served, serving

CUT = {"Content-Type": "multipart/form-data; boundary=cut"}


@pytest.fixture(scope="module")
def opened(shared_place: Place) -> Iterator[Served]:
    with serving(shared_place, Rules()) as running:
        yield running


def sent(opened: Served, pictures: str, *files: tuple[str, bytes]) -> Answer:
    field = f'--cut\r\nContent-Disposition: form-data; name="pictures"\r\n\r\n{pictures}\r\n'.encode()
    parts = [
        f'--cut\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in files
    ]
    return ask(opened.address, CAPTIONS_PATH, "POST", CUT, field + b"".join(parts) + b"--cut--\r\n")


def test_lists_and_texts_are_read_with_their_sources(opened: Served) -> None:
    files = [("captions.csv", b"image;caption\na.png;A\n"), ("b.txt", "B".encode("utf-16"))]
    answer = sent(opened, '["a.png", "b.png", "c.png"]', *files)
    assert json.loads(answer.body) == {
        "found": {
            "a.png": {"text": "A", "source": "captions.csv"},
            "b.png": {"text": "B", "source": "b.txt"},
        },
        "problems": [],
    }


@pytest.mark.parametrize("pictures", ["", "{", "[1]", '"a.png"', "{}"])
def test_what_is_no_list_of_names_is_refused(opened: Served, pictures: str) -> None:
    assert sent(opened, pictures, ("a.txt", b"A")).status == 400


def test_other_bodies_are_refused(opened: Served) -> None:
    assert ask(opened.address, CAPTIONS_PATH, "POST", CUT, b"--cut\r\nbroken").status == 400
    assert ask(opened.address, CAPTIONS_PATH, "POST", {}, b"{}").status == 400
    large = {**CUT, "Content-Length": str(LARGEST_CAPTIONS + 1)}
    assert ask(opened.address, CAPTIONS_PATH, "POST", large).status == 413
