"""A caption server: every address is tried, it may restart, and a refusal names what it knows."""

import errno
import socket
import ssl
from http.server import BaseHTTPRequestHandler
from typing import Any
from unittest.mock import Mock

import pytest
from PIL import Image

from gal_studio.core.answers import AnswerError
from gal_studio.core.errors import StudioError
from gal_studio.features.proposed_captions import server as caption_server
from gal_studio.features.proposed_captions.server import KEY_VARIABLE, CaptionServer
from tests.features.proposed_captions.caption_server import Answer, chat, in_turn, says, serving

PICTURE = Image.new("RGB", (32, 32), "red")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caption_server, "SERVER_PAUSES", (0.0, 0.0))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)


def described(address: str, **more: Any) -> str:
    return CaptionServer(address, **more).describe(PICTURE, "What does it show?")


def refusal(address: str, **more: Any) -> str:
    with pytest.raises(StudioError) as refused:
        described(address, **more)
    assert ". " not in str(refused.value)
    return str(refused.value)


def choice(content: Any, ended: str = "stop", **message: Any) -> Answer:
    return says({"choices": [{"finish_reason": ended, "message": {"content": content, **message}}]})


def hangs_up(_: BaseHTTPRequestHandler) -> None:
    """End the connection without an answer."""


def test_a_name_with_several_addresses_is_tried_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def found(host: str, port: int, *rest: Any, **more: Any) -> list[Any]:
        if host != "localhost":
            return list(real(host, port, *rest, **more))
        return [(socket.AF_INET6, 1, 6, "", ("::1", port, 0, 0)), (2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(caption_server.socket, "getaddrinfo", found)
    with serving(chat("A lamp.")) as (address, asked):
        assert described(address.replace("127.0.0.1", "localhost")) == "A lamp." and len(asked) == 1


@pytest.mark.parametrize("first", [says(b"", 503), says(b"<html>", 502), hangs_up])
def test_a_server_that_restarts_is_asked_again(first: Answer) -> None:
    with serving(in_turn(first, first, chat("A lamp."))) as (address, asked):
        assert described(address) == "A lamp." and len(asked) == 3


def test_what_it_refuses_is_not_asked_again() -> None:
    with serving(in_turn(says({"error": "no"}, 400), chat("A lamp."))) as (address, asked):
        assert "refused (400 no)" in refusal(address) and len(asked) == 1


def test_a_key_is_sent_and_a_refusal_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Authorization") == "Bearer sesame"
        (chat("A lamp.") if wanted else says({"error": {"message": "Invalid token"}}, 401))(request)

    with serving(guarded) as (address, _):
        assert refusal(address).endswith(
            f"(401 Invalid token): give its key as the environment variable {KEY_VARIABLE} before the studio "
            "starts."
        )
        monkeypatch.setenv(KEY_VARIABLE, "wrong")
        assert refusal(address).endswith(f": correct {KEY_VARIABLE}, and start the studio again.")
        monkeypatch.setenv(KEY_VARIABLE, " sesame ")
        assert described(address) == "A lamp."
    assert "has a key in it" in (said := refusal("http://ada:sesame@127.0.0.1:1/v1")) and "sesame" not in said


STATUSES = {
    (401, "no"): KEY_VARIABLE,
    (403, "Forbidden"): "allow this computer there",
    (404, "model 'x' not found"): "give the name of a model that it has",
    (404, "Not Found"): "check the address, which often ends in /v1",
    (413, "Payload Too Large"): "allow larger requests there",
    (429, "slow down"): "wait some minutes",
    (503, "loading model"): "wait until it is ready",
    (500, "out of memory"): "see in its log what it lacks",
    (400, "context length exceeded"): "see in its log what it lacks",
    (400, "image input is not supported"): "choose a model there that reads images",
    (307, ""): "give the address that it leads to",
}


def test_each_status_has_a_step_of_its_own() -> None:
    steps = {}
    for (status, said), step in STATUSES.items():
        with serving(says({"error": {"message": said}} if said else b"", status)) as (address, _):
            text = refusal(address)
            steps[status, said] = text.rpartition("): ")[2]
            assert step in text and f"({status} {said or 'without a reason'})" in text
    assert len(set(steps.values())) == len(STATUSES) - 1  # two of them say: see its log


ERRORS = {
    ConnectionRefusedError(111, "Connection refused"): "start it, and check its address",
    ConnectionResetError(104, "reset by peer"): "see in its log whether it crashed",
    PermissionError(13, "Permission denied"): "allow the studio in the firewall",
    OSError(errno.EHOSTUNREACH, "No route to host"): "check that both are in one network",
    ssl.SSLError(1, "wrong version number"): "write http:// in place of https://",
    TimeoutError(): "no firewall keeps this computer from it",
}


def test_the_time_of_an_answer_is_not_that_of_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short patience that ends before a connection tells nothing of firewalls."""
    monkeypatch.setattr(caption_server.socket, "create_connection", Mock(side_effect=TimeoutError))
    assert "No connection" in refusal("http://127.0.0.1:1/v1")
    assert "did not answer in 2 seconds" in refusal("http://127.0.0.1:1/v1", seconds=2.0)


def test_what_cannot_be_reached_names_why(monkeypatch: pytest.MonkeyPatch) -> None:
    said = set()
    for error, step in ERRORS.items():

        def connect(*_: Any, error: OSError = error) -> Any:
            raise error

        monkeypatch.setattr(caption_server.socket, "create_connection", connect)
        text = refusal("https://127.0.0.1:1/v1")
        assert step in text
        said.add(text.rpartition(": ")[2])
    assert len(said) == len(ERRORS)


def test_a_name_that_cannot_be_looked_up_is_not_one_that_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, words in (
        (socket.EAI_AGAIN, "cannot be looked up now .*: check the network"),
        (socket.EAI_NONAME, "There is no computer"),
    ):

        def lookup(*_: Any, number: int = number, **__: Any) -> Any:
            raise socket.gaierror(number, "failure")

        monkeypatch.setattr(caption_server.socket, "getaddrinfo", lookup)
        with pytest.raises(StudioError, match=words):
            described("http://lamp.lan/v1")


def test_an_answer_in_parts_and_one_in_another_field() -> None:
    with serving(choice([{"type": "text", "text": "A lamp"}, {"type": "other"}])) as (address, _):
        assert described(address) == "A lamp"
    with serving(choice(None, refusal="I can't help with that.")) as (address, _):
        assert described(address) == "I can't help with that."
    with serving(choice("", "content_filter")) as (address, _):
        assert "The filter of the caption server" in refusal(address)


def test_a_model_that_thinks_first_gets_a_longer_answer_once() -> None:
    thinks = choice("<think>so", "length")
    with serving(in_turn(thinks, choice("<think>so</think>A lamp.", "stop"))) as (address, asked):
        assert described(address) == "<think>so</think>A lamp."
        assert [one["max_tokens"] for one in asked] == list(caption_server.TOKENS)
    for answer in (thinks, choice(None, "length", reasoning_content="so")):
        with serving(answer) as (address, asked):
            with pytest.raises(AnswerError, match="only thought"):
                described(address)
            assert len(asked) == 2


def test_of_a_long_answer_the_whole_sentences_are_taken() -> None:
    with serving(choice("A lamp. It is r", "length")) as (address, asked):
        assert described(address) == "A lamp." and len(asked) == 1
    with serving(choice("A lamp that is", "length")) as (address, _):
        assert "was cut off (“A lamp that is”)" in refusal(address)


def test_a_page_in_place_of_an_answer_is_named() -> None:
    with serving(says(b"<html><title>Welcome to nginx!</title></html>")) as (address, _):
        assert "answers with a web page (it says “Welcome to nginx!”): check" in refusal(address)
    with serving(says({"error": "Unexpected endpoint or method."})) as (address, _):
        assert "nothing that is a caption (it says “Unexpected endpoint or method.”)" in refusal(address)
    for nonsense in (says({"choices": []}), says(b"[" * 100_000), chat(None)):
        with serving(nonsense) as (address, _):
            assert "answers nothing that is a caption" in refusal(address)
