"""Pack the icon art into one file of at most 20 MB, for the machine that draws and trains.

python -m workshop.pocket.gpu.source --art WORK/icons --target source.tar
"""

from __future__ import annotations

import argparse
import tarfile
from pathlib import Path
from typing import Any

from workshop.pocket.data import art, icons
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import WORK

LIMIT = 20_000_000


def trim_solid(archive: Path, target: Path) -> None:
    """Write the pack of 3D pictures with only those of our concepts."""
    codes = [code for concept in CONCEPTS for code in concept.codepoints]
    names = {f"package/assets/{c}.webp" for code in codes for c in (code, code.replace("-fe0f", ""))}
    with tarfile.open(archive, "r|gz") as whole, tarfile.open(target, "w:gz") as small:
        for member in whole:
            if member.name in names:
                small.addfile(member, whole.extractfile(member))


def pack(folder: Path, target: Path) -> int:
    """Write the source file; returns its size in bytes."""
    solid = icons.archive_name(icons.SOLID_PACK)
    trimmed = target.with_suffix(".solid")
    trim_solid(folder / solid, trimmed)
    with tarfile.open(target, "w") as whole:
        for name in art.SETS:
            whole.add(folder / art.archive_name(name), art.archive_name(name))
        whole.add(trimmed, solid)
    trimmed.unlink()
    size = target.stat().st_size
    if size > LIMIT:
        raise SystemExit(f"{target} has {size} bytes, more than {LIMIT}")
    return size


def unpack(source: Path, folder: Path) -> Path:
    """Unpack the source file into an art folder, as `dataset` and `plain` read it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(source) as whole:
        safe: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4
        whole.extractall(folder, **safe)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--art", type=Path, default=WORK / "icons")
    parser.add_argument("--target", type=Path, default=Path("source.tar"))
    args = parser.parse_args()
    art.fetch(args.art)
    icons.fetch(args.art)
    print(f"{pack(args.art, args.target) / 1e6:.1f} MB in {args.target}")


if __name__ == "__main__":
    main()
