"""Feed the studio hundreds of malformed and hostile pictures and archives, and measure what they cost.

    python -m workshop.benchmarks.faults.files --pictures 600 --archives 200 --folders 100

Goals: no crash, one sentence for each refusal, no leftovers, no hang over 2 seconds, bounded memory. In
folders with files of other people, no repair, start or beginning of a workspace loses one of them.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from random import Random

import psutil
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.files.own_folder import DAMAGED
from gal_studio.state.files.temporary import own_temporary_files
from gal_studio.state.images.read import read_picture
from gal_studio.state.images.sandbox import decoder
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import examine
from gal_studio.workspace.repair import repair
from tests.state.images.hostile import FORMATS, Hostile, encoded, pictures
from tests.workspace.archive.hostile_archives import HOSTILE
from tests.workspace.archive.rezip import Archive
from tests.workspace.filled import fill, snapshot

MEGABYTE = 2**20
OTHER_NAMES = (
    "notes {1}.tmp",
    "tax.{1}.tmp",
    "scan {1}.part",
    "tmpabcdefg{1}.part",
    ".import-of-cars-{1}.part",
    ".upload-{1}.part",
    "{0}.png",
    "{0}.safetensors",
    "step-{1}.safetensors",
    "model-{1}.safetensors",
    "{1}.txt",
    ".tmpbackup",
    ".letter-{1}.docx.12345678.tmp",
    ".import-abcd123{1}.part",
    ".gal-studio-0123456789ab-{1}.part",
    ".reserve",
    "sessions.json",
)
OTHER_FOLDERS = (
    ".",
    "images",
    "adapters",
    "exports/202{0}",
    "checkpoints/run/step",
    "checkpoints/run",
    "temporary",
    "temporary/album",
    "logs",
    "uploads",
    "damaged",
    "backups",
    "uploads/0123456789abcdef0123456789abcde{0}",
    "temporary/gal-studio-page",
    "photos",
)


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


def damaged(random: Random) -> Iterator[Hostile]:
    """An endless sequence of valid files that were cut, changed, filled or joined."""
    size = 24, 24
    good = {form: encoded(Image.frombytes("RGB", size, random.randbytes(1728)), form) for form in FORMATS}
    harms: tuple[Callable[[bytearray, Random], None], ...] = (_cut, _flip, _fill, _double, _count)
    number = 0
    while True:
        form = FORMATS[number % len(FORMATS)]
        harm = harms[number // len(FORMATS) % len(harms)]
        data = bytearray(good[form])
        harm(data, random)
        if number % 11 == 10:
            data += good[random.choice(FORMATS)]
        yield Hostile(f"{form}, {harm.__name__.strip('_')} {number}", bytes(data))
        number += 1


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(1, len(data)) :]


def _flip(data: bytearray, random: Random) -> None:
    for _ in range(random.randrange(1, 30)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _fill(data: bytearray, random: Random) -> None:
    first = random.randrange(len(data))
    data[first : first + 40] = random.choice((b"\0", b"\xff", b"\x7f")) * len(data[first : first + 40])


def _double(data: bytearray, random: Random) -> None:
    first, last = sorted(random.randrange(len(data)) for _ in range(2))
    data[first:first] = data[first:last] * random.randrange(1, 4)


def _count(data: bytearray, random: Random) -> None:
    """Write another number where a length or an offset may be."""
    place = random.randrange(max(len(data) - 4, 1))
    data[place : place + 4] = random.choice(
        (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\1\0\0\0")
    )


def damage(archive: Archive, random: Random) -> None:
    """Change, cut or fill the bytes of the zip."""

    def harm(data: bytearray) -> None:
        for _ in range(random.choice((1, 1, 2, 30))):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        if random.random() < 0.2:
            del data[random.randrange(len(data)) :]
        if random.random() < 0.2:
            place = random.randrange(len(data) or 1)
            data[place : place + 4] = b"\xff" * 4

    archive.after(harm)


def try_pictures(count: int) -> Costs:
    costs = Costs()
    for case in islice(chain(pictures(seed=2), damaged(Random(2))), count):
        child = psutil.Process(decoder.running().pid)
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
        child = psutil.Process(decoder.running().pid)
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


def try_folders(count: int, folder: Path) -> Costs:
    """Put files of other people into workspaces and into folders that are none."""
    costs, random = Costs(), Random(5)
    with Store(folder / "whole") as store:
        fill(store, Random(1))
    for number in range(count):
        place = folder / f"folder {number}"
        if number % 2:
            shutil.copytree(folder / "whole", place)
        theirs = dict(_put_other_files(random, place, folder / "elsewhere" / str(number)))
        started, worked = time.monotonic(), time.process_time()
        costs.fates[_use(place)] += 1
        costs.waited.append((time.monotonic() - started, place.name))
        costs.worked.append((time.process_time() - worked, place.name))
        lost = [path for path, data in theirs.items() if not _is_kept(place, path, data)]
        if lost:
            costs.wrong.append(f"{place.name} lost {[str(path.relative_to(folder)) for path in lost]}")
    return costs


def _use(place: Path) -> str:
    """Start the page's part, begin or open the workspace, and repair it however new the files are."""
    try:
        with Store(place) as store, own_temporary_files(place):
            repair(store, examine(store, age=0))
        return "used"
    except StudioError:
        return "refused"


def _put_other_files(random: Random, place: Path, elsewhere: Path) -> Iterator[tuple[Path, bytes]]:
    """Some files that are nobody's but their owner's, with names like the studio's, and behind links."""
    elsewhere.mkdir(parents=True)
    for number in range(random.randrange(1, 6)):
        name = random.choice(OTHER_NAMES).format(random.randbytes(32).hex(), number)
        data = random.randbytes(40)
        parent = place / random.choice(OTHER_FOLDERS).format(number)
        if random.random() < 0.25:
            (elsewhere / str(number)).mkdir(exist_ok=True)
            parent = place / random.choice(("temporary", "exports", "checkpoints")) / f"link {number}"
            parent.parent.mkdir(parents=True, exist_ok=True)
            parent.symlink_to(elsewhere / str(number))
        parent.mkdir(parents=True, exist_ok=True)
        path = parent / name
        path.write_bytes(data)
        os.utime(path, (0, 0))
        yield path, data


def _is_kept(place: Path, path: Path, data: bytes) -> bool:
    """Whether a file lies where it was, or was moved aside, perhaps with its folder."""
    where = (path, *(place / DAMAGED).rglob(f"{path.stem}*"))
    return any(one.is_file() and one.read_bytes() == data for one in where)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--archives", type=int, default=200)
    parser.add_argument("--folders", type=int, default=100)
    args = parser.parse_args(arguments)
    own = psutil.Process()
    before = own.memory_info().rss
    try_pictures(args.pictures).tell("pictures", own.memory_info().rss - before)
    before = own.memory_info().rss
    with tempfile.TemporaryDirectory() as folder:
        try_archives(args.archives, Path(folder)).tell("archives", own.memory_info().rss - before)
    before = own.memory_info().rss
    with tempfile.TemporaryDirectory() as folder:
        try_folders(args.folders, Path(folder)).tell("folders", own.memory_info().rss - before)


if __name__ == "__main__":
    main()
