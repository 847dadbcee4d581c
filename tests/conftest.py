"""Settings of all tests: properties have no deadline, since a busy machine is slow, not wrong."""

import gc
import os
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import gal_studio.engine  # noqa: F401 - it hides packages from diffusers, which some tests import first
from tests.chromium import chromium
from tests.covering import mark_the_rest
from tests.stored_project import clock, drawn, first_round, project, running, store, studio

__all__ = ["chromium", "clock", "drawn", "first_round", "project", "running", "store", "studio"]

LONGEST = {
    "test_additions.py", "test_brush.py", "test_everyone.py", "test_families.py", "test_faults.py",
    "test_forms.py", "test_patchdpo.py", "test_places.py",
    "test_plug_ins.py", "test_programs.py", "test_replay.py", "test_resume.py", "test_run.py",
    "test_subjects.py", "test_worker.py",
}  # fmt: skip

MAY_BE_SKIPPED = {
    "a file system cannot be mounted here": "only root may, and not in every container",
    "this system does not let one choose the next process number": "only root of a Linux may",
    "the process number was not free": "another program was quicker",
    "the kernel does not tell the peak": "some container systems leave /proc/self/clear_refs out",
    "no Chromium at|axe-core is not installed": "the check says so when it cannot install them",
    "elsewhere|on Linux alone|only on Linux|a shell script": "belongs to another operating system",
    "a shallow clone or a copy without Git": "the history is not there",
    "is not exported For": "the family refuses this form, which is tested by itself",
}
"""Why a test may be skipped in `launch.py --check`: a pattern of the reason, and what explains it."""

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A tiny image model and a tiny CLIP, for the tests of a process."""
    from tests.tiny_project import make_models

    return make_models(tmp_path_factory.mktemp("models"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin, then those with slow tests: tests that run side by side end together.

    Those in a browser wait a lot, and are spread evenly over the others.
    """
    mark_the_rest(items)
    slow, browser = (
        {item.path for item in items if item.get_closest_marker(name)} for name in ("slow", "browser")
    )
    parts: dict[tuple[bool, bool], dict[bool, list[Path]]] = {}
    for path in dict.fromkeys(item.path for item in items):
        part = path.name not in LONGEST, path not in slow
        parts.setdefault(part, {}).setdefault(path in browser, []).append(path)
    place = {
        path: (part, (number + 0.5) / len(paths))
        for part, kinds in parts.items()
        for paths in kinds.values()
        for number, path in enumerate(paths)
    }
    items.sort(key=lambda item: (*place[item.path], item.path))


def pytest_collection(session: pytest.Session) -> None:
    """What is imported stays: to look for garbage in its half a million objects took a fifth of the time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on, what was imported is not looked at again."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In the checks, a test that is skipped for a reason that is not on the list fails."""
    report = yield
    if os.environ.get("GAL_STUDIO_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(re.search(pattern, reason) for pattern in MAY_BE_SKIPPED):
            report.outcome = "failed"
            report.longrepr = (
                f"{reason}. Install what it needs, or explain in tests/conftest.py why it may be skipped."
            )
    return report
