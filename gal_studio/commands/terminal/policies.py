"""A policy that a command names: one of the studio or of a plug-in, or a class as MODULE:CLASS."""

import importlib
import sys
from pathlib import Path

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.gal.policies.policy import Policy
from gal_studio.core.gal.policies.registry import POLICIES
from gal_studio.core.gal.policies.rehearsal import rehearse

FROM_A_MODULE = "or MODULE:CLASS, a class of your own in a module of this folder or of the Python path"


def named_policy(given: str | None) -> str | None:
    """The name of the given policy; a class is imported, and known to this process by its name.

    Refused if the module or the class cannot be used, or fails on a made-up round: before a training is lost.
    """
    if given is None or ":" not in given:
        return given
    module, _, name = given.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        kind = getattr(importlib.import_module(module), name)
    except Exception as error:  # whatever the module does
        raise StudioError(
            f"The selection strategy {given!r} cannot be imported ({type(error).__name__}: "
            f"{first_line(error)}): check the names of the module and of the class."
        ) from error
    if not (isinstance(kind, type) and issubclass(kind, Policy)):
        raise StudioError(
            f"{given!r} is not a selection strategy: it must be a subclass of {Policy.__module__}.Policy."
        )
    known = POLICIES.find(getattr(kind, "name", ""))
    if type(known) is kind:
        return known.name
    try:
        policy = kind()
    except TypeError as error:  # methods that are missing
        raise StudioError(
            f"The selection strategy {given!r} cannot be made ({first_line(error)}): complete it."
        ) from error
    rehearse(policy, given)
    return POLICIES.add(policy).name
