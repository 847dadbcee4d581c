"""Feed the studio hundreds of malformed and hostile pictures and archives, and measure what they cost.

    python -m benchmarks.faults.files --pictures 600 --archives 200

Goals: no crash, one sentence for each refusal, no leftovers, no hang over 2 seconds, bounded memory.
"""

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.images.read import read_picture
from gal_studio.state.images.sandbox import decoder
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import examine
from tests.state.images.hostile import pictures
from tests.workspace.archive.hostile_archives import HOSTILE, damage
from tests.workspace.archive.rezip import Archive
from tests.workspace.filled import fill, snapshot

MEGABYTE = 2**20


@dataclass
class Costs:
    """The costs of a series of files: wall and CPU seconds of each, and the outcomes."""

    waited: list[tuple[float, str]] = field(default_factory=list)
    worked: list[tuple[float, str]] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    largest: int = 0  # peak memory of the decoder process, in bytes

    def tell(self, title: str, grown: int) -> None:
        print(f"{title}: {len(self.waited)} files, {dict(self.fates)}")
        for words, values in (("waited", self.waited), ("worked", self.worked)):
            ordered = sorted(values, reverse=True)
            total, middle = sum(value for value, _ in values), ordered[len(ordered) // 2][0]
            worst = ", ".join(f"{value:.2f} s ({name})" for value, name in ordered[:3])
            print(f"  {words}: {total:.1f} s in total, median {middle * 1000:.0f} ms, worst {worst}")
        print(f"  memory: decoder at most {self.largest // MEGABYTE} MB, own growth {grown // MEGABYTE} MB")
        print(f"  wrong: {self.wrong or 'nothing'}")


def work(process: psutil.Process | None) -> float:
    """CPU seconds of this process and of the decoder process."""
    times = psutil.Process().cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    if process is not None:
        try:
            child = process.cpu_times()
            total += child.user + child.system
        except psutil.NoSuchProcess:
            pass
    return total


def peak(process: psutil.Process) -> int:
    """The peak memory of a process, in bytes."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))


def try_pictures(count: int) -> Costs:
    costs = Costs()
    for case in pictures(seed=2, count=count):
        child = psutil.Process(decoder._running().pid)
        started, before = time.monotonic(), work(child)
        try:
            read_picture(case.data)
            outcome, message = "read", ""
        except StudioError as error:
            outcome, message = "refused", str(error)
        costs.waited.append((time.monotonic() - started, case.name))
        costs.worked.append((work(child) - before, case.name))
        costs.largest = max(costs.largest, peak(child))
        costs.fates[outcome] += 1
        if case.fate not in ("either", outcome) or message.count(". "):
            costs.wrong.append(f"{case.name} was {outcome}: {message}")
    return costs


def try_archives(count: int, folder: Path) -> Costs:
    costs, random = Costs(), Random(3)
    with Store(folder / "source") as source:
        good = export_project(source, fill(source, Random(1)).id, folder / "good.zip")
    for number in range(count):
        archive = Archive(good, folder / "changed.zip")
        names = list(HOSTILE)
        if number < len(names):
            HOSTILE[names[number]](archive)
        else:
            damage(archive, random)
        name = names[number].strip() if number < len(names) else f"damage {number}"
        _try_archive(costs, name, archive.write(), folder / f"target {number}")
    return costs


def _try_archive(costs: Costs, name: str, path: Path, workspace: Path) -> None:
    with Store(workspace) as target:
        before = snapshot(workspace)
        child = psutil.Process(decoder._running().pid)
        started, worked = time.monotonic(), work(child)
        try:
            import_project(target, path, show_all)
            outcome = "imported"
            if examine(target, age=0):
                costs.wrong.append(f"{name}: the imported project is damaged")
        except StudioError as error:
            outcome = "refused"
            if str(error).count(". ") or snapshot(workspace) != before:
                costs.wrong.append(f"{name}: {error}")
        costs.waited.append((time.monotonic() - started, name))
        costs.worked.append((work(child) - worked, name))
        costs.largest = max(costs.largest, peak(child))
        costs.fates[outcome] += 1


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--archives", type=int, default=200)
    args = parser.parse_args(arguments)
    own = psutil.Process()
    before = own.memory_info().rss
    try_pictures(args.pictures).tell("pictures", own.memory_info().rss - before)
    before = own.memory_info().rss
    with tempfile.TemporaryDirectory() as folder:
        try_archives(args.archives, Path(folder)).tell("archives", own.memory_info().rss - before)


if __name__ == "__main__":
    main()
