"""Keep the proxies of the environment away from the page, whose own traffic stays on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("all_proxy", "http_proxy", "https_proxy")


@contextmanager
def without_proxies() -> Iterator[None]:
    """Hide the proxies of the environment for a while.

    Gradio makes HTTP clients when it is imported, which fails for a scheme such as SOCKS whose package is
    not installed.
    """
    kept = {name: value for name, value in os.environ.items() if name.lower() in NAMES}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)
