"""A round as a folder for other programs, which a feature writes."""

from pathlib import Path

from gal_studio.core import features
from gal_studio.state import Store


def write_round(store: Store, round_id: str, form: str, out: Path) -> list[str]:
    """Write a round in a format to an empty folder (`WRITE_ROUND` of a `job.py`).

    Returns what the checks found, or that no feature does so.
    """
    for file in features.modules("job"):
        if write := getattr(file, "WRITE_ROUND", None):
            return list(write(store, round_id, form, out))
    return ["This studio writes no files for other programs."]
