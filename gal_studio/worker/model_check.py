"""The process that checks models for the page: `python -m gal_studio.worker.model_check`.

It reads one JSON object a line (`ModelNames`), writes one for each (`ModelReports`), and ends with its input,
or after a minute without a question, since it holds the libraries in memory.
"""

import json
import os
import shutil
import sys
import threading
from dataclasses import asdict
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.model_reports import ModelNames, ModelReport, ModelReports
from gal_studio.engine.hub.models import check_access
from gal_studio.engine.hub.refusals import address
from gal_studio.engine.hub.repository import cache_folder, existing_folder
from gal_studio.worker.model_needs import look

IDLE = 60.0  # seconds


class CheckHere:
    """Checks models in this process, for programs that have the libraries in memory."""

    def check(self, names: ModelNames) -> ModelReports:
        """See `report`."""
        return report(names)

    def peek(self, names: ModelNames) -> ModelReports | None:
        """The same."""
        return report(names)


def report(names: ModelNames) -> ModelReports:
    """Check each model, and say what is to be downloaded."""
    pins: dict[str, str] = {}
    models = tuple(_report(field, getattr(names, field), find) for field, find in look(names, pins).items())
    return ModelReports(models, str(cache_folder()), shutil.disk_usage(existing_folder()).free)


def _report(field: str, name: str, find: Any) -> ModelReport:
    try:
        need = find()
        if need is None:
            return ModelReport(field, name)
        check_access(need)
    except StudioError as error:
        return ModelReport(field, name, refusal=str(error))
    missing = need.total - need.done()
    return ModelReport(
        field, name, "", need.name, need.commit, need.licence, address(need.name), need.total, missing
    )


def answer(line: str) -> dict[str, Any]:
    """The answer to one question; a refusal that concerns no single model is that of the base model."""
    names = ModelNames(**json.loads(line))
    try:
        return asdict(report(names))
    except StudioError as error:
        refused = ModelReport("base_model", names.base_model, refusal=str(error))
        return asdict(ModelReports((refused,)))


def main() -> None:
    """Answer until the input ends."""
    output, sys.stdout = sys.stdout, sys.stderr  # libraries print
    while True:
        idle = threading.Timer(IDLE, os._exit, (0,))
        idle.daemon = True
        idle.start()
        line = sys.stdin.readline()
        idle.cancel()
        if not line:
            return
        print(json.dumps(answer(line)), file=output, flush=True)


if __name__ == "__main__":
    main()
