"""Passwords and attempts, without a server."""

import itertools

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.ui.access.credentials import (
    Attempts,
    Credentials,
    client_of,
    read_credentials,
)
from gal_studio.ui.access.origins import is_loopback
from tests.stored_project import Clock


def test_user_and_password_are_both_needed() -> None:
    ada = read_credentials("ada:pass:word")
    assert ada.accepts("ada", "pass:word")
    for user, secret in itertools.product(
        ("ada", "", "ADA", "ada\0"), ("pass:word", "", "pass", "Pass:word", "ä")
    ):
        assert ada.accepts(user, secret) == ((user, secret) == ("ada", "pass:word"))
    assert not Credentials("a", "bc").accepts("ab", "c")


def test_a_token_is_long_and_new_each_time() -> None:
    first, second = read_credentials("token"), read_credentials("token")
    assert len(first.secret) >= 32 and first.secret != second.secret
    assert first.accepts("", first.secret) and not first.accepts("", "")


@pytest.mark.parametrize("text", ["", "ada", "ada:", ":password", ":"])
def test_half_a_sign_in_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(StudioError, match="USER:PASSWORD") as refusal:
        read_credentials(text)
    assert "password'" not in str(refusal.value)


def test_a_password_is_never_shown() -> None:
    assert "hidden" not in repr(Credentials("ada", "hidden"))


def test_each_further_attempt_waits_twice_as_long_up_to_a_quarter_of_an_hour() -> None:
    clock = Clock()
    attempts, waits = Attempts(clock), []
    for _ in range(20):
        waits.append(attempts.wait("10.0.0.1"))
        clock.now += attempts.wait("10.0.0.1")
        attempts.failed("10.0.0.1")
    assert waits[:9] == [0, 0, 0, 0, 0, 1, 2, 4, 8]
    assert max(waits) == 900
    assert attempts.wait("10.0.0.2") == 0, "one client holds up another"


def test_many_clients_together_are_slowed_down_but_not_who_was_in_before() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    attempts.succeeded("10.0.0.1")
    for turn in range(60):
        attempts.failed(f"192.168.{turn}.1")
    assert attempts.wait("172.16.0.1") == 60
    assert attempts.wait("10.0.0.1") == 0
    clock.now += 3601
    attempts.failed("172.16.0.1")
    assert attempts.wait("172.16.0.1") == 0, "an hour of quiet is forgotten"


def test_failures_of_a_flood_of_clients_take_bounded_memory() -> None:
    attempts = Attempts(Clock())
    for turn in range(5000):
        attempts.failed(f"10.{turn >> 8}.{turn & 255}.1")
    assert len(attempts) == Attempts.KEPT_CLIENTS


def test_a_network_of_ipv6_is_one_client() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff:2") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:10.0.0.1") == client_of("10.0.0.1")
    assert client_of("not an address") == "not an address"


@pytest.mark.parametrize("name", ["127.0.0.1", "127.3.2.1", "::1", "localhost", "LocalHost"])
def test_this_machine_alone(name: str) -> None:
    assert is_loopback(name)


@pytest.mark.parametrize(
    "name", ["0.0.0.0", "::", "", "192.168.1.4", "127.0.0.1.nip.io", "localhost.example", "2130706433"]
)
def test_others_could_come_in(name: str) -> None:
    assert not is_loopback(name)
