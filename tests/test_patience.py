"""A process that is stopped from outside has its time once it goes on."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from gal_studio.patience import LONGEST_LOOK, Patience, killed_after
from gal_studio.studio.answering import AnsweringProcess

SLEEPER = [sys.executable, "-c", "import sys; sys.stdin.readline(); print('seen', flush=True)"]


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_a_process_that_does_not_answer_is_killed(process: "subprocess.Popen[bytes]") -> None:
    with killed_after(process, 0.3) as late:
        assert process.wait(30) < 0
    assert late.is_set()


def test_what_answers_in_time_is_not(process: "subprocess.Popen[bytes]") -> None:
    with killed_after(process, 60.0) as late:
        assert process.communicate(b"a line\n")[0] == b"seen\n"
    assert not late.is_set() and process.returncode == 0


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no signal stops a process on Windows")
def test_the_time_in_which_it_is_stopped_does_not_count(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGSTOP)
    threading.Timer(2.5, process.send_signal, (signal.SIGCONT,)).start()
    with killed_after(process, 1.5) as late:
        assert process.communicate(b"a line\n")[0] == b"seen\n"
    assert not late.is_set()


def test_a_pause_of_all_processes_does_not_count(
    process: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    patience = Patience(process, 3.0)
    now += 400.0  # as after a container was paused
    assert not patience.is_over()
    now += LONGEST_LOOK
    assert not patience.is_over()
    now += LONGEST_LOOK
    assert patience.is_over()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no signal stops a process on Windows")
def test_a_stopped_check_of_a_model_answers_when_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = AnsweringProcess("tests.slow_answers")
    assert asked.ask({"wait": 0.0}, 60.0) == {"waited": 0.0}
    process = asked._process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    threading.Timer(3.0, process.send_signal, (signal.SIGCONT,)).start()
    assert asked.ask({"wait": 0.1}, 2.0) == {"waited": 0.1}
    assert asked._process is process, "it was not begun anew"
    asked.close()
