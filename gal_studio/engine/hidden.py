"""Packages that the engine keeps from being imported unless they are asked for (`gal_studio.engine`)."""

import sys


def reveal(package: str) -> None:
    """Let a hidden package be imported, where a setting asks for it."""
    if sys.modules.get(package, package) is None:
        del sys.modules[package]
