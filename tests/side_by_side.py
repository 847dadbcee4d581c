"""Tests side by side: `pytest -p tests.side_by_side --side-by-side 6`.

The processes are forked when all tests are collected: to collect them takes 17 seconds, half of it imports.
Each runs the next file when it has ended one. `tools/check.py` takes pytest-xdist where forking is not safe.
"""

import atexit
import gc
import io
import os
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NoReturn

import pytest
from _pytest._io import TerminalWriter

from gal_studio.worker.import_ahead import import_ahead

SIZE = 4  # bytes of a file's number; a pipe holds 16,384 of them


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--side-by-side", type=int, default=0, metavar="N", help="in N forked processes")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Fork the processes, and report what they send; a test whose process ends before it has failed."""
    config = session.config
    if not config.option.side_by_side or config.option.collectonly or session.testsfailed:
        return None
    config.pluginmanager.getplugin("terminalreporter").showfspath = False  # the files are mixed
    config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    _prepare(session.items)
    files: dict[object, list[pytest.Item]] = {}
    for item in session.items:
        files.setdefault(item.path, []).append(item)
    queue, filled = os.pipe()
    os.write(filled, b"".join(number.to_bytes(SIZE) for number in range(len(files))))
    os.close(filled)
    processes: dict[Any, int] = {}
    for number in range(min(config.option.side_by_side, len(files))):
        received, sent = Pipe(duplex=False)
        process = os.fork()
        if not process:
            _work(session, number, list(files.values()), queue, sent)
        sent.close()
        processes[received] = process
    awaited, codes = {item.nodeid: item for item in session.items}, []
    while processes:
        for ready in wait(list(processes)):
            assert isinstance(ready, Connection)
            try:
                report = config.hook.pytest_report_from_serializable(config=config, data=ready.recv())
            except EOFError:
                codes.append(os.waitstatus_to_exitcode(os.waitpid(processes.pop(ready), 0)[1]))
                continue
            if report.when == "teardown":
                awaited.pop(report.nodeid, None)
            config.hook.pytest_runtest_logreport(report=report)
        while (session.shouldfail or session.shouldstop) and os.read(queue, SIZE):
            pass  # no further file
    os.close(queue)
    if session.shouldfail or session.shouldstop:
        raise session.Failed(session.shouldfail or session.shouldstop)
    for item in awaited.values():
        words = f"its process ended: {[code for code in codes if code]}"
        lost = pytest.TestReport(item.nodeid, item.location, {}, "failed", words, "call")
        config.hook.pytest_runtest_logreport(report=lost)
    if any(codes) and not awaited:
        raise session.Failed(f"processes of the tests ended with {codes}")
    return True


def _prepare(items: Sequence[pytest.Item]) -> None:
    """Import what most files would import in each process, and start what they share."""
    if any(item.get_closest_marker("slow") for item in items):
        import_ahead()
    if "tests.forked" in sys.modules:  # a file that was collected uses it
        sys.modules["tests.forked"].server()
    gc.freeze()


class _Sender:
    """Sends the reports of a process."""

    def __init__(self, config: pytest.Config, sent: Connection) -> None:
        self.config, self.sent = config, sent

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.sent.send(self.config.hook.pytest_report_to_serializable(config=self.config, report=report))


def _work(
    session: pytest.Session, number: int, files: Sequence[Sequence[pytest.Item]], queue: int, sent: Connection
) -> NoReturn:
    """Run the files whose numbers are in the queue, with output and temporary files of its own."""
    config, code = session.config, 1
    plugins, factory = config.pluginmanager, config._tmp_path_factory  # type: ignore[attr-defined]
    capture = plugins.getplugin("capturemanager")
    try:
        atexit._clear()
        capture.read_global_capture()
        capture.stop_global_capturing()
        capture.start_global_capturing()
        factory._basetemp = factory.mktemp(f"process-{number}", numbered=False)
        plugins.getplugin("terminalreporter")._tw = TerminalWriter(io.StringIO())  # the first process reports
        plugins.register(_Sender(config, sent))
        while following := os.read(queue, SIZE):
            items = files[int.from_bytes(following)]
            for item, after in zip(items, (*items[1:], session), strict=True):  # what it shares stays
                config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        session._setupstate.teardown_exact(None)
        config._ensure_unconfigure()
        atexit._run_exitfuncs()
        code = 0
    except BaseException:
        capture.stop_global_capturing()
        traceback.print_exc()
    finally:
        os._exit(code)
