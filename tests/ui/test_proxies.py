"""The page starts whatever proxies the environment names."""

import os
import subprocess
import sys

import pytest

from gal_studio.engine.hub.refusals import refusal
from gal_studio.ui.proxies import without_proxies

SCHEMES = {"all_proxy": "socks", "ALL_PROXY": "socks5", "http_proxy": "socks5", "https_proxy": "ftp"}


def test_the_app_is_imported_behind_proxies_of_other_schemes() -> None:
    """A client that sees one of them refuses to be made, and ends the import."""
    names = {name: f"{scheme}://127.0.0.1:9" for name, scheme in SCHEMES.items()}
    code = "import os, gal_studio.ui.app; print(os.environ['all_proxy'])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={**os.environ, **names},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.strip() == names["all_proxy"], "the worker still downloads through it"


def test_proxies_are_hidden_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks://127.0.0.1:9")
    with without_proxies():
        assert "HTTPS_PROXY" not in os.environ
    assert os.environ["HTTPS_PROXY"] == "socks://127.0.0.1:9"


def test_a_download_through_a_proxy_that_cannot_be_used_says_so() -> None:
    for error in (
        ImportError("Using SOCKS proxy, but the 'socksio' package is not installed."),
        ValueError("Unknown scheme for proxy URL URL('socks://127.0.0.1:9')"),
    ):
        said = str(refusal("some/model", None, error))
        assert "cannot be loaded through the proxy that the environment names" in said
        assert said.endswith("correct all_proxy, http_proxy and https_proxy, or unset them.")
