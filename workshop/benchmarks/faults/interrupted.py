"""Kill commands at random times, and let them run out of memory: nothing is lost, and again is as before.

    python -m workshop.benchmarks.faults interrupted --times 20

The commands are `export-project`, `import-project` and `doctor --repair` on a filled workspace. Goals: a
command that is short of memory says so in one sentence; the workspace has no damage; the same command
afterwards gives what an undisturbed one gives.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from gal_studio.commands.terminal.stored import find_project_id
from gal_studio.state import Store
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import examine
from tests.workspace.filled import fill

HARMLESS = ("leftover", "orphan", "checkpoint")
SHARES = (0.5, 0.7, 0.8, 0.88, 0.94, 0.98)
"""Of the address space that an undisturbed command takes."""


@dataclass
class Outcome:
    """How the commands ended, and what was wrong afterwards."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Command:
    """A command; `begin` makes what it works on in a folder, `result` reads what it made."""

    name: str
    begin: Callable[[Path], list[str]]
    result: Callable[[Path], object]


def begin_export(folder: Path) -> list[str]:
    with Store(folder / "workspace") as store:
        fill(store, Random(1))
    return ["export-project", str(folder / "out.zip"), "--workspace", str(folder / "workspace")]


def begin_import(folder: Path) -> list[str]:
    with Store(folder / "source") as store:
        export_project(store, fill(store, Random(1)).id, folder / "cat.zip")
    Store(folder / "workspace").close()
    return ["import-project", str(folder / "cat.zip"), "--workspace", str(folder / "workspace")]


def begin_repair(folder: Path) -> list[str]:
    with Store(folder / "workspace") as store:
        fill(store, Random(1))
        store.database.write("UPDATE losses SET loss = 'x'")
    return ["doctor", "--repair", "--workspace", str(folder / "workspace")]


def exported(folder: Path) -> object:
    """Whether the archive is the one that this workspace gives."""
    with Store(folder / "workspace") as store:
        expected = export_project(store, find_project_id(store, None), folder / "expected.zip")
        return (folder / "out.zip").read_bytes() == expected.read_bytes()


def imported(folder: Path) -> object:
    """Every row of the workspace, without times and versions that start anywhere."""
    with Store(folder / "workspace") as store:
        tables = ("projects", "rounds", "candidates", "decisions", "test_pictures", "replays")
        return [len(store.database.rows(f"SELECT * FROM {table}")) for table in tables], sorted(
            path.name for path in (folder / "workspace" / "images").iterdir()
        )


COMMANDS = (
    Command("export-project", begin_export, exported),
    Command("import-project", begin_import, imported),
    Command("doctor", begin_repair, imported),
)


def start(words: list[str], most: int | None = None) -> "subprocess.Popen[str]":
    """A command, with at most so many bytes of address space."""

    def limited() -> None:
        if most is not None:
            resource.setrlimit(resource.RLIMIT_AS, (most, most))

    return subprocess.Popen(
        [sys.executable, "-m", "gal_studio.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=limited,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )


def undisturbed(command: Command, folder: Path) -> tuple[float, int, object]:
    """The seconds of a command, its largest address space, and what it makes."""
    folder.mkdir()
    started, largest = time.monotonic(), 0
    process = start(command.begin(folder))
    while process.poll() is None:
        largest = max(largest, address_space(process.pid))
        time.sleep(0.01)
    assert process.stdout is not None
    assert process.returncode in (0, 1), process.stdout.read()
    process.stdout.close()
    return time.monotonic() - started, largest, command.result(folder)


def address_space(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmPeak"))


def try_command(command: Command, folder: Path, kills: int, random: Random, outcome: Outcome) -> None:
    folder.mkdir()
    seconds, largest, made = undisturbed(command, folder / "undisturbed")
    for number in range(kills):
        place = folder / f"kill {number}"
        place.mkdir()
        words = command.begin(place)
        process = start(words)
        time.sleep(random.uniform(0.3, 1.0) * seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        outcome.ends[f"{command.name} {'killed' if process.returncode < 0 else 'done before'}"] += 1
        outcome.wrong += [f"{command.name}, killed: {one}" for one in after(command, place, words, made)]
    for share in SHARES:
        place = folder / f"memory {share}"
        place.mkdir()
        words = command.begin(place)
        process = start(words, int(share * largest))
        said, _ = process.communicate()
        outcome.ends[f"{command.name} {'out of memory' if process.returncode not in (0, 1) else 'done'}"] += 1
        if process.returncode == 2 and len(said.strip().splitlines()) > 1:
            outcome.wrong.append(f"{command.name}, {share:.2f} of its memory: {said.strip()[-120:]}")
        outcome.wrong += [f"{command.name}, short: {one}" for one in after(command, place, words, made)]


def after(command: Command, place: Path, words: list[str], made: object) -> Iterator[str]:
    """What is wrong after an interrupted command, and after the same one again."""
    with Store(place / "workspace") as store:
        expected = {"value"} if command.name == "doctor" else set()
        found = {one.problem for one in examine(store, age=0)} - {*HARMLESS} - expected
        if found:
            yield f"the workspace has {sorted(found)}"
        is_there = command.name == "import-project" and bool(store.projects.names())
    if not is_there:
        again = start(words)
        said, _ = again.communicate()
        if again.returncode not in (0, 1):
            yield f"again it ends with {again.returncode}: {said.strip()[-120:]}"
            return
    if command.result(place) != made:
        yield "again it makes something else"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="kills of each command")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    outcome, random = Outcome(), Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            try_command(command, Path(folder) / command.name, args.times, random, outcome)
            print(dict(outcome.ends), flush=True)
    print("wrong:", *(outcome.wrong or ["nothing"]), sep="\n  ")


if __name__ == "__main__":
    main()
