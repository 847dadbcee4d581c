"""Stored pictures beside each other, or one after the other, as a file to send."""

import io
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from gal_studio.studio.reports import strip
from gal_studio.studio.reports.strip import EDGE
from tests.ui.conftest import Place, built


def of(place: Place) -> list[tuple[str, str]]:
    reference = place.studio.project(place.project).references[0].id
    first, second = place.studio.round_view(place.round).candidates[:2]
    pictures = (f"reference/{reference}", f"picture/{first.candidate.id}", f"picture/{second.candidate.id}")
    names = ("Reference", "Base model", "Round 1")
    return [*(("picture", one) for one in pictures), *(("name", one) for one in names)]


def test_the_pictures_stand_beside_each_other(shared_place: Place, client: TestClient) -> None:
    answer = client.get("/strip.png", params=[*of(shared_place), ("title", "A house in watercolor")])
    assert answer.status_code == 200 and "before-and-after.png" in answer.headers["content-disposition"]
    with Image.open(io.BytesIO(answer.content)) as made:
        assert made.format == "PNG" and made.width > 3 * EDGE and made.height > EDGE


def test_small_images_are_sharpened_where_that_is_asked_for(
    shared_place: Place, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    red = Image.new("RGB", (EDGE, EDGE), "red")
    monkeypatch.setattr(strip, "shown_at", lambda picture, side: red.resize((side, side)))
    plain, sharpened = (
        client.get("/strip.png", params=[*of(shared_place), ("sharpened", value)]).content
        for value in ("false", "true")
    )
    assert plain == client.get("/strip.png", params=of(shared_place)).content
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(sharpened)) as after:
        red_ones = [made.histogram()[255] - made.histogram()[511] for made in (before, after)]
        assert red_ones[1] - red_ones[0] == pytest.approx(3 * EDGE * EDGE, rel=0.2)


def test_an_image_is_served_enlarged_and_as_it_is_stored(shared_place: Place, client: TestClient) -> None:
    first = shared_place.studio.round_view(shared_place.round).candidates[0].candidate
    stored, address = shared_place.studio.store.images.picture(first.image), f"/picture/{first.id}"
    side = 2 * max(stored.size)
    assert side <= 512, "it is a small one"
    found = client.get(address, params={"side": side, "v": first.image[:8]})
    assert "immutable" in found.headers["cache-control"]
    with (
        Image.open(io.BytesIO(found.content)) as large,
        Image.open(io.BytesIO(client.get(address).content)) as own,
    ):
        assert max(large.size) == side and "parameters" in large.info
        assert own.convert("RGB").tobytes() == stored.convert("RGB").tobytes()
    as_stored = client.get(address, params={"side": max(stored.size)})
    with Image.open(io.BytesIO(as_stored.content)) as own:
        assert own.size == stored.size, "nothing is to be enlarged"
    assert client.get(address, params={"side": 10**6}).status_code in (400, 422)


def test_the_pictures_follow_each_other(shared_place: Place, client: TestClient) -> None:
    answer = client.get("/strip.gif", params=of(shared_place))
    with Image.open(io.BytesIO(answer.content)) as made:
        assert (made.format, made.n_frames, made.info["loop"]) == ("GIF", 3, 0)


@pytest.mark.parametrize(
    "address", ["picture/none", "nothing/1", "../secret", "reference/a/b", "preview/a/1"]
)
def test_what_is_no_picture_is_refused_in_a_sentence(
    shared_place: Place, client: TestClient, address: str
) -> None:
    answer = client.get("/strip.png", params={"picture": address, "name": "A"})
    assert answer.status_code == 404 and len(answer.text.splitlines()) == 1
    many = [("picture", "reference/a"), ("name", "A")] * 41
    assert client.get("/strip.png", params=many).status_code in (400, 422)
    assert client.get("/strip.png", params={"picture": ["a", "b"], "name": "A"}).status_code == 404


def test_a_link_in_place_of_a_picture_is_not_followed(place: Place, tmp_path: Path) -> None:
    """It could lead out of the workspace."""
    first = place.studio.round_view(place.round).candidates[0].candidate
    path = place.studio.store.images.path(first.image)
    path.rename(tmp_path / "elsewhere.png")
    path.symlink_to(tmp_path / "elsewhere.png")
    asked = {"picture": f"picture/{first.id}", "name": "A"}
    answer = TestClient(built(place.studio)).get("/strip.png", params=asked)
    assert answer.status_code == 404 and "lost or damaged" in answer.text


@pytest.mark.parametrize("given", ["picture", "name", "title"])
def test_a_text_of_any_length_is_refused(given: str, shared_place: Place, client: TestClient) -> None:
    asked = [*of(shared_place), (given, "n" * 2001)] if given == "title" else [
        (name, "n" * 201 if name == given else value) for name, value in of(shared_place)
    ]  # fmt: skip
    assert client.get("/strip.png", params=asked).status_code == 422
