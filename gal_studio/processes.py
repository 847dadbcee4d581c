"""Start the worker as a process of its own, which outlives the page."""

import os
import subprocess
import sys
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files import log_folder
from gal_studio.state.lock import WorkerLock

_started: list["subprocess.Popen[bytes]"] = []


def worker_runs(workspace: Path) -> bool:
    """Whether a worker of this machine holds the workspace."""
    with WorkerLock(workspace) as lock:
        return not lock.acquire()


def start_worker(workspace: Path) -> bool:
    """Start a worker unless one is there; whether one was started. Two at once end as one."""
    workspace = Path(workspace).expanduser().absolute()
    _started[:] = [process for process in _started if process.poll() is None]
    if worker_runs(workspace):
        return False
    try:
        with log_folder(workspace).joinpath("worker-output.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "gal_studio.worker", "--workspace", str(workspace)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                start_new_session=True,
            )
    except OSError as error:
        raise StudioError(
            f"The worker could not be started ({error.strerror}): run `gal-studio worker` by hand."
        ) from error
    _started.append(process)
    return True


def _environment() -> dict[str, str]:
    """The environment of this process, in which the worker finds the same package."""
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}
