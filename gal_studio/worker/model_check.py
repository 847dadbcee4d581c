"""The process that checks models for the page: `python -m gal_studio.worker.model_check`.

It reads one JSON object a line (`ModelNames`), writes one for each (`ModelReports`), and ends with its input,
or after a minute without a question, since it holds the libraries in memory.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.reports import ModelNames, ModelReport, ModelReports
from gal_studio.engine.hub.models import check_access
from gal_studio.engine.hub.refusals import address
from gal_studio.engine.hub.repository import MissingFiles, cache_folder, existing_folder
from gal_studio.engine.loras.foreign import PEFT_BESIDE
from gal_studio.worker.answering import answer_lines
from gal_studio.worker.lora_start import check_start, convert
from gal_studio.worker.model_needs import look

IDLE_TIMEOUT = 60.0  # seconds


class CheckHere:
    """Checks models in this process, for programs that have the libraries in memory."""

    def check(self, names: ModelNames) -> ModelReports:
        """See `report`."""
        return report(names)

    def poll(self, names: ModelNames) -> ModelReports | None:
        """What is known of these models, which is found out at once here."""
        return report(names)

    def convert(self, asked: LoraStart, out: Path) -> tuple[str, ...]:
        """See `gal_studio.worker.lora_start.convert`."""
        return convert(asked, out)


def report(names: ModelNames) -> ModelReports:
    """Check each model, and say what is to be downloaded; then the LoRA to start from."""
    pins: dict[str, str] = {}
    models = [
        found
        for field, find in look(names, pins).items()
        for found in _reports(field, getattr(names, field), find)
    ]
    if names.start_from and not any(one.field == "base_model" and one.refusal for one in models):
        models.append(_report_on_start(names, pins))
    return ModelReports(tuple(models), str(cache_folder()), shutil.disk_usage(existing_folder()).free)


def _reports(field: str, name: str, find: Callable[[], tuple[MissingFiles, ...]]) -> list[ModelReport]:
    """One report for each repository that a model needs."""
    try:
        needs = find()
        for need in needs:
            check_access(need)
    except StudioError as error:
        return [ModelReport(field, name, refusal=str(error))]
    return [_report(field, name, need) for need in needs] or [ModelReport(field, name)]


def _report_on_start(names: ModelNames, pins: Mapping[str, str]) -> ModelReport:
    try:
        notes = _checked_start(names, tuple(sorted(pins.items())), stamp_of_lora(Path(names.start_from)))
    except StudioError as error:
        return ModelReport("start_from", names.start_from, refusal=str(error))
    return ModelReport("start_from", names.start_from, notes=notes)


@lru_cache(maxsize=4)
def _checked_start(
    names: ModelNames, pins: tuple[tuple[str, str], ...], stamp: tuple[tuple[int, int], ...]
) -> tuple[str, ...]:
    """What should be known of a LoRA that fits; a DoRA takes a minute, and the form asks more than once."""
    return check_start(names, dict(pins))


def stamp_of_lora(path: Path) -> tuple[tuple[int, int], ...]:
    """What changes with a LoRA's files: its weights, and peft's configuration beside them; zeros of none."""
    return tuple(map(_stamp, (path, path.with_name(PEFT_BESIDE))))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        about = path.stat()
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_size


def _report(field: str, name: str, need: MissingFiles) -> ModelReport:
    return ModelReport(
        field, name, repository=need.name, commit=need.commit, licence=need.licence,
        address=address(need.name), total=need.total, missing=need.total - need.done(),
    )  # fmt: skip


def answer(line: str) -> dict[str, Any]:
    """The answer to one question; a refusal that concerns no single model is that of the base model."""
    names = ModelNames(**json.loads(line))
    try:
        return asdict(report(names))
    except StudioError as error:
        refused = ModelReport("base_model", names.base_model, refusal=str(error))
        return asdict(ModelReports((refused,)))


if __name__ == "__main__":
    answer_lines(answer, IDLE_TIMEOUT)
