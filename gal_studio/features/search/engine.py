"""The process that reads words for a search: `python -m gal_studio.features.search.engine`.

It reads `{"clip": …, "revisions": …, "texts": […]}` a line and writes `{"feature": […]}`, the mean of E_t of
Eq. G1, or `{"refusal": …}`. Its CLIP is on the CPU, so that a job keeps its memory on the GPU, and is never
downloaded.
"""

import json
import os
from functools import lru_cache
from typing import Any

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.engine.features.clip import Embedder, TooLongError, load_embedder
from gal_studio.engine.features.open_clip_source import LOCAL, embedder_needs
from gal_studio.worker.answering import answer_lines

IDLE_TIMEOUT = 120.0  # seconds


def answer(line: str) -> dict[str, Any]:
    """The answer to one question."""
    asked = json.loads(line)
    try:
        clip = _opened(asked["clip"], tuple(sorted(asked["revisions"].items())))
        return {"feature": clip.texts(asked["texts"]).mean(axis=0).tolist()}
    except TooLongError:
        return {"refusal": "These are more words than the CLIP reads: search with fewer."}
    except StudioError as error:
        return {"refusal": str(error)}


@lru_cache(maxsize=1)
def _opened(name: str, pins: tuple[tuple[str, str], ...]) -> Embedder:
    resolved = resolve_model(name)
    if not (resolved.startswith(LOCAL) or _is_here(resolved, pins)):
        raise StudioError(
            f"The CLIP {name} is not on this machine: generate a round, which downloads it, then search."
        )
    return load_embedder(resolved, "cpu", dict(pins))


def _is_here(name: str, pins: tuple[tuple[str, str], ...]) -> bool:
    """Whether all files of a CLIP of the hub are in its cache."""
    try:
        return all(need.done() >= need.total for need in embedder_needs(name, dict(pins)))
    except StudioError:  # offline, as a search is, a model that is not here cannot be looked up
        return False


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"  # a search downloads nothing
    answer_lines(answer, IDLE_TIMEOUT)
