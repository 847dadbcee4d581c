"""GAL Studio: train a LoRA in rounds; active learning suggests images, a person decides.

`from gal_studio import Studio` opens a workspace from a program; see docs/python.md. Nothing is loaded
before one of these names is used.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gal_studio.version import __version__

# The hub's library adds what runs it to each request, unless this is set before its import: no analytics.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from gal_studio.core.errors import StudioError
    from gal_studio.studio import ProjectDraft, ReferenceDraft, Studio
    from gal_studio.studio.create.judged import judged_draft

__all__ = ["ProjectDraft", "ReferenceDraft", "Studio", "StudioError", "__version__", "judged_draft"]
_HOMES = {
    "Studio": "gal_studio.studio",
    "ProjectDraft": "gal_studio.studio",
    "ReferenceDraft": "gal_studio.studio",
    "StudioError": "gal_studio.core.errors",
    "judged_draft": "gal_studio.studio.create.judged",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
