"""The same download that fails by several causes is several sentences."""

import ssl
from types import SimpleNamespace
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.refusals import LostError, not_the_hub, refusal
from gal_studio.engine.hub.repository import read_repository
from gal_studio.engine.hub.transfer import _check
from tests.engine.hub.test_download import COMMIT, NAME
from tests.engine.tiny import make_tiny_pipeline
from tests.local_hub import Handler, LocalHub


class AnswerError(Exception):
    """An error of the library, with the answer of the server."""

    def __init__(self, status: int, content: bytes = b"", **headers: str) -> None:
        super().__init__(f"{status} for url")
        self.response = SimpleNamespace(status_code=status, content=content, headers=headers)


def caused(by: Exception) -> Exception:
    error = ConnectionError("request failed")
    error.__cause__ = by
    return error


PAGE = b"<html><title>Guest Wi-Fi: sign in</title>"
CAUSES: dict[str, tuple[Exception, str]] = {
    "a page of the network": (
        AnswerError(200, PAGE, **{"content-type": "text/html; charset=utf-8"}),
        "another page answers .*“Guest Wi-Fi: sign in”.*: sign in to the network",
    ),
    "a page of a filter": (AnswerError(403, b"", **{"content-type": "text/html"}), "another page answers"),
    "a proxy with a sign-in": (AnswerError(407), "write its user and password into https_proxy"),
    "too many requests": (AnswerError(429), "gets too many requests .*: wait a few minutes"),
    "the hub's own fault": (
        AnswerError(503),
        r"fails for the model .* \(503\): try again in a few minutes",
    ),
    "no access": (AnswerError(403, b"{}", **{"content-type": "application/json"}), "check your access to it"),
    "a looked-into connection": (
        caused(ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED")),
        "SSL_CERT_FILE.*, or a wrong clock",
    ),
    "no name": (caused(OSError("[Errno -3] Temporary failure in name resolution")), "connection and its DNS"),
    "a slow network": (caused(TimeoutError("timed out")), "is slow, or a firewall drops it"),
    "a firewall": (caused(ConnectionRefusedError(111, "Connection refused")), "have it allowed"),
    "something else": (ConnectionError("broken pipe"), "check the network, and try again"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause_has_a_sentence_of_its_own(cause: str) -> None:
    error, words = CAUSES[cause]
    with pytest.raises(StudioError, match=words) as refused:
        raise refusal("ada/cat", None, error)
    assert str(refused.value).count(". ") == 0 and "ada/cat" in str(refused.value)


def test_no_two_causes_share_a_sentence() -> None:
    said = {str(refusal("ada/cat", None, error)).rpartition("): ")[2] for error, _ in CAUSES.values()}
    assert len(said) == len(CAUSES)


def test_what_may_pass_is_told_apart() -> None:
    lasting = ("a proxy with a sign-in", "no access")
    for cause, (error, _) in CAUSES.items():
        assert isinstance(refusal("ada/cat", None, error), LostError) == (cause not in lasting)


@pytest.fixture
def published(hub: LocalHub, tmp_path: Any) -> LocalHub:
    hub.publish(NAME, make_tiny_pipeline(tmp_path / "tiny"), COMMIT)
    return hub


def test_a_page_that_answers_with_success_is_no_description(
    published: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "_information", lambda handler, *_: handler._send(200, PAGE))
    with pytest.raises(LostError, match=r"another page answers .*“Guest Wi-Fi: sign in”"):
        read_repository(NAME, None)
    assert "another page answers for the model m:" in str(not_the_hub("m", b"\xff"))


@pytest.mark.parametrize(("content", "words"), [(PAGE, "is a web page"), (b"\1\2\3" * 9, "arrived damaged")])
def test_what_came_in_place_of_a_file_is_named(content: bytes, words: str, tmp_path: Any) -> None:
    path = tmp_path / "blob.incomplete"
    path.write_bytes(content)
    with pytest.raises(StudioError, match=words):
        _check(path, "a" * 64, "unet/weights.safetensors")
    assert not path.exists()
