"""Captions are proposed beside images that have none, or what is wrong is said in a sentence."""

import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.features.proposed_captions.commands.captions import captions, describer, propose
from gal_studio.features.proposed_captions.server import CaptionServer
from gal_studio.studio.create.captions import caption_beside
from tests.features.proposed_captions.caption_server import chat, serving

PICTURE = Image.new("RGB", (1600, 900), "red")


def test_a_server_proposes_and_what_is_written_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one.png", "two.jpg", "three.png", "three-masklabel.png"):
        PICTURE.save(tmp_path / name)
    (tmp_path / "two.txt").write_text("My own words")
    with serving(chat("The image shows a <sks> dog on a beach.")) as (address, asked):
        captions(tmp_path, address, "object", "<sks>", model="qwen")
    assert capsys.readouterr().out.splitlines() == [
        "one.txt: A dog on a beach",
        "three.txt: A dog on a beach",
    ]
    assert caption_beside(tmp_path / "one.png") == "A dog on a beach"
    assert caption_beside(tmp_path / "two.jpg") == "My own words"
    assert len(asked) == 2 and asked[0]["path"] == "/v1/chat/completions" and asked[0]["model"] == "qwen"
    question, image = asked[0]["messages"][0]["content"]
    assert "surrounds it" in question["text"] and image["image_url"]["url"].startswith(
        "data:image/png;base64,"
    )
    assert len(image["image_url"]["url"]) < 100_000  # small, however large the picture


def hangs(request: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def test_one_that_hangs_is_not_waited_for() -> None:
    began = time.monotonic()
    with serving(hangs) as (address, _):
        with pytest.raises(StudioError, match="did not answer in time: see what it is doing"):
            CaptionServer(address, seconds=0.5).describe(PICTURE, "?")
        assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("address", ["http://", "http://127.0.0.1:99999/v1", "http://[::1", "https:"])
def test_no_address_is_refused(address: str) -> None:
    with pytest.raises(StudioError, match="is not the address of a caption server: write it like"):
        CaptionServer(address).describe(PICTURE, "?")


def test_images_that_differ_in_their_endings_get_a_file_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("cup.png", "Cup.webp", "bowl.tiff"):
        PICTURE.save(tmp_path / name)
    (tmp_path / "notes.mov").touch()
    texts = iter(["a red cup", "<think>hm</think>a blue cup", "a bowl"])
    made = propose(tmp_path, "style", lambda *_: next(texts), told=print)
    assert made == [("Cup.webp.txt", "A red cup"), ("bowl.txt", "A blue cup"), ("cup.png.txt", "A bowl")]
    assert caption_beside(tmp_path / "cup.png") == "A bowl"
    assert caption_beside(tmp_path / "Cup.webp") == "A red cup"
    assert capsys.readouterr().out.endswith("1 file is left out, since the studio reads no .mov.\n")
    for path in tmp_path.glob("*.txt"):
        path.unlink()
    (tmp_path / "cup.txt").write_text("a cup")
    propose(tmp_path, "style", lambda *_: "a bowl", told=print)
    assert (
        "cup.txt is the caption of Cup.webp and cup.png. If each should have its own, name them"
        in capsys.readouterr().out
    )


def test_one_image_without_a_caption_ends_nothing(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "d.png"):
        PICTURE.save(tmp_path / name)
    (tmp_path / "c.png").write_bytes(b"no image at all here\nnor there")
    texts = iter(["a cup", "I'm sorry, but I can't help with that.", "a bowl"])
    with pytest.raises(StudioError, match=r"2 images of 4 got no caption, such as b\.png: The model refused"):
        propose(tmp_path, "style", lambda *_: next(texts))
    assert caption_beside(tmp_path / "d.png") == "A bowl" and caption_beside(tmp_path / "b.png") is None


def test_folders_without_images_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="There are no images in"):
        propose(tmp_path, "style", describer("http://127.0.0.1:1/v1"))
    with pytest.raises(StudioError, match="There is no folder"):
        propose(tmp_path / "gone", "style", describer("http://127.0.0.1:1/v1"))
