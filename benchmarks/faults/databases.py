"""Damage pages of the database: the doctor reports, names the copies, and puts one in its place.

    python -m benchmarks.faults databases --pages 60

Goals: each report and each repair ends with sentences; what is repaired is whole; the damaged file is kept.
"""

import argparse
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from gal_studio.commands.doctor import check_workspace
from gal_studio.state import Store
from gal_studio.state.database.backups import back_up
from gal_studio.state.files.own_folder import DATABASE
from gal_studio.workspace.check import damage_of
from tests.workspace.filled import fill

PAGE = 4096


@dataclass
class Outcome:
    """What became of the damaged databases."""

    fates: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def try_pages(folder: Path, count: int, seed: int = 0) -> Outcome:
    """Damage a page of a database each time, in a copy of the workspace."""
    outcome, random, whole = Outcome(), Random(seed), folder / "whole"
    with Store(whole, reserve=0) as store:
        fill(store, Random(1))
        fill(store, Random(2), "Dog")
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        back_up(whole, store.disk)
    pages = (whole / "studio.db").stat().st_size // PAGE
    for number in range(count):
        place = folder / str(number)
        shutil.copytree(whole, place)
        page, way = random.randrange(pages), random.choice(("zeros", "noise", "a part"))
        _spoil(place, page, way, random)
        try:
            _try(outcome, place)
        except Exception as error:
            outcome.wrong.append(f"page {page}, {way}: {type(error).__name__} {str(error)[:120]}")
        shutil.rmtree(place)
    return outcome


def _spoil(place: Path, page: int, way: str, random: Random) -> None:
    data = bytes(PAGE) if way == "zeros" else random.randbytes(PAGE if way == "noise" else 64)
    with (place / "studio.db").open("r+b") as file:
        file.seek(page * PAGE + (random.randrange(PAGE - 64) if way == "a part" else 0))
        file.write(data)


def _try(outcome: Outcome, place: Path) -> None:
    if not damage_of(place / DATABASE):
        outcome.fates["no page of the tables"] += 1
        return
    told = check_workspace(place, repair=False)["found"]
    outcome.fates["all projects whole"] += not any("no longer" in one or "No project" in one for one in told)
    if not any("--restore" in one for one in told):
        outcome.wrong.append(f"no copy is named: {told}")
    check_workspace(place, repair=True)
    outcome.fates["put back"] += 1
    if damage_of(place / DATABASE) or not list((place / "damaged").glob("studio-*.db")):
        outcome.wrong.append("it is damaged after the repair, or the damaged one is gone")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=60, help="pages to damage, one at a time")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        outcome = try_pages(Path(folder), args.pages, args.seed)
    print(dict(outcome.fates))
    print("wrong:", *(outcome.wrong or ["nothing"]), sep="\n  ")


if __name__ == "__main__":
    main()
