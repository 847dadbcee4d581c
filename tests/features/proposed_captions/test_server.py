"""A caption server is asked once for each image, and a refusal names what it knows."""

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.features.proposed_captions import server as caption_server
from gal_studio.features.proposed_captions.rules import NoCaptionError
from gal_studio.features.proposed_captions.server import KEY_VARIABLE, CaptionServer, is_near
from tests.features.proposed_captions.caption_server import chat, says, serving


def refusal(address: str, **more: Any) -> str:
    with pytest.raises(StudioError) as refused:
        CaptionServer(address, **more).describe(Image.new("RGB", (32, 32), "red"), "What does it show?")
    assert ". " not in str(refused.value)
    return str(refused.value)


def test_a_key_is_sent_and_a_refusal_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Authorization") == "Bearer sesame"
        (chat("A lamp.") if wanted else says({"error": "Invalid token"}, 401))(request)

    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with serving(guarded) as (address, _):
        assert f"wants a key: give it as the environment variable {KEY_VARIABLE}" in refusal(address)
        monkeypatch.setenv(KEY_VARIABLE, " sesame ")
        assert CaptionServer(address).describe(Image.new("RGB", (8, 8)), "?") == "A lamp."
    assert "has a key in it" in (said := refusal("http://ada:sesame@127.0.0.1:1/v1")) and "sesame" not in said


def test_what_a_server_says_is_in_the_refusal() -> None:
    with serving(says({"error": {"message": "model 'x' not found"}}, 404)) as (address, asked):
        assert "refused (404 model 'x' not found): check its address" in refusal(address)
        assert len(asked) == 1
    assert "cannot be reached ([Errno" in refusal("http://127.0.0.1:9/v1")


def test_a_server_elsewhere_gets_no_image(monkeypatch: pytest.MonkeyPatch) -> None:
    near = {"127.0.0.1", "192.168.1.7", "10.1.2.3", "::1", "::ffff:127.0.0.1", "fd00::1"}
    elsewhere = {"8.8.8.8", "169.254.169.254", "fe80::1%eth0", "::ffff:8.8.8.8", "2606:4700::1111"}
    assert {host for host in near | elsewhere if is_near(host)} == near
    monkeypatch.setattr(caption_server, "is_near", lambda _: False)
    with serving(chat("A lamp.")) as (address, asked):
        assert "is outside of this network, and would get your images" in refusal(address)
        assert asked == []
        assert CaptionServer(address, anywhere=True).describe(Image.new("RGB", (8, 8)), "?") == "A lamp."


def test_what_is_no_caption_is_named() -> None:
    with (
        serving(says({"choices": [{"finish_reason": "length", "message": {"content": "A la"}}]})) as (
            address,
            _,
        ),
        pytest.raises(NoCaptionError, match="was cut off: turn its thinking off"),
    ):
        CaptionServer(address).describe(Image.new("RGB", (8, 8)), "?")
    page = says(b"<html><title>Welcome to nginx!</title></html>")
    for nonsense in (page, says({"choices": []}), says(b"[" * 100_000), chat(None)):
        with serving(nonsense) as (address, _):
            assert "did not answer with a caption" in (said := refusal(address))
            assert ("it says “Welcome to nginx!”" in said) == (nonsense is page)
