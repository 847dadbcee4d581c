"""Sessions and their file, without a server."""

from pathlib import Path

import pytest

from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.sessions import OPEN_SESSIONS, SESSION_SECONDS, Sessions
from tests.ui.access.test_credentials import Clock


def test_a_session_outlives_the_process_and_ends_in_time(tmp_path: Path) -> None:
    path, clock, ada = tmp_path / "sessions.json", Clock(), Credentials("ada", "secret")
    word = Sessions(path, ada, clock).open()
    assert word not in path.read_text()
    again = Sessions(path, ada, clock)
    assert again.holds(word) and not again.holds(word[:-1]) and not again.holds(None) and not again.holds("")
    assert not Sessions(path, Credentials("ada", "new secret"), clock).holds(word)
    clock.now += SESSION_SECONDS
    assert not again.holds(word)


def test_who_signed_out_stays_out(tmp_path: Path) -> None:
    path, ada = tmp_path / "sessions.json", Credentials("ada", "secret")
    sessions = Sessions(path, ada)
    word, other = sessions.open(), sessions.open()
    sessions.close(word)
    sessions.close("never there")
    assert not Sessions(path, ada).holds(word) and Sessions(path, ada).holds(other)


def test_sessions_are_bounded_and_the_oldest_go() -> None:
    sessions = Sessions(None, Credentials("ada", "secret"))
    words = [sessions.open() for _ in range(OPEN_SESSIONS + 5)]
    assert [sessions.holds(word) for word in words] == [False] * 5 + [True] * OPEN_SESSIONS


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", '{"a": "b"}', "null", '{"a": [1]}', '{"a": Infinity}', "7"),
        *("[" * 99_999, '{"a": 1' + "0" * 400 + "}"),
    ],
    ids=lambda text: text[:20],
)
def test_a_damaged_file_of_sessions_only_asks_to_sign_in_again(tmp_path: Path, text: str) -> None:
    path, ada = tmp_path / "sessions.json", Credentials("ada", "secret")
    path.write_text(text)
    word = Sessions(path, ada).open()
    sessions = Sessions(path, ada)
    assert not sessions.holds("a")
    assert sessions.holds(word) or not path.exists(), "the file is written anew"
    assert sessions.open()
