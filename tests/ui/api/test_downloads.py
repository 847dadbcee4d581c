"""Figures are downloaded as pages of their own, and the page draws the same figures from JSON."""

import re

from starlette.testclient import TestClient

from gal_studio.studio.figures.template import PAPER
from tests.ui.conftest import Place


def test_a_figure_is_one_file_that_needs_no_network(shared_place: Place, client: TestClient) -> None:
    for name, identity in (("map", shared_place.round), ("rates", shared_place.project)):
        answer = client.get(f"/figure/{name}/{identity}?theme=dark")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}.html"'
        assert f"background:{PAPER['dark']}" in answer.text and len(answer.content) > 1_000_000
        assert not re.search(r"<(script|link)[^>]* (src|href)=", answer.text)


def test_what_cannot_be_drawn_is_refused_with_a_sentence(shared_place: Place, client: TestClient) -> None:
    for address, expected in (
        (f"agreement/{shared_place.project}", "Nobody has chosen an image"),
        (f"map/{shared_place.project}", "There is no"),
        (f"nothing/{shared_place.round}", "There is no figure 'nothing'"),
        (f"map/{shared_place.round}?theme=red", "The theme is 'red'"),
    ):
        answer = client.get(f"/figure/{address}")
        assert answer.status_code == 404 and expected in answer.text
        assert len(answer.text.splitlines()) == 1


def test_the_page_gets_the_same_figure_as_json_or_what_is_missing(
    shared_place: Place, client: TestClient
) -> None:
    answer = client.get(f"/figure/map/{shared_place.round}?form=json&theme=dark")
    told = answer.json()
    assert answer.headers["content-type"] == "application/json" and told["data"]
    assert told["layout"]["paper_bgcolor"] == PAPER["dark"]
    missing = client.get(f"/figure/agreement/{shared_place.project}?form=json")
    assert missing.status_code == 200 and "Nobody has chosen" in missing.json()["missing"]
